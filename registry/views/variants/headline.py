"""The facts below a variant's name: at most four, each with its day and where it is shown."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from registry.maintenance import Maintenance
from registry.models import Setting, Variant
from registry.search.entries import DOCKER_SETTINGS
from registry.views.catalog.chips import (
    Chip,
    hidden_chips,
    tried_chip,
    upkeep_chips,
    withheld_chips,
)

FACTS_SHOWN = 4


def headline(
    variant: Variant,
    settings: Iterable[Setting],
    *,
    is_default: bool,
    maintenance: Maintenance | None,
    read_on: date | None,
) -> list[Chip]:
    """Return the facts that matter most of a variant, the weightiest first.

    `read_on` is when what is curated was last read.
    """
    plugin = variant.plugin
    said = [
        *withheld_chips(variant),
        tried_chip(variant.tried),
        *upkeep_chips(variant, maintenance, read_on),
    ]
    if is_default:
        place = reverse("plugin", args=(plugin.type, plugin.name))
        said.append(Chip("Default variant", "info", place=place))
    said += hidden_chips(variant, read_on)
    if any(setting.name in DOCKER_SETTINGS for setting in settings):
        words = "Needs Docker, by its settings"
        said.append(Chip(words, place="#settings", on=read_on))
    if (release := variant.current_release) is not None:
        said.append(Chip(release.shown, place="#releases", on=release.released_at))
    return said[:FACTS_SHOWN]
