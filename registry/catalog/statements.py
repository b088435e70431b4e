"""Keep what each source says of each variant: maintainers, variants, statements, releases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from registry.catalog.releases import keep_releases
from registry.facts import Facts, VariantFacts
from registry.models import Event, Maintainer, Plugin, Snapshot, Statement, Variant
from registry.models.bulk import BATCH, save_all
from registry.services import service_of
from registry.vocabulary import Origin

# What runs of a source's releases say; the source itself says the rest.
TRIED = (Origin.CODE, Origin.PROBE)


class PluginKey(NamedTuple):
    """A plugin's identity."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """One snapshot and what was concluded from it."""

    snapshot: Snapshot
    facts: Facts

    @property
    def key(self) -> PluginKey:
        """Return which plugin the facts are about."""
        return PluginKey(self.facts.type.value, self.facts.name)


@dataclass(slots=True)
class _Said:
    """One variant as one source has it, and the row it belongs to."""

    found: Found
    facts: VariantFacts
    variant: Variant


def lock_plugins(facts: Sequence[Facts], *, now: datetime) -> dict[PluginKey, Plugin]:
    """Return the plugins that `facts` are about, locked until the transaction ends.

    Plugins are made where facts have variants for them. Rows are locked in the order of
    their ids, so that two recordings wait for each other and never deadlock.
    """
    wanted = sorted({(one.type.value, one.name) for one in facts if one.variants})
    # The type as well, for it comes first in the index.
    rows = Plugin.objects.filter(
        type__in={one.type.value for one in facts}, name__in={one.name for one in facts}
    )
    known = set(rows.values_list("type", "name"))
    Plugin.objects.bulk_create(
        [
            Plugin(type=kind, name=name, service=service_of(kind, name), changed_at=now)
            for kind, name in wanted
            if (kind, name) not in known
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    asked = {PluginKey(one.type.value, one.name) for one in facts}
    locked = {
        PluginKey(row.type, row.name): row
        for row in rows.select_for_update().order_by("pk")
    }
    return {key: row for key, row in locked.items() if key in asked}


def keep_statements(
    found: Sequence[Found], plugins: Mapping[PluginKey, Plugin], *, now: datetime
) -> tuple[list[Plugin], list[Event]]:
    """Write what every source says; return the plugins of which that is news, and unsaved
    events of versions that are not what they were.
    """
    maintainers = _keep_maintainers(found)
    said = _keep_variants(found, plugins, maintainers)
    touched = _keep_spoken(said) | _keep_silence(found, plugins, said, now=now)
    newer, events = keep_releases([(one.variant, one.facts) for one in said], now=now)
    touched |= newer
    by_id = {plugin.pk: plugin for plugin in plugins.values()}
    return [by_id[pk] for pk in sorted(touched)], events


def _keep_maintainers(found: Sequence[Found]) -> dict[str, Maintainer]:
    """Return every named maintainer's row; a curated entry overrules package metadata."""
    named = {
        variant.maintainer.name: (variant.maintainer, one.facts.origin)
        for one in sorted(found, key=lambda one: one.facts.origin is Origin.DEFINITION)
        for variant in one.facts.variants
    }
    rows = Maintainer.objects.in_bulk(list(named), field_name="name")
    changed = []
    # In the order of names, so that two recordings wait for each other at most.
    for name, (facts, origin) in sorted(named.items()):
        row = rows.get(name)
        if row is None or origin is not Origin.DEFINITION:
            continue
        if (row.label, row.url) != (facts.label, facts.url):
            row.label, row.url = facts.label, facts.url
            changed.append(row)
    save_all(changed, ["label", "url"])
    missing = sorted(named.keys() - rows.keys())
    Maintainer.objects.bulk_create(
        [
            Maintainer(name=name, label=named[name][0].label, url=named[name][0].url)
            for name in missing
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    return rows | Maintainer.objects.in_bulk(missing, field_name="name")


def _keep_variants(
    found: Sequence[Found],
    plugins: Mapping[PluginKey, Plugin],
    maintainers: Mapping[str, Maintainer],
) -> list[_Said]:
    """Return every variant spoken of with its row, made where it is new."""
    rows = {
        (row.plugin_id, row.name): row
        for row in Variant.objects.filter(plugin__in=plugins.values())
    }
    said = []
    new = []
    for one in found:
        plugin = plugins[one.key]
        for facts in one.facts.variants:
            row = rows.get((plugin.pk, facts.name))
            if row is None:
                row = Variant(
                    plugin=plugin,
                    name=facts.name,
                    maintainer=maintainers[facts.maintainer.name],
                    seen_at=one.snapshot.taken_at,
                )
                rows[plugin.pk, facts.name] = row
                new.append(row)
            said.append(_Said(one, facts, row))
    Variant.objects.bulk_create(new, batch_size=BATCH)
    return said


def _keep_spoken(said: Sequence[_Said]) -> set[int]:
    """Write each source's word on each variant; return the plugins of which it is news."""
    rows = {
        (row.variant_id, row.source_id, row.origin): row
        for row in Statement.objects.filter(
            variant__in={one.variant.pk for one in said}
        )
    }
    new, changed, touched = [], [], set()
    for one in said:
        origin = one.found.facts.origin.value
        source_id = one.found.snapshot.source_id
        row = rows.get((one.variant.pk, source_id, origin))
        if row is None:
            new.append(_statement(one))
        elif row.gone_at is not None or _differs(row, one.facts):
            row.definition, row.is_default = one.facts.definition, one.facts.is_default
            row.logo_digest = one.facts.logo
            row.snapshot, row.gone_at = one.found.snapshot, None
            changed.append(row)
        else:
            continue
        touched.add(one.variant.plugin_id)
    Statement.objects.bulk_create(new, batch_size=BATCH)
    fields = ["definition", "is_default", "logo_digest", "snapshot", "gone_at"]
    save_all(changed, fields)
    return touched


def _statement(said: _Said) -> Statement:
    return Statement(
        variant=said.variant,
        source_id=said.found.snapshot.source_id,
        snapshot=said.found.snapshot,
        origin=said.found.facts.origin.value,
        definition=said.facts.definition,
        is_default=said.facts.is_default,
        logo_digest=said.facts.logo,
    )


def _differs(row: Statement, facts: VariantFacts) -> bool:
    """Say whether a source's word changed. Key order counts: clients are served it."""
    before, said = (row.is_default, row.logo_digest), (facts.is_default, facts.logo)
    return before != said or _ordered(row.definition) != _ordered(facts.definition)


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return [(key, _ordered(part)) for key, part in value.items()]
    if isinstance(value, list):
        return [_ordered(part) for part in value]
    # 1, 1.0 and True are equal in Python and three different things in JSON.
    return type(value), value


def _keep_silence(
    found: Sequence[Found],
    plugins: Mapping[PluginKey, Plugin],
    said: Sequence[_Said],
    *,
    now: datetime,
) -> set[int]:
    """Mark statements that their source no longer makes; return the plugins they are on."""
    spoken = {
        (one.variant.pk, one.found.snapshot.source_id, one.found.facts.origin.value)
        for one in said
    }
    # A package falls silent without its runs, and the other way round.
    looked = {
        (plugins[one.key].pk, one.snapshot.source_id, _voice(one.facts.origin))
        for one in found
    }
    rows = Statement.objects.filter(
        gone_at=None,
        variant__plugin__in={plugin_id for plugin_id, _, _ in looked},
        source__in={source_id for _, source_id, _ in looked},
    ).select_related("variant")
    silent = [
        row
        for row in rows
        if (row.variant.plugin_id, row.source_id, _voice(row.origin)) in looked
        and (row.variant_id, row.source_id, row.origin) not in spoken
    ]
    for row in silent:
        row.gone_at = now
    save_all(silent, ["gone_at"])
    return {row.variant.plugin_id for row in silent}


def _voice(origin: str) -> str:
    """Return what falls silent by itself: a source's runs do apart from what it says."""
    return origin if origin in TRIED else ""
