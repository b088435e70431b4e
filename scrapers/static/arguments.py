"""What a classic tap can do, by which of its parsed arguments its code reads."""

from registry.facts import Json

# Source: singer.utils.parse_args; the shared parser has all of them for every tap, so that
# help says nothing about which are read.
CAPABILITIES = ("catalog", "discover", "properties", "state")


def argument_capabilities(reading: Json) -> list[str] | None:
    """Return the capabilities whose arguments are read; None where none is read at all."""
    used = reading.get("args_used")
    return [word for word in CAPABILITIES if word in used] if used else None
