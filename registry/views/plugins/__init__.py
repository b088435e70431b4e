"""A plugin's pages: which variant, why that one, and side by side."""
