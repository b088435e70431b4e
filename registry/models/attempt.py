"""One try of a ticket as its log has it: who began it when, and what was last heard of it.

A try that comes to a result needs no log. Of one that ends its worker there is nothing else:
so what a machine says while it is at it is kept at once, made fit to be shown.
"""

from datetime import datetime

from registry.facts import Json
from registry.texts import tidied

DOING_CHARS = 300
# Of what was printed last; foreign code prints as much as it likes.
TAIL_CHARS = 4_000
# A character has four bytes at most.
TEXT_BYTES = 4 * TAIL_CHARS


def begun(machine: str, now: datetime) -> Json:
    """Return the entry of a try that begins on a machine."""
    return {
        "began_at": now.isoformat(),
        "machine": machine,
        "heard_at": "",
        "doing": "",
        "tail": "",
    }


def heard(attempt: Json, said: Json, now: datetime) -> Json:
    """Return the entry with what its machine says that it is `doing`, and the `tail` of that.

    Whatever else is said, or is no text, is passed over.
    """
    kept = {"heard_at": now.isoformat()}
    for key in ("doing", "tail"):
        text = said.get(key)
        if isinstance(text, str):
            # Of what is told the beginning counts, of what was printed the end.
            text = text[-TAIL_CHARS:] if key == "tail" else text[:DOING_CHARS]
            kept[key] = tidied(text, what="", limit=TEXT_BYTES)[0]
    return attempt | kept
