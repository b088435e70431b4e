"""Facts for tests, said by sources that need no network."""

from datetime import UTC, datetime, timedelta

from registry.catalog import record
from registry.facts import Facts, MaintainerFacts, ReleaseFacts, VariantFacts
from registry.models import Snapshot, Source
from registry.vocabulary import Origin, PluginType, SourceKind
from tests.definitions import definition_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def source_of(address, *, kind=SourceKind.DEFINITIONS, priority=0):
    source = Source.objects.enrol(kind, address, found_by="test")
    source.priority = priority
    source.save()
    return source


def look(source, subject="extractors/tap-alpha", *, at=NOW):
    """Return a new snapshot; what it saw is of no matter where facts are given."""
    return Snapshot.objects.create(
        source=source, subject=subject, digest="", taken_at=at, evidence={}
    )


def variant(name, *, plugin="tap-alpha", kind="extractors", **said):
    """Return one source's word on a variant; `said` are keys of its definition."""
    of_facts = {key: said.pop(key) for key in ("is_default", "releases") if key in said}
    definition = definition_of(kind, plugin, name) | said
    return VariantFacts(
        name=name,
        definition={k: v for k, v in definition.items() if v is not ...},
        maintainer=MaintainerFacts(name=name, label=name.title()),
        **of_facts,
    )


def facts(*variants, plugin="tap-alpha", kind="extractors", origin=Origin.DEFINITION):
    return Facts(type=PluginType(kind), name=plugin, origin=origin, variants=variants)


def say(source, *variants, at=NOW, **of):
    """Record what a source says of one plugin, as its newest word."""
    subject = (
        "" if source.kind == SourceKind.PACKAGE else f"{of.get('plugin', 'tap-alpha')}"
    )
    return record([(look(source, subject, at=at), facts(*variants, **of))], now=at)


def release_of(version, *, day=0, **said):
    at = NOW + timedelta(days=day)
    files = {f"{version}.whl": "0" * 64}
    return ReleaseFacts(version=version, released_at=at, artifacts=files, **said)
