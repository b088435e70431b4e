"""What earlier looks at a repository left, for the next one to compare with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.evidence import Evidence


def _nothing() -> Evidence | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a repository; all empty before the first look.

    `revision` is the last head that was kept, `held` one that waits for a person.
    `identity` says which repository it is, in words set apart by spaces: `commit:` and its
    first, a forge's host and its number there. `previous` reads the newest evidence, and is
    called only where something moved.
    """

    validators: Mapping[str, Any] = field(default_factory=dict)
    revision: str = ""
    identity: str = ""
    held: str = ""
    previous: Callable[[], Evidence | None] = _nothing

    def validator(self, name: str) -> str:
        """Return what an answer of `name` bore, or nothing."""
        return str(self.validators.get(name) or "")
