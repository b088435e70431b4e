"""What is to be known before a variant is installed: gone, held back, yanked, failing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.facts import Json
from registry.maintenance import ENDED
from registry.models import Source, Variant
from registry.views.releases.naming import called
from registry.views.runs.trials import Trials
from registry.vocabulary import ProjectStatus


@dataclass(frozen=True, slots=True)
class Notice:
    """A title, what it means, and the day it began; `is_offering` names other variants."""

    title: str
    text: str
    tone: str = "warn"
    at: datetime | None = None
    is_offering: bool = False


def notices(
    variant: Variant, speakers: Sequence[Source], tried: Trials | None
) -> list[Notice]:
    """Return what has to be known of a variant, the gravest first."""
    said = []
    if variant.gone_at is not None:
        text = (
            "No source has listed this variant since then. Its last definition is kept, "
            "so that projects which use it go on working."
        )
        said.append(
            Notice("Deprecated", text, "bad", variant.gone_at, is_offering=True)
        )
    said += [_ended(one) for one in speakers if _status(one) in ENDED]
    release = variant.current_release
    if release is not None and release.yanked:
        # Else another would be current. Source: registry.catalog.installing.
        text = (
            f"Whoever released {release.shown} took it back, and nothing else is known "
            "that the definition allows."
        )
        said.append(Notice("Yanked", text, is_offering=True))
    if failing := _failing(variant, tried):
        said.append(failing)
    if variant.hidden:
        text = "The curated definition hides it: lists leave it out, clients find it."
        said.append(Notice("Hidden", text, "info"))
    return said


def alternatives(others: Sequence[Json]) -> list[Json]:
    """Return the plugin's other variants that may be installed, those seen to run first."""
    here = [one for one in others if not one["gone_at"] and not one["withheld_at"]]
    return sorted(here, key=lambda one: (not runs_somewhere(one["tried"]), one["name"]))


def runs_somewhere(tried: Json) -> bool:
    """Say whether a run saw the current release start on any Python."""
    return "yes" in tried.get("pythons", {}).values()


def _status(source: Source) -> ProjectStatus:
    return ProjectStatus(source.facts.get("status", ProjectStatus.ACTIVE))


def _ended(source: Source) -> Notice:
    status = _status(source)
    reason = str(source.facts.get("status_reason", "")).strip()
    why = f" It says: {reason}" if reason else ""
    if status is ProjectStatus.QUARANTINED:
        text = f"The index holds {source.shown} back from installation.{why}"
        return Notice("Quarantined", text, "bad", is_offering=True)
    text = f"{source.shown} takes no more changes.{why}"
    return Notice("Archived", text, is_offering=True)


def _failing(variant: Variant, tried: Trials | None) -> Notice | None:
    """Return that the current release starts on no Python that it was tried on."""
    answers = set(variant.tried.get("pythons", {}).values())
    if answers != {"no"} or tried is None:
        return None
    version = variant.tried["version"]
    runs = [run for run in tried.by_snapshot.values() if run.version == version]
    causes = [cause for run in runs if (cause := run.why_it_fails)]
    pythons = ", ".join(variant.tried["pythons"])
    text = f"{called(version)} did not start on Python {pythons}."
    if causes:
        text += f" {causes[0]}"
    at = datetime.fromisoformat(variant.tried["at"])
    return Notice("Does not start", text, "bad", at, is_offering=True)
