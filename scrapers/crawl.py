"""Crawl: look at a source, and keep what is new as snapshots.

Looking is done without a lock and may take minutes; keeping is one short transaction that
first sees whether another crawl of the same source finished meanwhile, and then gives way.
So a source may be crawled twice at once, or killed in between, and nothing is kept twice.
"""

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from registry.catalog.counters import recount
from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.models import Snapshot, Source
from registry.models.bulk import BATCH
from registry.vocabulary import PluginType, SourceKind
from scrapers.crawlers import git
from scrapers.crawlers.definitions import fetch_definitions, require_layout
from scrapers.crawlers.definitions.reading import SIZE_LIMIT
from scrapers.crawlers.definitions.tree import FolderTree, Tree
from scrapers.crawlers.index import fetch_package, normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE_PREFIX = "pypi:"


class Outcome(StrEnum):
    """How a crawl ended."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What a crawl came to: its outcome, the new snapshots and what was found wrong."""

    outcome: Outcome
    snapshots: tuple[Snapshot, ...] = ()
    findings: tuple[Finding, ...] = ()
    look: Look | None = None


def locate(place: str) -> tuple[SourceKind, str]:
    """Return the kind and address of a source that a person named.

    `pypi:NAME` is a package, anything else a tree of definitions: a folder of this
    machine by its absolute path, or the address of a Git repository.
    """
    if place.startswith(PACKAGE_PREFIX):
        return SourceKind.PACKAGE, normalised(place.removeprefix(PACKAGE_PREFIX))
    if "://" not in place and Path(place).is_dir():
        return SourceKind.DEFINITIONS, str(Path(place).resolve())
    return SourceKind.DEFINITIONS, place.rstrip("/")


def crawl(source: Source, *, now: datetime, accept_loss: bool = False) -> Crawl:
    """Look at a source and keep what is new. Raises a CrawlError where looking fails.

    A tree that lost more than the allowed share of its plugins is held: nothing of it is
    kept until a person has it crawled with `accept_loss`. Nothing new writes no row.
    """
    look = _look(source, accept_loss=accept_loss)
    if look is None:
        held = source.held is not None
        return Crawl(outcome=Outcome.HELD if held else Outcome.UNCHANGED)
    if _is_shrunken(look) and not accept_loss:
        return _hold(source, look, now=now)
    return _keep(source, look, now=now)


def _look(source: Source, *, accept_loss: bool) -> Look | None:
    if source.kind == SourceKind.PACKAGE:
        return fetch_package(
            source.address,
            validators=source.validators,
            index_url=settings.PACKAGE_INDEX_URL,
            timeout_s=settings.CRAWL_TIMEOUT_S,
        )
    known = source.revision
    if source.held is not None:
        # A held revision is not fetched again until someone accepts it; any other is,
        # the one that was kept last as well: with it the reason to hold is gone.
        known = "" if accept_loss else source.held["revision"]
    with _tree(source.address, known) as tree:
        if tree is None:
            return None
        look = fetch_definitions(
            tree,
            seen=source.validators,
            previous=lambda subjects: _previous(source, subjects),
        )
    require_layout(look, source.address)
    return look


@contextmanager
def _tree(address: str, known: str) -> "Iterator[Tree | None]":
    """Give the tree at an address, or None where its revision is the known one."""
    if Path(address).is_dir() and not (Path(address) / "HEAD").exists():
        folder = FolderTree(Path(address), size_limit=SIZE_LIMIT)
        yield None if folder.revision == known else folder
        return
    head = git.head_of(address, timeout_s=settings.CRAWL_TIMEOUT_S)
    if head == known:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="songbook-git-") as place:
        tree = git.GitTree(
            address, head, Path(place), timeout_s=settings.CRAWL_TIMEOUT_S
        )
        try:
            yield tree
        finally:
            tree.close()


def _previous(source: Source, subjects: Iterable[str] | None) -> Mapping[str, Json]:
    rows = Snapshot.objects.latest_of(source, subjects)
    return {row.subject: row.evidence for row in rows.only("subject", "evidence")}


def _is_shrunken(look: Look) -> bool:
    limit: float = settings.SHRINK_LIMIT_PERCENT
    return len(look.gone) * 100 > look.known * limit


def _hold(source: Source, look: Look, *, now: datetime) -> Crawl:
    """Keep nothing of a look but that it waits for a person."""
    message = (
        f"{len(look.gone)} of {look.known} plugins are gone, more than "
        f"{settings.SHRINK_LIMIT_PERCENT:g} %. Nothing was changed. If this is meant, "
        "crawl the source again with --accept-loss."
    )
    finding = Finding(code="shrunken", message=message)
    held = {"revision": look.revision, "gone": len(look.gone), "known": look.known}
    with transaction.atomic():
        row = _unless_overtaken(source)
        if row is None:
            return Crawl(outcome=Outcome.OVERTAKEN)
        findings = [finding.as_json()]
        row.crawl_succeeded(now, held=held, findings=findings)
    return Crawl(outcome=Outcome.HELD, findings=(finding,), look=look)


def _keep(source: Source, look: Look, *, now: datetime) -> Crawl:
    """Write a snapshot for every subject that differs, and what the next look compares."""
    with transaction.atomic():
        row = _unless_overtaken(source)
        if row is None:
            return Crawl(outcome=Outcome.OVERTAKEN)
        snapshots = Snapshot.objects.bulk_create(
            _news(row, look, now=now), batch_size=BATCH
        )
        row.crawl_succeeded(
            now,
            revision=look.revision,
            validators=look.validators,
            counters=row.counters if look.counters is None else look.counters,
            findings=[finding.as_json() for finding in look.findings],
            held=None,
        )
        if look.counters is not None:
            recount(row)
    return Crawl(
        outcome=Outcome.CHANGED,
        snapshots=tuple(snapshots),
        findings=(*look.findings, *(f for e in look.evidence for f in e.findings)),
        look=look,
    )


def _news(source: Source, look: Look, *, now: datetime) -> list[Snapshot]:
    """Return an unsaved snapshot of every subject that is not as it was last seen."""
    seen = [*look.evidence, *map(_nothing_there, look.gone)]
    latest = Snapshot.objects.latest_of(source, [one.subject for one in seen])
    digests = dict(latest.values_list("subject", "digest"))
    return [
        Snapshot(
            source=source,
            subject=evidence.subject,
            digest=evidence.digest,
            revision=look.revision,
            taken_at=now,
            evidence=evidence.body,
            findings=[finding.as_json() for finding in evidence.findings],
        )
        for evidence in seen
        if digests.get(evidence.subject) != evidence.digest
    ]


def _unless_overtaken(source: Source) -> Source | None:
    """Return the source's row, locked, or None if it was crawled since `source` was read."""
    row = Source.objects.select_for_update().get(pk=source.pk)
    return row if row.crawled_at == source.crawled_at else None


def _nothing_there(subject: str) -> Evidence:
    """Return the evidence that a plugin's folder is not there any more."""
    kind, plugin = subject.split("/")
    body: Json = {
        "type": PluginType(kind).value,
        "plugin": plugin,
        "default_variant": None,
        "maintainers": {},
        "variants": {},
    }
    return Evidence(subject=subject, body=body)
