"""Read the JSON of strangers' records, whatever stands in them. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.facts import Json

# Layouts are counted one by one, in columns of two bytes.
LAYOUTS_LIMIT = 1000


def list_in(said: object) -> list[Any]:
    """Return a list as it is; an empty one for anything else."""
    return said if isinstance(said, list) else []


def objects_in(said: object) -> list[Json]:
    """Return the objects of a list; none of anything else."""
    return [one for one in list_in(said) if isinstance(one, dict)]


def texts_in(said: object) -> list[str]:
    """Return the texts of a list; none of anything else."""
    return [one for one in list_in(said) if isinstance(one, str)]


def layout_of(record: Mapping[str, Any]) -> int:
    """Return the version of what made a record, 0 where it names none that a column takes."""
    said = record.get("layout")
    # A yes or no is a number to Python alone.
    if isinstance(said, bool) or not isinstance(said, int):
        return 0
    return said if 0 <= said < LAYOUTS_LIMIT else 0
