"""Look at a source, whatever kind it is: what is new there, or nothing."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from registry.evidence import Look
from registry.facts import Json
from registry.models import Snapshot, Source
from registry.places import parse
from registry.vocabulary import SourceKind
from scrapers.crawlers import git
from scrapers.crawlers.definitions import fetch_definitions, require_layout
from scrapers.crawlers.definitions.reading import SIZE_LIMIT
from scrapers.crawlers.definitions.tree import FolderTree, Tree
from scrapers.crawlers.index import Indexes, fetch_package
from scrapers.crawlers.index.finding import find_packages
from scrapers.crawlers.repository import fetch_repository
from scrapers.http import CrawlError, session

# Source of the layout: meltano-hub-v1 §7.
LAYOUT = re.compile(r"(_data/)?(meltano/[^/]+/[^/]+/[^/]+\.yml|default_variants\.yml)$")


def look_at(source: Source, *, accept_loss: bool = False) -> Look | None:
    """Return what is new at a source, or None. Raises a CrawlError where looking fails.

    Nothing is written. `accept_loss` looks at a held revision again.
    """
    match SourceKind(source.kind):
        case SourceKind.PACKAGE:
            return fetch_package(
                source.address,
                validators=source.validators,
                indexes=Indexes.configured(settings),
                timeout_s=settings.CRAWL_TIMEOUT_S,
            )
        case SourceKind.INDEX:
            return find_packages(
                source.address,
                validators=source.validators,
                indexes=Indexes.configured(settings),
                timeout_s=settings.CRAWL_TIMEOUT_S,
            )
        case SourceKind.REPOSITORY:
            return _look_at_repository(source)
        case SourceKind.DEFINITIONS:
            return _look_at_definitions(source, accept_loss=accept_loss)


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


def _look_at_repository(source: Source) -> Look | None:

    with session(settings.CRAWL_TIMEOUT_S) as http:
        return fetch_repository(
            source.address,
            validators=source.validators,
            previous=lambda: _previous(source, [""]).get(""),
            http=http,
            timeout_s=settings.CRAWL_TIMEOUT_S,
        )


def _look_at_definitions(source: Source, *, accept_loss: bool) -> Look | None:
    known = source.revision
    if source.held is not None:
        # A held revision is not fetched again until someone accepts it; any other is,
        # the one that was kept last as well: with it the reason to hold is gone.
        known = "" if accept_loss else source.held["revision"]
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
