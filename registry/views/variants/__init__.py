"""A variant's pages: install it, configure it, see what it has."""
