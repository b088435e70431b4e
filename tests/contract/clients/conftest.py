"""Released clients, running Songbooks, and projects that bring them together."""

import contextlib
import os
from types import SimpleNamespace

import pytest

from tests.contract.clients import releases, trees
from tests.contract.clients.projects import Project
from tests.contract.clients.songbooks import Songbook


@pytest.fixture(scope="session")
def real(real_definitions, tmp_path_factory):
    """A Songbook with the public catalogue."""
    with running("real", tmp_path_factory) as book:
        book.crawl(real_definitions)
        # Crawling leaves the file for the oldest clients to a slow tick.
        book.manage("publish")
        yield book


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A Songbook with a few connectors of our own. Nobody changes it."""
    with running("small", tmp_path_factory) as book:
        book.crawl(trees.songs(book.folder / "tree"))
        book.manage("publish")
        yield book


@pytest.fixture
def fading(tmp_path_factory):
    """A Songbook and its tree of definitions, for one test to change."""
    with running("fading", tmp_path_factory) as book:
        tree = trees.songs(book.folder / "tree")
        book.crawl(tree)
        yield SimpleNamespace(book=book, tree=tree)


@pytest.fixture
def project(tmp_path_factory):
    """Make a project for a release, with a Songbook or any address as its hub.

    The test is skipped where the release can't be had.
    """

    def make(release, hub):
        try:
            meltano = releases.client(release)
        except releases.NotHere as reason:
            pytest.skip(str(reason))
        url = hub.url if isinstance(hub, Songbook) else hub
        folder = tmp_path_factory.mktemp("client")
        return Project(folder, meltano=meltano, hub_url=url)

    return make


@contextlib.contextmanager
def running(name, tmp_path_factory):
    # Several processes may test on the same server at once.
    book = Songbook(f"{name}_{os.getpid()}", tmp_path_factory.mktemp(name))
    try:
        book.start()
        yield book
    finally:
        book.stop()
