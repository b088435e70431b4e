"""Whether everything is as it should be after the last kill."""

import gzip
import hashlib
import json
from pathlib import Path

from django.db import connection
from django.utils import timezone

from benchmarks.upstreams import Upstream
from registry import publishing
from registry.mirror import mirrored_serial
from registry.models import Document, Event, Plugin, Snapshot, Source
from registry.search import index
from registry.vocabulary import SourceKind
from scrapers import probes
from scrapers.line import judge

DOUBLED = """
    SELECT count(*) FROM (
        SELECT digest, lag(digest) OVER (PARTITION BY source_id, subject ORDER BY id) AS before
        FROM registry_snapshot
    ) AS one WHERE digest = before
"""


def unsettled(upstreams: list[Upstream]) -> dict[str, int]:
    """Return what is still to be done, by what it is; nothing when all is settled."""
    now = timezone.now()
    unpublished = Plugin.objects.unpublished(publishing.stamp())
    found = {
        "not as their newest state": len(behind(upstreams)),
        "leased": Source.objects.exclude(lease=None).count(),
        "due": Source.objects.filter(due_at__lte=now).count(),
        "failing": Source.objects.filter(failures__gt=0).count(),
        "not judged": Snapshot.objects.unprobed(probes.VERSION).count(),
        "not published": unpublished.count(),
    }
    return {name: count for name, count in found.items() if count}


def behind(upstreams: list[Upstream]) -> list[str]:
    """Return the sources that were not crawled at their newest state."""
    sources = {(one.kind, one.address): one for one in Source.objects.all()}
    newest = Snapshot.objects.order_by("source_id", "-pk").distinct("source_id")
    evidence = {row.source_id: row.evidence for row in newest.filter(subject="")}
    late = []
    for one in upstreams:
        source = sources.get((one.kind.value, one.address))
        if source is None:
            late.append(one.address)
        elif one.kind is SourceKind.PACKAGE:
            files = evidence.get(source.pk, {}).get("files", [])
            if len(files) != one.state:
                late.append(one.address)
        elif source.revision != one.commit:
            late.append(one.address)
    return late


def doubled() -> int:
    """Return how many snapshots have the digest of the one before them."""
    with connection.cursor() as cursor:
        cursor.execute(DOUBLED)
        return int(cursor.fetchone()[0])


def stale_documents(upstreams: list[Upstream]) -> list[str]:
    """Return the connectors whose document does not tell their newest state."""
    bodies = {row.path: bytes(row.body) for row in Document.objects.all()}
    late = []
    for one in upstreams:
        if one.kind is SourceKind.DEFINITIONS:
            continue
        words = f'"State {one.state}."'.encode()
        path = f"meltano/api/v1/plugins/extractors/{one.name}--"
        of_it = [body for place, body in bodies.items() if place.startswith(path)]
        if not of_it or words not in of_it[0]:
            late.append(one.name)
    return late


def broken_documents(folder: Path) -> list[str]:
    """Return documents whose parts disagree: body, gzip, digest and both files."""
    broken = []
    for row in Document.objects.all():
        body, packed = bytes(row.body), bytes(row.gzip)
        json.loads(body)
        place = folder / "documents" / row.path
        files = (place.read_bytes(), place.with_name(f"{place.name}.gz").read_bytes())
        is_whole = (
            gzip.decompress(packed) == body
            and hashlib.sha256(body).hexdigest() == row.digest
            and files == (body, packed)
        )
        if not is_whole:
            broken.append(row.path)
    return broken


def is_mirrored(folder: Path) -> bool:
    """Say whether the folder has the database's last serial."""
    last = Document.objects.order_by("-serial").values_list("serial", flat=True)
    return mirrored_serial(folder) == last.first()


def unknown_references() -> list[str]:
    """Return what an index names and no document is."""
    paths = set(Document.objects.values_list("path", flat=True))
    missing = []
    for row in Document.objects.filter(path__endswith="extractors/index"):
        for plugin in json.loads(bytes(row.body)).values():
            for variant in plugin["variants"].values():
                path = variant["ref"].partition("://")[2].partition("/")[2]
                if path not in paths:
                    missing.append(path)
    return missing


def differs_when_judged_again() -> int:
    """Judge all newest snapshots again; return how many events that makes."""
    before = Event.objects.count()
    rows = Snapshot.objects.unprobed(probes.VERSION + 1).select_related("source")
    judge(list(rows), now=timezone.now())
    return Event.objects.count() - before


def differs_when_built_again() -> int:
    """Build everything that is published again; return how much of it was different."""
    Plugin.objects.update(published_with="")
    published = publishing.publish_changed(now=timezone.now())
    entries = index.refresh(list(Plugin.objects.values_list("pk", flat=True)))
    return published.written + entries
