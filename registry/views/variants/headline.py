"""The facts below a variant's name: at most four, each with its day and where it is shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from registry.maintenance import Maintenance, MaintenanceState
from registry.models import Setting, Variant
from registry.search.entries import DOCKER_SETTINGS
from registry.views.catalog.chips import python_versions

FACTS_SHOWN = 4
MAINTENANCE = {
    MaintenanceState.ACTIVE: ("Active", "", ""),
    MaintenanceState.QUIET: ("Quiet", "warn", "!"),
    MaintenanceState.SEEKING: ("Maintainer seeks help", "warn", "!"),
    MaintenanceState.NONE: ("Nobody looks after it", "warn", "!"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words that are true on their own, the place that shows it, and its day.

    `tone` is a class of the stylesheet, `mark` a sign for who sees no colour.
    """

    text: str
    place: str
    on: date | None = None
    tone: str = ""
    mark: str = ""


def headline(
    variant: Variant,
    settings: Iterable[Setting],
    *,
    is_default: bool,
    maintenance: Maintenance | None,
    read_on: date | None,
) -> list[Fact]:
    """Return the facts that matter most of a variant, the weightiest first.

    `read_on` is when what is curated was last read.
    """
    plugin = variant.plugin
    said = [_tried(variant), *_upkeep(variant, maintenance, read_on)]
    if is_default:
        place = reverse("plugin", args=(plugin.type, plugin.name))
        said.append(Fact("Default variant", place, tone="info"))
    if variant.hidden:
        said.append(Fact("curated: hidden", "#says", read_on))
    if any(setting.name in DOCKER_SETTINGS for setting in settings):
        said.append(Fact("Needs Docker, by its settings", "#settings", read_on))
    if (release := variant.current_release) is not None:
        said.append(Fact(release.shown, "#releases", release.released_at))
    return said[:FACTS_SHOWN]


def _upkeep(
    variant: Variant, maintenance: Maintenance | None, read_on: date | None
) -> Iterator[Fact]:
    """Yield whether anyone looks after it, as its sources say it or else what is curated."""
    if variant.gone_at is not None:
        yield Fact("Gone", "#says", variant.gone_at, "warn", "!")
    elif maintenance is not None:
        words, tone, mark = MAINTENANCE[maintenance.state]
        yield Fact(words, "#about", maintenance.since, tone, mark)
    elif status := variant.maintenance_status:
        tone, mark = ("warn", "!") if status == "inactive" else ("", "")
        yield Fact(f"curated: {status}", "#says", read_on, tone, mark)


def _tried(variant: Variant) -> Fact:
    """Return on which Pythons the current release was seen to install and start."""
    tried = variant.tried
    if not tried:
        return Fact("Not checked", "#tried", mark="–")
    pythons: Mapping[str, str] = tried["pythons"]
    on = {
        answer: python_versions(
            [one for one, said in pythons.items() if said == answer]
        )
        for answer in ("yes", "no")
    }
    day = datetime.fromisoformat(tried["at"])
    if on["yes"] and on["no"]:
        text = f"Runs on Python {on['yes']}, fails on {on['no']}"
        return Fact(text, "#tried", day, "warn", "!")
    if on["yes"]:
        return Fact(f"Runs on Python {on['yes']}", "#tried", day, "ok", "✓")
    if on["no"]:
        return Fact(f"Fails on Python {on['no']}", "#tried", day, "bad", "×")
    return Fact("Could not be tried", "#tried", day, mark="–")
