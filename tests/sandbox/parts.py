"""What is installed beside a connector: one package by its extra, one by name."""

from tests.sandbox.connectors import wheel_of

# In two versions each. Made once: a file of one name is one file.
PARTS = {
    name: (wheel_of(name), wheel_of(name, version="2.0"))
    for name in ("extra-part", "part-beside")
}
# How a connector begins that does not start without both, and what its wheel says of one.
IMPORTS = "import extra_part, part_beside\n"
WITH_EXTRA = {
    "Provides_Extra": "more",
    "Requires_Dist": 'extra-part; extra == "more"',
}


def put_parts(songbook):
    """Have the index of a Songbook offer them."""
    for name, made in PARTS.items():
        songbook.put(name, *made)
    return songbook
