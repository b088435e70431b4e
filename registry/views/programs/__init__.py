"""What programs read: feeds, site map, search engines."""
