"""Pages of releases, and of what differs between two."""
