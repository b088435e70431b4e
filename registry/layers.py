"""Lay what different sources say about one variant over each other. Pure, and the only place.

Whose word counts, field by field: the maintainer's override, then what a probe observed
on the current release, then the curated definition, then package metadata. Settings merge
by name: the observed list decides which exist, their kind, default and description; the
curated one fills the rest. Capabilities that were seen at work are added to those that are
declared. A curated definition that no probe has contradicted passes through untouched, so
that a hub which has imported and not yet probed answers exactly what upstream does; package
metadata speaks only where no definition does, and the code of the release, read and not run,
only where metadata are silent, too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.facts import Json
from registry.vocabulary import Origin

# A key of what probes say: capabilities that were seen at work, whoever declares them.
AT_WORK = "capabilities_at_work"
# What a curated setting adds to an observed one of the same name.
CURATED_SETTING_KEYS = (
    "label", "sensitive", "options", "placeholder", "env", "aliases", "documentation",
    "oauth", "value_processor", "value_post_processor", "hidden",
)  # fmt: skip


def lay(
    statements: Sequence[tuple[Origin, Json]], overrides: Mapping[str, Any]
) -> Json:
    """Return the one definition that follows from all statements and the overrides.

    `statements` come strongest source first within an origin; only the first of each counts.
    """
    by_origin: dict[Origin, Json] = {}
    for origin, definition in statements:
        by_origin.setdefault(origin, definition)
    # A package and the repository it is built from say the same things; what an installer
    # takes is the package.
    weakest_first = (Origin.CODE, Origin.REPOSITORY, Origin.PACKAGE)
    uncurated: Json = {}
    for origin in weakest_first:
        uncurated |= by_origin.get(origin, {})
    ground = by_origin.get(Origin.DEFINITION) or uncurated
    laid = dict(ground)
    if seen := by_origin.get(Origin.PROBE):
        observed = {key: value for key, value in seen.items() if key != AT_WORK}
        laid |= observed
        if "settings" in observed:
            laid["settings"] = _merge_settings(
                observed["settings"], ground.get("settings") or []
            )
        laid |= _with_words(laid.get("capabilities") or [], seen.get(AT_WORK) or [])
    return laid | dict(overrides)


def _with_words(listed: Sequence[str], at_work: Sequence[str]) -> Json:
    """Return the capabilities with those that were seen at work, if any is missing."""
    missing = [word for word in at_work if word not in listed]
    return {"capabilities": [*listed, *missing]} if missing else {}


def _merge_settings(observed: Sequence[Json], curated: Sequence[Json]) -> list[Json]:
    """Return the observed settings, each filled from the curated one of its name."""
    by_name = {setting["name"]: setting for setting in curated}
    return [
        {
            **{
                key: value
                for key, value in by_name.get(setting["name"], {}).items()
                if key in CURATED_SETTING_KEYS
            },
            **setting,
        }
        for setting in observed
    ]
