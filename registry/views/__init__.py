"""The site's pages. A view fetches, acts and renders; what it shows is worked out beside it."""
