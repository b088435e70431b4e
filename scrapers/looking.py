"""Look at a source, whatever kind it is: what is new there, or nothing."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.models import Host, Snapshot, Source
from registry.places import parse
from registry.vocabulary import SourceKind
from scrapers.crawlers import git
from scrapers.crawlers.definitions import fetch_definitions, require_layout
from scrapers.crawlers.definitions.reading import SIZE_LIMIT
from scrapers.crawlers.definitions.tree import FolderTree, Tree
from scrapers.crawlers.forges import (
    Forge,
    ForgeFacts,
    access_to,
    forge,
    forge_access,
)
from scrapers.crawlers.index import Indexes, fetch_package
from scrapers.crawlers.index.finding import find_packages
from scrapers.crawlers.repository import Known, fetch_repository
from scrapers.http import CrawlError, Throttled, session

# Source of the layout: meltano-hub-v1 §7.
LAYOUT = re.compile(r"(_data/)?(meltano/[^/]+/[^/]+/[^/]+\.yml|default_variants\.yml)$")


def look_at(source: Source, *, accept: bool = False) -> Look | None:
    """Return what is new at a source, or None. Raises a CrawlError where looking fails.

    Nothing is kept of it. `accept` looks at a held revision again.
    """
    match SourceKind(source.kind):
        case SourceKind.PACKAGE:
            return fetch_package(
                source.address,
                validators=source.validators,
                indexes=Indexes.configured(settings),
                timeout_s=settings.CRAWL_TIMEOUT_S,
                previous=lambda: _previous(source, [""]).get(""),
            )
        case SourceKind.INDEX:
            return find_packages(
                source.address,
                validators=source.validators,
                indexes=Indexes.configured(settings),
                timeout_s=settings.CRAWL_TIMEOUT_S,
            )
        case SourceKind.REPOSITORY:
            return _look_at_repository(source, accept=accept)
        case SourceKind.DEFINITIONS:
            return _look_at_definitions(source, accept=accept)
        case SourceKind.INSTALLATION:
            # What it is of is looked at.
            return None


def holds_definitions(address: str) -> bool:
    """Fetch a repository and say whether it has the layout of a definitions tree.

    An address that fails is none: what is wrong with it is told when it is looked at.
    """
    try:
        with _tree(address, "") as tree:
            files = () if tree is None else tree.files()
            return any(LAYOUT.match(file.path) for file in files)
    except CrawlError:
        return False


def _look_at_repository(source: Source, *, accept: bool) -> Look | None:
    is_other = accept and source.held is not None
    with session(settings.CRAWL_TIMEOUT_S) as http, _forge_at(source.address) as forge:
        return fetch_repository(
            source.address,
            # What a person accepts as another repository owes nothing to the one before.
            known=Known() if is_other else _known(source),
            http=http,
            timeout_s=settings.CRAWL_TIMEOUT_S,
            forge=forge,
        )


def _known(source: Source) -> Known:
    return Known(
        validators=source.validators,
        revision=source.revision,
        identity=source.identity,
        held=(source.held or {}).get("revision", ""),
        previous=lambda: _newest(source),
    )


def _newest(source: Source) -> Evidence | None:
    row = Snapshot.objects.latest_of(source, [""]).first()
    if row is None:
        return None
    return Evidence(
        subject="",
        body=row.evidence,
        findings=tuple(map(Finding.from_json, row.findings)),
    )


@contextmanager
def _forge_at(address: str) -> Iterator[Forge | None]:
    """Give the configured forge that a repository is at, or None where there is none."""
    found = access_to(address, map(forge_access, settings.FORGES))
    if found is None:
        yield None
        return
    # The operator named its API's address: it may be a private one.
    trusted = [found.api_host.partition(":")[0]]
    with session(settings.CRAWL_TIMEOUT_S, trusted=trusted) as http:
        yield PacedForge(forge(found, http), api_host=found.api_host)


class PacedForge:
    """A forge that is left alone, by all workers, while its API asks for that.

    An API has limits of its own, far below those of the Git it belongs to.
    """

    def __init__(self, forge: Forge, *, api_host: str) -> None:
        self.host, self.tells_pushes = forge.host, forge.tells_pushes
        self._forge = forge
        self._api, _ = Host.objects.get_or_create(name=api_host)

    def facts_of(self, url: str, *, etag: str = "") -> ForgeFacts | None:
        """Return what the forge says. Raises Throttled at once while it wants to rest."""
        now = timezone.now()
        if self._api.open_at is not None and self._api.open_at > now:
            message = f"The API at {self._api} is left alone for now."
            raise Throttled(message, wait=self._api.open_at - now)
        try:
            facts = self._forge.facts_of(url, etag=etag)
        except Throttled as throttled:
            self._api.rest(now + throttled.wait)
            raise
        if facts is None or facts.wait is None:
            return facts
        # It is the API that wants a rest: the repository's host is another.
        self._api.rest(now + facts.wait)
        return replace(facts, wait=None)


def _look_at_definitions(source: Source, *, accept: bool) -> Look | None:
    known = source.revision
    if source.held is not None:
        # A held revision is not fetched again until someone accepts it; any other is,
        # the one that was kept last as well: with it the reason to hold is gone.
        known = "" if accept else source.held["revision"]
    with _tree(_with_credentials(source.address), known) as tree:
        if tree is None:
            return None
        look = fetch_definitions(
            tree,
            seen=source.validators,
            previous=lambda subjects: _previous(source, subjects),
        )
    require_layout(look, source.address)
    return look


def _with_credentials(address: str) -> str:
    """Return the address as the operator configured it: rows hold no credentials."""
    for configured in settings.DEFINITIONS_SOURCES:
        if parse(f"definitions:{configured}").address == address:
            return str(configured)
    return address


@contextmanager
def _tree(address: str, known: str) -> Iterator[Tree | None]:
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
