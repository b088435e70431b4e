"""Which variant a plugin installs when nobody names one: a published, pure rule."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the rule looks at of one variant."""

    name: str
    is_curated: bool
    is_gone: bool
    is_withheld: bool
    is_hidden: bool
    released_at: datetime | None


type Rank = bool | timedelta | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One question of the rule. The candidate that ranks lower goes first.

    `fact` is what it says of a candidate: True and False for yes and no, a day or a name,
    None where that is not known. `reason` is what is said where it decides.
    """

    question: str
    rank: Callable[[Candidate], Rank]
    fact: Callable[[Candidate], bool | datetime | str | None]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a criterion says of the default and of the one after it, and whether it decided."""

    question: str
    default: bool | datetime | str | None
    runner_up: bool | datetime | str | None
    decides: bool


# The whole rule, in its order. The first one that tells two variants apart decides.
CRITERIA = (
    Criterion(
        question="A source lists it",
        rank=lambda one: one.is_gone,
        fact=lambda one: not one.is_gone,
        reason="It is the only variant.",
    ),
    Criterion(
        question="No index has quarantined its package",
        rank=lambda one: one.is_withheld,
        fact=lambda one: not one.is_withheld,
        reason="The other variants' packages are quarantined by their index.",
    ),
    Criterion(
        question="The curated definitions name it as the default",
        rank=lambda one: not one.is_curated,
        fact=lambda one: one.is_curated,
        reason="The curated definitions name it as the default.",
    ),
    Criterion(
        question="Its definition does not hide it",
        rank=lambda one: one.is_hidden,
        fact=lambda one: not one.is_hidden,
        reason="The definitions hide the other variants.",
    ),
    Criterion(
        question="Date of its current release",
        # Where no date is known it comes last.
        rank=lambda one: LONG_AGO - (one.released_at or LONG_AGO),
        fact=lambda one: one.released_at,
        reason="It has the latest release of the variants.",
    ),
    Criterion(
        question="Name, by the alphabet",
        rank=lambda one: one.name,
        fact=lambda one: one.name,
        reason=(
            "It comes first in the alphabet; nothing else tells the variants apart."
        ),
    ),
)


def default_variant(candidates: Iterable[Candidate]) -> tuple[str, str] | None:
    """Return the default variant's name and why it is that one; None for no candidates.

    By the criteria in their order; the last one is there so that the answer never depends
    on the order of arrival.
    """
    best = ranked(candidates)
    return (best[0].name, _reason(best)) if best else None


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, the default first."""
    return sorted(candidates, key=lambda one: [each.rank(one) for each in CRITERIA])


def told_apart(candidates: Iterable[Candidate]) -> tuple[str, list[Answered]]:
    """Return the runner-up's name, and what each criterion says of it and of the default.

    Nothing where there is no other candidate, or none that a source still lists. What comes
    after the criterion that decides was not asked any more, and is told all the same.
    """
    best = ranked(candidates)[:2]
    if len(best) < 2 or best[1].is_gone is not best[0].is_gone:
        return "", []
    decisive = _decisive(*best)
    return best[1].name, [
        Answered(
            question=one.question,
            default=one.fact(best[0]),
            runner_up=one.fact(best[1]),
            decides=one is decisive,
        )
        for one in CRITERIA
    ]


def _decisive(best: Candidate, other: Candidate) -> Criterion:
    apart = (one for one in CRITERIA if one.rank(best) != one.rank(other))
    return next(apart, CRITERIA[-1])


def _reason(best: Sequence[Candidate]) -> str:
    """Return in one sentence what set the first candidate apart."""
    default = best[0]
    if default.is_gone:
        return "No source lists any variant any more; this one was kept."
    if default.is_curated:
        return "The curated definitions name it as the default."
    rivals = [other for other in best[1:] if not other.is_gone]
    if not rivals:
        return "It is the only variant."
    return _decisive(default, rivals[0]).reason
