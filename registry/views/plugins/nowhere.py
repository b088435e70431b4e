"""What is said where a default does not run, or no variant does: why, and what runs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.catalog.differing import by_version
from registry.models import ProbeRun, Variant

REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one variant does not run: a reason by run, and the newest release that did."""

    variant: Variant
    reasons: tuple[tuple[ProbeRun, str], ...]
    ran: ProbeRun | None


def answers_of(variant: Variant) -> Mapping[str, str]:
    """Return on which Pythons the current release was seen to run: yes, no or unknown."""
    answers: Mapping[str, str] = variant.tried.get("pythons", {})
    return answers


def runs_nowhere(variants: Sequence[Variant]) -> bool:
    """Say whether each of the variants was tried and was seen to fail, and never to run.

    One that was not tried, or that could not be, may run.
    """
    answers = [set(answers_of(row).values()) for row in variants]
    return bool(answers) and all("no" in one and "yes" not in one for one in answers)


def runs_instead(default: Variant, variants: Iterable[Variant]) -> Variant | None:
    """Return the first variant that was seen to run, where the default only failed."""
    if set(answers_of(default).values()) != {"no"}:
        return None
    running = (
        row
        for row in variants
        if not row.is_deprecated and "yes" in answers_of(row).values()
    )
    return next(running, None)


def failures(
    variants: Sequence[Variant],
    sources: Iterable[tuple[int, int]],
    runs: Iterable[ProbeRun],
) -> list[Failure]:
    """Return why each variant does not run. `sources` are pairs of variant and source."""
    listed = list(runs)
    found = []
    for variant in variants:
        of_variant = {source for pk, source in sources if pk == variant.pk}
        own = [run for run in listed if run.source_id in of_variant]
        current = [run for run in own if run.version == variant.tried.get("version")]
        found.append(
            Failure(
                variant=variant, reasons=_reasons(current), ran=_newest_that_ran(own)
            )
        )
    return found


def _reasons(runs: Iterable[ProbeRun]) -> tuple[tuple[ProbeRun, str], ...]:
    """Return each cause once, with the first run that showed it."""
    first: dict[str, ProbeRun] = {}
    for run in runs:
        if run.starts == "no" and run.why_it_fails:
            first.setdefault(run.why_it_fails, run)
    return tuple((run, message) for message, run in first.items())[:REASONS_SHOWN]


def _newest_that_ran(runs: Iterable[ProbeRun]) -> ProbeRun | None:
    tried = by_version(run for run in runs if run.starts == "yes")
    return next((run for of in tried.values() for run in of.values()), None)
