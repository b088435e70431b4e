"""Publish plugins: build their documents, hold back what would break a client, write the rest.

Publishers take turns (one advisory lock), read the catalog as it is when they run, and
write a document only if its bytes differ. What is held keeps its last good document.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Coalesce

from registry import documents, legacy
from registry.documents import Address, Body, Entry
from registry.facts import Finding, Json
from registry.lint import is_held, lint
from registry.mirror import mirror
from registry.models import Document, Event, Plugin, Variant
from registry.models.bulk import BATCH, save_all
from registry.search import index
from registry.vocabulary import EventVerb, PluginType

# Any number will do, as long as nothing else in this database locks by it.
PUBLISHERS_LOCK = 0x50_4E_47


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication did: plugins looked at, documents written, variants held back."""

    plugins: int = 0
    written: int = 0
    held: int = 0


def stamp() -> str:
    """Return what documents depend on outside the rows: their builder and the address."""
    return f"{documents.VERSION} {index.VERSION} {settings.PUBLIC_URL}"


def publish_changed(*, now: datetime) -> Published:
    """Publish every plugin that is newer than its documents, and bring the folder up to date.

    Two queries where nothing changed.
    """
    with transaction.atomic():
        _take_turn()
        plugins = list(
            Plugin.objects.unpublished(stamp()).select_for_update(skip_locked=True)
        )
        paths = [documents.index_path(), *map(documents.index_path, PluginType)]
        is_missing = Document.objects.filter(path__in=paths).count() < len(paths)
        published = Published()
        if plugins or is_missing:
            published = _publish(plugins, now=now, with_indexes=is_missing)
    mirror(settings.PUBLISHED_ROOT)
    return published


def publish_legacy(*, now: datetime) -> int:
    """Publish the file for clients before the hub API; return how many documents changed.

    It holds the whole catalog, so it follows on a slow tick of its own. One query where
    it is newer than every other document.
    """
    paths = [legacy.path(version) for version in legacy.VERSIONS]
    newest = Document.objects.order_by("-serial").values_list("path", flat=True)
    if newest.first() in paths:
        return 0
    with transaction.atomic():
        _take_turn()
        rows = list(_listed_documents())
        shelf = Shelf(now)
        for version in legacy.VERSIONS:
            body = documents.encode(legacy.discovery(version, rows))
            shelf.put(legacy.path(version), body)
        written = shelf.write()
    mirror(settings.PUBLISHED_ROOT)
    return written


@dataclass(slots=True)
class Shelf:
    """Documents about to be written: only those whose bytes differ from what is there."""

    now: datetime
    _bodies: dict[str, Body] = field(default_factory=dict)

    def put(self, path: str, body: Body) -> None:
        """Take a body for `path`."""
        self._bodies[path] = body

    def write(self) -> int:
        """Write what differs under one new serial, and return how much that is.

        Two queries and one more a batch.
        """
        known = dict(
            Document.objects.filter(path__in=self._bodies).values_list("path", "digest")
        )
        changed = [
            (path, body)
            for path, body in self._bodies.items()
            if known.get(path) != body.digest
        ]
        newest = Document.objects.aggregate(last=Coalesce(Max("serial"), 0))["last"]
        Document.objects.bulk_create(
            [
                Document(
                    path=path,
                    body=body.raw,
                    gzip=body.gzip,
                    digest=body.digest,
                    serial=newest + 1,
                    published_at=self.now,
                )
                for path, body in changed
            ],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["body", "gzip", "digest", "serial", "published_at"],
        )
        return len(changed)


def _take_turn() -> None:
    """Wait for other publishers; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHERS_LOCK])


def _publish(
    plugins: Sequence[Plugin], *, now: datetime, with_indexes: bool
) -> Published:
    shelf = Shelf(now)
    judged = _put_definitions(shelf, plugins)
    held = _keep_judgement(judged, now=now)
    written = shelf.write()
    # Indexes get the later serial: whoever follows by serial has a definition before the
    # index that names it.
    moved = _keep_entries(plugins)
    if moved or with_indexes:
        # They hold the whole catalog, and most changes are in none of their entries.
        shelf = Shelf(now)
        _put_indexes(shelf, {PluginType(plugin.type) for plugin in moved})
        written += shelf.write()
    index.refresh([plugin.pk for plugin in plugins])
    Plugin.objects.filter(pk__in=[plugin.pk for plugin in plugins]).update(
        published_revision=F("revision"), published_with=stamp()
    )
    return Published(plugins=len(plugins), written=written, held=held)


def _put_definitions(
    shelf: Shelf, plugins: Sequence[Plugin]
) -> list[tuple[Variant, list[Finding]]]:
    """Put each variant's document on the shelf unless it is held; return what lint said."""
    by_id = {plugin.pk: plugin for plugin in plugins}
    judged = []
    for variant in Variant.objects.filter(plugin__in=plugins).order_by("pk"):
        address = _address(by_id[variant.plugin_id], variant)
        document = documents.definition(
            address,
            variant.definition,
            base=settings.PUBLIC_URL,
            deprecated=variant.is_deprecated,
        )
        findings = lint(address, document)
        if not is_held(findings):
            shelf.put(address.path, documents.encode(document))
        judged.append((variant, findings))
    return judged


def _keep_judgement(
    judged: Iterable[tuple[Variant, list[Finding]]], *, now: datetime
) -> int:
    """Write findings and first listings that are news; return how many variants are held."""
    changed, events, held = [], [], 0
    for variant, findings in judged:
        said = [finding.as_json() for finding in findings]
        is_listed = variant.listed_at is not None
        holds = is_held(findings)
        held += holds
        if holds and said != variant.findings:
            data = {"findings": said}
            verb = EventVerb.HELD
            events.append(
                Event(
                    at=now, verb=verb, plugin_id=variant.plugin_id, variant=variant,
                    data=data,
                )
            )  # fmt: skip
        if said != variant.findings or not (is_listed or holds):
            variant.findings = said
            variant.listed_at = variant.listed_at or (None if holds else now)
            changed.append(variant)
    save_all(changed, ["findings", "listed_at"])
    Event.objects.bulk_create(events, batch_size=BATCH)
    return held


def _keep_entries(plugins: Sequence[Plugin]) -> list[Plugin]:
    """Return the plugins whose index entry is another than when it was built last."""
    grouped = _listed(Variant.objects.filter(plugin__in=plugins))
    moved = []
    for plugin in plugins:
        variants = grouped.get(plugin)
        digest = _entry(plugin, variants).digest if variants else ""
        if digest != plugin.indexed_as or plugin.published_with != stamp():
            plugin.indexed_as = digest
            moved.append(plugin)
    save_all(moved, ["indexed_as"])
    return moved


def _put_indexes(shelf: Shelf, kinds: set[PluginType]) -> None:
    """Put the indexes of `kinds` on the shelf, and the one of all types.

    An index is there for each of the eight types, however empty: to a client a missing
    one means that the hub does not know the type.
    """
    indexes: dict[PluginType, Json] = {}
    for kind, entries in _entries().items():
        index = documents.type_index(kind, entries, base=settings.PUBLIC_URL)
        indexes[kind] = index
        if kind in kinds or not entries:
            shelf.put(documents.index_path(kind), documents.encode(index))
    shelf.put(
        documents.index_path(), documents.encode(documents.plugins_index(indexes))
    )


def _entries() -> dict[PluginType, list[Entry]]:
    """Return every listed plugin by type. One query."""
    entries: dict[PluginType, list[Entry]] = {kind: [] for kind in PluginType}
    for plugin, variants in _listed(Variant.objects.all()).items():
        entries[PluginType(plugin.type)].append(_entry(plugin, variants))
    return entries


def _listed(variants: QuerySet[Variant]) -> dict[Plugin, list[Variant]]:
    """Return the listed ones of these by plugin, in the order of an index. One query."""
    rows = (
        variants.exclude(listed_at=None)
        .order_by("plugin__type", "plugin__name", "name")
        .select_related("plugin")
        .only("name", "gone_at", "withheld_at", "logo_url", "plugin__type", "plugin__name",
              "plugin__default_variant")
    )  # fmt: skip
    grouped: dict[Plugin, list[Variant]] = defaultdict(list)
    for row in rows:
        grouped[row.plugin].append(row)
    return grouped


def _entry(plugin: Plugin, variants: Sequence[Variant]) -> Entry:
    """Return a plugin's index entry; a default that is held back yields to a listed one."""
    by_id = {variant.pk: variant for variant in variants}
    default = by_id.get(plugin.default_variant_id or 0) or min(
        variants, key=lambda variant: (variant.is_deprecated, variant.name)
    )
    return Entry(
        name=plugin.name,
        default_variant=default.name,
        variants=tuple(variant.name for variant in variants),
        logo_url=default.logo_url,
        deprecated=frozenset(v.name for v in variants if v.is_deprecated),
    )


def _address(plugin: Plugin, variant: Variant) -> Address:
    return Address(type=PluginType(plugin.type), name=plugin.name, variant=variant.name)


def _listed_documents() -> Iterable[tuple[Address, bool, Json]]:
    """Yield every listed variant's address, whether it is the default, and its document."""
    rows = (
        Variant.objects.exclude(listed_at=None)
        .select_related("plugin")
        .order_by("plugin__name", "name")
    )
    for variant in rows:
        address = _address(variant.plugin, variant)
        document = documents.definition(
            address,
            variant.definition,
            base=settings.PUBLIC_URL,
            deprecated=variant.is_deprecated,
        )
        is_default = variant.plugin.default_variant_id == variant.pk
        yield address, is_default, document
