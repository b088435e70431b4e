"""What leads to a plugin: home, search, services, maintainers."""
