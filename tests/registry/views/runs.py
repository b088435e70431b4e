"""Runs of releases, as rows: what tries in the sandbox came to, without any try."""

from registry.catalog import record
from registry.catalog.following import follow_variants
from registry.catalog.observing import observations
from registry.models import ProbeRun, Snapshot, Source, Variant
from registry.vocabulary import Origin
from tests.registry.cast import NOW, release_of, say, source_of, variant

TOKEN = {"name": "token", "kind": "password"}
LIMIT = {"name": "limit", "kind": "integer"}


def packaged(*names, plugin="tap-alpha", releases=("1.0", "1.1")):
    """Record variants of a plugin, each installed from a package of its own.

    The first is the curated default. Returns the packages' sources.
    """
    said = [
        variant(name, plugin=plugin, pip_url=f"{name}-{plugin}", repo=...,
                is_default=number == 0)
        for number, name in enumerate(names)
    ]  # fmt: skip
    say(source_of("definitions"), *said, plugin=plugin)
    follow_variants(now=NOW)
    sources = []
    for name in names:
        source = Source.objects.get(address=f"{name}-{plugin}")
        known = [release_of(version, day=day) for day, version in enumerate(releases)]
        says = variant("package", plugin=plugin, settings=..., releases=known)
        say(source, says, plugin=plugin, origin=Origin.PACKAGE)
        sources.append(source)
    return sources


def streams(*names):
    """Return streams as a surface has them."""
    return [
        {"id": name, "name": name, "key_properties": ["id"],
         "replication_method": "INCREMENTAL", "is_method_forced": False,
         "replication_keys": ["at"], "fields": {"id": "integer"}, "schema": {}}
        for name in names
    ]  # fmt: skip


def ran(
    source,
    version="1.1",
    python="3.12",
    *,
    starts="yes",
    why="",
    packages=(),
    **surface,
):
    """Keep a run, and record what it says of its variants."""
    snapshot = Snapshot.objects.create(
        source=source, subject=f"run/{version}/{python}", digest="", taken_at=NOW,
        evidence={"name": source.address, "packages": list(packages)},
    )  # fmt: skip
    cause = {"code": "x", "message": why, "remedy": "", "answer": "no"}
    outcome = {"question": "installs", "answer": starts, "step": "install",
               "seconds": 1.0, "cause": cause if why else None}  # fmt: skip
    run = ProbeRun.objects.create(
        snapshot=snapshot, source=source, version=version, python=python, ran_at=NOW,
        interpreter=f"{python}.1", installs=starts, imports=starts, starts=starts,
        outcomes=[outcome], surface=surface,
    )  # fmt: skip
    record(observations([source]), now=NOW)
    return run


def row(name, plugin="tap-alpha"):
    return Variant.objects.get(plugin__name=plugin, name=name)
