"""An index on this machine, and one workshop for all tests that try connectors."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import uv

from sandbox import Level, assessed, choose_levels, choose_runtime
from sandbox.container import chosen
from sandbox.index import Index as KeptIndex
from sandbox.workshop import open_workshop
from scrapers import trying
from tests.scrapers.packages import Index


@pytest.fixture(scope="session")
def open_folder():
    """A folder that other accounts can reach: the sandbox's is not ours."""
    folder = Path(tempfile.mkdtemp(prefix="songbook-sandbox-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def index_server():
    server = Index()
    yield server
    server.close()


@pytest.fixture
def index(index_server):
    index_server.forget()
    return index_server


@pytest.fixture(scope="session")
def prepared(open_folder, index_server):
    """A workshop whose tools and interpreters are there, for all tests."""
    with requests.Session() as session:
        yield open_workshop(
            open_folder / "state",
            index_url=index_server.url,
            session=session,
            uv=Path(uv.find_uv_bin()),
        )


@pytest.fixture
def choose():
    """Choose what holds foreign code; what was chosen before is chosen again in the end."""
    before = chosen()
    yield choose_runtime
    choose_runtime(before)


@pytest.fixture
def hold_by():
    """Have foreign code held by one level; what was chosen before is chosen again."""
    before = []

    def holds(level):
        before.append(choose_levels(level))
        if not assessed().holds:
            pytest.skip(assessed().reason)

    yield holds
    if before:
        choose_levels(*before[0])


@pytest.fixture(params=[Level.BUBBLEWRAP, Level.LANDLOCK])
def level(request, hold_by):
    """Each level that this machine has of its own; all that is tried is held by it."""
    hold_by(request.param)
    return request.param


@pytest.fixture
def workshop(prepared, index, open_folder):
    """A workshop that knows nothing of what other tests published."""
    for kept in ("index", "locks"):
        shutil.rmtree(prepared.state / kept, ignore_errors=True)
    with requests.Session() as session:
        kept = KeptIndex(index.url, session, prepared.state / "index")
        yield replace(prepared, index=kept)


@pytest.fixture
def python(workshop):
    """The newest Python of this machine that connectors can be tried on."""
    return max(workshop.interpreters, key=lambda minor: int(minor.split(".")[1]))


@pytest.fixture
def songbook(settings, index):
    """The index of a Songbook with a sandbox of its own, for one Python."""
    if not assessed().holds:
        pytest.skip(assessed().reason)
    folder = Path(tempfile.mkdtemp(prefix="songbook-line-"))
    folder.chmod(0o755)
    settings.PROBE = True
    settings.PACKAGE_INDEX_URL = index.url
    settings.SANDBOX_STATE = str(folder)
    trying.workshop.cache_clear()
    settings.PROBE_PYTHONS = [max(trying.workshop().interpreters, key=len)]
    yield index
    trying.workshop.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)
