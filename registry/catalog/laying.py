"""Lay the statements of each touched plugin together and write what follows from them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from packaging.version import InvalidVersion, Version

from registry.catalog.counters import counters_by_source, counts_of
from registry.catalog.weighing import weighed, weight
from registry.defaults import Candidate, default_variant
from registry.facts import Json
from registry.layers import lay
from registry.models import Event, Plugin, Release, Setting, Statement, Variant
from registry.models.bulk import BATCH, save_all
from registry.vocabulary import EventVerb, Origin

VARIANT_FIELDS = (
    "definition", "label", "description", "namespace", "pip_url", "repo", "logo_url",
    "maintenance_status", "hidden", "counters", "current_release_id", "gone_at",
    "is_curated", "is_followed",
)  # fmt: skip
# What a row holds of a setting's name.
NAME_LENGTH = 300
PLUGIN_FIELDS = ("label", "description", "default_variant_id", "default_reason")


def lay_plugins(plugins: Sequence[Plugin], *, now: datetime) -> list[Event]:
    """Bring each plugin's rows in line with its statements; return what happened, unsaved."""
    statements = weighed(Statement.objects.filter(variant__plugin__in=plugins))
    counters = counters_by_source(statements)
    variants: dict[int, list[Variant]] = defaultdict(list)
    for row in Variant.objects.filter(plugin__in=plugins).prefetch_related("releases"):
        variants[row.plugin_id].append(row)
    events: list[Event] = []
    changed: list[Variant] = []
    for plugin in plugins:
        for variant in variants[plugin.pk]:
            spoken = statements[variant.pk]
            verb = _lay_variant(variant, spoken, now=now)
            if verb is not None:
                events.append(Event(at=now, verb=verb, plugin=plugin, variant=variant))
            counts = counts_of(variant, spoken, counters)
            if verb is not None or counts != variant.counters:
                variant.counters = counts
                changed.append(variant)
    fields = [name.removesuffix("_id") for name in VARIANT_FIELDS]
    save_all(changed, fields)
    # Whose sources said something new may be looked after, or not, from now on.
    Variant.objects.filter(plugin__in=plugins, is_rated=True).update(is_rated=False)
    _keep_settings(changed)
    for plugin in plugins:
        events += _choose_default(plugin, variants[plugin.pk], statements, at=now)
    _keep_plugins(plugins, now=now)
    return events


def _lay_variant(
    variant: Variant,
    statements: Sequence[Statement],
    *,
    now: datetime,
) -> EventVerb | None:
    """Write what the statements come to into `variant`, unsaved; return what that is."""
    before, was_gone = _image(variant), variant.gone_at is not None
    is_new = not variant.definition
    live = [row for row in statements if row.gone_at is None]
    # A variant no source speaks of any more keeps what was last said of it.
    spoken = [(Origin(row.origin), row.definition) for row in live or statements]
    _fill(variant, lay(spoken, variant.overrides))
    is_curated = any(origin is Origin.DEFINITION for origin, _ in spoken)
    if is_curated != variant.is_curated:
        # Only what a curated definition names is followed.
        variant.is_curated, variant.is_followed = is_curated, False
    variant.gone_at = None if live else variant.gone_at or now
    if is_new:
        return EventVerb.ADDED
    if (variant.gone_at is not None) != was_gone:
        return EventVerb.GONE if variant.gone_at else EventVerb.RETURNED
    return EventVerb.CHANGED if _image(variant) != before else None


def _image(variant: Variant) -> str:
    """Return all that is laid into a variant; key order and 1 or 1.0 count, as in JSON."""
    return repr([getattr(variant, name) for name in VARIANT_FIELDS])


def _fill(variant: Variant, definition: Json) -> None:
    """Set the columns that are read from a definition, and the current release."""
    variant.definition = definition
    variant.label = str(definition.get("label") or "")[:200]
    variant.description = str(definition.get("description") or "")
    variant.namespace = str(definition.get("namespace") or "")[:200]
    before = variant.pip_url, variant.repo
    variant.pip_url = str(definition.get("pip_url") or "")
    variant.repo = str(definition.get("repo") or "")[:500]
    if before != (variant.pip_url, variant.repo):
        variant.is_followed = False
    variant.logo_url = (definition.get("logo_url") or "")[:500] or None
    variant.maintenance_status = str(definition.get("maintenance_status") or "")[:20]
    variant.hidden = definition.get("hidden") is True
    newest = newest_release(variant.releases.all())
    variant.current_release_id = newest.pk if newest else None


def newest_release(releases: Iterable[Release]) -> Release | None:
    """Return what an installer would take: not yanked, final before pre-release, newest."""

    def order(release: Release) -> tuple[bool, bool, bool, Version]:
        try:
            version = Version(release.version)
        except InvalidVersion:
            return False, False, False, Version("0")
        return True, not release.yanked, not version.is_prerelease, version

    return max(releases, key=order, default=None)


def _keep_settings(variants: Sequence[Variant]) -> None:
    """Replace the settings of variants whose definition lists others than their rows."""
    rows: dict[int, list[Json]] = defaultdict(list)
    for row in Setting.objects.filter(variant__in=variants, release=None):
        rows[row.variant_id].append(row.definition)
    stale = [v for v in variants if repr(_settings(v)) != repr(rows[v.pk])]
    Setting.objects.filter(variant__in=stale, release=None).delete()
    Setting.objects.bulk_create(
        [
            Setting(
                variant=variant,
                name=setting["name"][:NAME_LENGTH],
                kind=setting.get("kind") or "",
                sensitive=setting.get("sensitive") is True
                or setting.get("kind") == "password",
                position=position,
                definition=setting,
            )
            for variant in stale
            for position, setting in enumerate(_settings(variant))
        ],
        batch_size=BATCH,
    )


def _settings(variant: Variant) -> list[Json]:
    """Return the definition's settings, the first of each name that a row can hold."""
    first: dict[str, Json] = {}
    for setting in variant.definition.get("settings") or []:
        first.setdefault(setting["name"][:NAME_LENGTH], setting)
    return list(first.values())


def _choose_default(
    plugin: Plugin,
    variants: Sequence[Variant],
    statements: Mapping[int, Sequence[Statement]],
    *,
    at: datetime,
) -> list[Event]:
    """Set the plugin's default variant and what it shows; return an event if that moved."""
    by_name = {variant.name: variant for variant in variants}
    curated = _curated(variants, statements)
    chosen = default_variant(
        Candidate(
            name=variant.name,
            is_curated=variant.pk == curated,
            is_gone=variant.gone_at is not None,
            is_hidden=variant.hidden,
            released_at=_released_at(variant),
        )
        for variant in variants
    )
    if chosen is None:
        return []
    variant = by_name[chosen[0]]
    before, plugin.default_variant = plugin.default_variant_id, variant
    plugin.default_reason = chosen[1]
    plugin.label, plugin.description = variant.label, variant.description
    if before in {None, variant.pk}:
        return []
    data = {"to": variant.name, "reason": chosen[1]}
    verb = EventVerb.DEFAULT_MOVED
    return [Event(at=at, verb=verb, plugin=plugin, variant=variant, data=data)]


def _curated(
    variants: Sequence[Variant], statements: Mapping[int, Sequence[Statement]]
) -> int | None:
    """Return the variant that the weightiest source names as default, if any does."""
    naming = [
        row
        for variant in variants
        for row in statements[variant.pk]
        # The choice of a source that fell silent stands for variants all are silent of.
        if row.is_default and (row.gone_at is None or variant.gone_at is not None)
    ]
    return min(naming, key=weight).variant_id if naming else None


def _released_at(variant: Variant) -> datetime | None:
    current = variant.current_release_id
    found = (r.released_at for r in variant.releases.all() if r.pk == current)
    return next(found, None)


def _keep_plugins(plugins: Sequence[Plugin], *, now: datetime) -> None:
    for plugin in plugins:
        plugin.changed_at = now
        plugin.revision += 1
    fields = [name.removesuffix("_id") for name in PLUGIN_FIELDS]
    save_all(plugins, [*fields, "changed_at", "revision"])
