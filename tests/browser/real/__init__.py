"""Tests on the real catalogue: a package, so that what they share ends with them."""
