"""Lay the statements of each touched plugin together and write what follows from them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from registry.catalog.changing import changes
from registry.catalog.choosing import choose_default
from registry.catalog.counters import counters_by_source, counts_of
from registry.catalog.installing import release_taken
from registry.catalog.logos import logo_of
from registry.catalog.weighing import weighed
from registry.catalog.withholding import is_withheld
from registry.facts import Json
from registry.layers import lay
from registry.models import Event, Plugin, Setting, Statement, Variant
from registry.models.bulk import BATCH, save_all
from registry.vocabulary import EventVerb, Origin

VARIANT_FIELDS = (
    "definition", "label", "description", "namespace", "pip_url", "repo", "logo_url",
    "maintenance_status", "hidden", "counters", "logo_digest", "current_release_id", "gone_at",
    "is_curated", "is_followed", "withheld_at",
)  # fmt: skip
# What a row holds of a setting's name.
NAME_LENGTH = 300
PLUGIN_FIELDS = ("label", "description", "default_variant_id", "default_reason")


def lay_plugins(plugins: Sequence[Plugin], *, now: datetime) -> list[Event]:
    """Bring each plugin's rows in line with its statements; return what happened, unsaved."""
    statements = weighed(Statement.objects.filter(variant__plugin__in=plugins))
    counters = counters_by_source(statements)
    variants: dict[int, list[Variant]] = defaultdict(list)
    rows = Variant.objects.filter(plugin__in=plugins).select_related("package")
    for row in rows.prefetch_related("releases"):
        variants[row.plugin_id].append(row)
    events: list[Event] = []
    changed: list[Variant] = []
    for plugin in plugins:
        for variant in variants[plugin.pk]:
            spoken, said = statements[variant.pk], variant.definition
            before = _beside(variant)
            verb = _lay_variant(variant, spoken, now=now)
            if verb is not None:
                data = _data(verb, said, variant.definition)
                events.append(
                    Event(at=now, verb=verb, plugin=plugin, variant=variant, data=data)
                )
            _lay_beside(variant, spoken, counters, now=now)
            if verb is not None or before != _beside(variant):
                changed.append(variant)
    save_all(changed, [name.removesuffix("_id") for name in VARIANT_FIELDS])
    # Whose sources said something new may be looked after, or not, from now on.
    Variant.objects.filter(plugin__in=plugins, is_rated=True).update(is_rated=False)
    _keep_settings(changed)
    for plugin in plugins:
        events += choose_default(plugin, variants[plugin.pk], statements, at=now)
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


def _lay_beside(
    variant: Variant,
    statements: Sequence[Statement],
    counters: Mapping[int, Json],
    *,
    now: datetime,
) -> None:
    """Write what follows from more than the statements into `variant`, unsaved."""
    variant.counters = counts_of(variant, statements, counters)
    variant.logo_digest = logo_of(variant, statements)
    since = variant.withheld_at or now
    variant.withheld_at = since if is_withheld(variant) else None


def _data(verb: EventVerb, before: Json, after: Json) -> Json:
    """Return what an event keeps of a definition that changed."""
    said = changes(before, after) if verb is EventVerb.CHANGED else []
    return {"changes": said} if said else {}


def _beside(variant: Variant) -> tuple[object, ...]:
    """Return what follows from more than the statements."""
    return variant.counters, variant.logo_digest, variant.withheld_at


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
    newest = release_taken(variant.pip_url, variant.releases.all())
    variant.current_release_id = newest.pk if newest else None


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


def _keep_plugins(plugins: Sequence[Plugin], *, now: datetime) -> None:
    for plugin in plugins:
        plugin.changed_at = now
        plugin.revision += 1
    fields = [name.removesuffix("_id") for name in PLUGIN_FIELDS]
    save_all(plugins, [*fields, "changed_at", "revision"])
