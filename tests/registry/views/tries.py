"""A package that a curated variant installs, and runs of it in the sandbox."""

import json

from registry.catalog.following import follow_variants
from registry.models import Snapshot, Source
from registry.vocabulary import Origin, SourceKind
from scrapers.line import judge
from scrapers.probes import VERSION
from tests.registry.cast import NOW, release_of, say, source_of, variant
from tests.scrapers.probes.invocation.records import discover, record


def packaged(
    *variants, plugin="tap-alpha", kind="extractors", versions=("1.0", "1.1"), **said
):
    """Record a plugin by ada, with the releases of the package it installs."""
    of = {"plugin": plugin, "kind": kind}
    said = {"pip_url": plugin, "repo": ...} | of | said
    say(source_of("definitions"), variant("ada", **said), *variants, **of)
    follow_variants(now=NOW)
    source = Source.objects.get(kind=SourceKind.PACKAGE, address=plugin)
    releases = tuple(
        release_of(version, day=day) for day, version in enumerate(versions)
    )
    says = variant("package", settings=..., releases=releases, **of)
    say(source, says, origin=Origin.PACKAGE, **of)
    # What they saw is of no matter here, and nothing to be judged.
    Snapshot.objects.update(probed_with=VERSION)
    return source


def ran(source, *steps, version="1.1", python="3.12", at=NOW, **said):
    """Judge the record of a run, as it is judged after a try; return the run."""
    row = Snapshot.objects.create(
        source=source,
        subject=f"run/{version}/{python}",
        digest="",
        taken_at=at,
        evidence=record(*steps, version=version, python=python, **said),
    )
    judge([row], now=NOW)
    return row.run


def with_streams(*streams):
    """Return the step in which a tap answers with a catalog of these streams."""
    return discover(json.dumps({"streams": [dict(one) for one in streams]}))


def stream_of(name, **properties):
    """Return a stream of a catalog; `properties` are schemas by the names of fields."""
    return {
        "tap_stream_id": name,
        "stream": name,
        "key_properties": ["id"],
        "schema": {"type": "object", "properties": properties},
    }
