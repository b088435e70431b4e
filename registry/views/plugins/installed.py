"""What was installed with a variant's release, as a run in the sandbox saw it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from packaging.utils import canonicalize_name

from registry.catalog.differing import order
from registry.catalog.speaking import place_tried
from registry.differences.packages import packages_in
from registry.models import ProbeRun, Snapshot, Variant
from registry.tried import Answer

# What connectors are built with, each of them called what its package is.
# Source: `scrapers.probes.invocation.packages`; a test compares the two.
FRAMEWORKS = frozenset({
    "singer-sdk", "singer-python", "pipelinewise-singer-python", "realit-singer-python",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What one run installed: the release, and the packages that came with it.

    `others` counts these, `built` names those of them for which there was no wheel.
    `download_bytes` is the size of all files as they were fetched, None where that of one
    is not known. `frameworks` are names with versions.
    """

    run: int
    python: str
    ran_at: datetime
    others: int
    built: tuple[str, ...]
    download_bytes: int | None
    frameworks: tuple[str, ...]


# By the variants' keys; none for a variant that no run has installed.
type ByVariant = Mapping[int, Installed]


def installed_with(variants: Sequence[Variant]) -> ByVariant:
    """Return what was installed with the release that each variant takes now.

    By a run in which it starts, if there is one, on the newest Python. Two queries at most.
    """
    runs = _runs(variants)
    rows = Snapshot.objects.filter(pk__in={run.snapshot_id for run in runs.values()})
    evidence = dict(rows.values_list("pk", "evidence"))
    read = {pk: _read(run, evidence[run.snapshot_id]) for pk, run in runs.items()}
    return {pk: one for pk, one in read.items() if one is not None}


def _runs(variants: Sequence[Variant]) -> dict[int, ProbeRun]:
    """Return the run to read of each variant that was installed. One query at most."""
    wanted = {row.pk: key for row in variants if (key := _key(row)) is not None}
    if not wanted:
        return {}
    of_any = reduce(or_, (_matching(*key) for key in wanted.values()))
    rows = ProbeRun.objects.filter(of_any, installs=Answer.YES).select_related("source")
    found: dict[tuple[str, str, str], ProbeRun] = {}
    of_each = rows.newest().defer(
        "outcomes", "surface", "code", "source__validators", "source__findings"
    )
    for run in sorted(of_each, key=_worth):
        found[run.source.kind, run.source.address, run.version] = run
    return {pk: found[key] for pk, key in wanted.items() if key in found}


def _worth(run: ProbeRun) -> tuple[bool, Any]:
    return run.starts == Answer.YES, order(run.python)


def _key(row: Variant) -> tuple[str, str, str] | None:
    """Return what the runs of its current release are known by; None where none was tried."""
    place = place_tried(row.pip_url)
    if place is None or not row.tried:
        return None
    return place.kind, place.address, row.tried["version"]


def _matching(kind: str, address: str, version: str) -> Q:
    return Q(source__kind=kind, source__address=address, version=version)


def _read(run: ProbeRun, evidence: Mapping[str, Any]) -> Installed | None:
    """Return what the record of a run says was installed; None where it lists nothing."""
    packages = packages_in(evidence)
    own = canonicalize_name(str(evidence.get("name", "")))
    others = {
        name: one
        for one in packages
        if (name := canonicalize_name(str(one.get("name", "")))) != own
    }
    if not packages:
        return None
    return Installed(
        run=run.pk,
        python=run.python,
        ran_at=run.ran_at,
        others=len(others),
        built=tuple(name for name, one in others.items() if one.get("built") is True),
        download_bytes=_total(packages),
        frameworks=tuple(
            f"{name} {one.get('version', '')}".strip()
            for name, one in others.items()
            if name in FRAMEWORKS
        ),
    )


def _total(packages: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the size of all files, None where one does not say its own."""
    sizes = [one.get("size_bytes") for one in packages]
    known = [size for size in sizes if type(size) is int and size > 0]
    return sum(known) if len(known) == len(sizes) else None
