"""Which variant a plugin installs when nobody names one: a published, pure rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the rule looks at of one variant."""

    name: str
    is_curated: bool
    is_gone: bool
    is_hidden: bool
    released_at: datetime | None


def default_variant(candidates: Iterable[Candidate]) -> tuple[str, str] | None:
    """Return the default variant's name and why it is that one; None for no candidates.

    In this order: the curated choice while its source still has it; a variant that is not
    gone before one that is; one that is shown before a hidden one; the latest release;
    the alphabet, so that the answer never depends on the order of arrival.
    """
    ranked = sorted(
        candidates,
        key=lambda c: (
            c.is_gone,
            not c.is_curated,
            c.is_hidden,
            LONG_AGO - (c.released_at or LONG_AGO),
            c.name,
        ),
    )
    if not ranked:
        return None
    best, others = ranked[0], ranked[1:]
    return best.name, _reason(best, others)


def _reason(best: Candidate, others: list[Candidate]) -> str:
    """Return in one sentence what set the best candidate apart."""
    if best.is_gone:
        return "No source lists any variant any more; this one was kept."
    if best.is_curated:
        return "The curated definitions name it as the default."
    rivals = [other for other in others if not other.is_gone]
    if not rivals:
        return "It is the only variant."
    if best.released_at and best.released_at > (rivals[0].released_at or LONG_AGO):
        return "It has the latest release of the variants."
    return "It comes first in the alphabet; nothing else tells the variants apart."
