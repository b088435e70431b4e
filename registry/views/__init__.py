"""Pages: each fetches, acts and renders. A room for each kind of page.

`catalog` leads to a plugin, `plugins` and `variants` show one, `releases` and `runs` what was
offered and seen; `guide` explains, `status` tells how the work stands, `programs` is read by
programs, `brand` is how all of it looks. What every page shares is beside them.
"""
