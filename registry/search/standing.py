"""What speaks against a connector, as far as that decides between equals. Pure.

Use alone would put a connector that was seen to fail on every Python before one that runs,
because more projects have it from better days. What nobody has tried is in no trouble.
"""

from enum import IntEnum
from functools import lru_cache

from registry.maintenance import MaintenanceState
from registry.search.facets import INSTALLS, MAINTENANCE, TRAITS


class Trouble(IntEnum):
    """What speaks against a connector, the least first; the gravest counts.

    `UNKEPT` is archived, quarantined or inactive, or its source is away; `FAILS` ran on no
    Python that it was tried on; `GONE` is listed by no source.
    """

    NONE = 0
    UNKEPT = 1
    FAILS = 2
    GONE = 3


@lru_cache(maxsize=4096)
def trouble_of(*, installs: int, maintenance: int, traits: int) -> Trouble:
    """Return what speaks against an entry, by the bits of three of its columns."""
    if traits & TRAITS.bit("gone"):
        return Trouble.GONE
    if installs & INSTALLS.bit("no"):
        return Trouble.FAILS
    is_unkept = maintenance & MAINTENANCE.bit(MaintenanceState.NONE)
    return (
        Trouble.UNKEPT if is_unkept or traits & TRAITS.bit("inactive") else Trouble.NONE
    )
