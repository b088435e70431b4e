"""What tests of packages share: an index on this machine."""

import pytest

from scrapers.crawlers.index import Indexes, fetch_package
from tests.scrapers.packages import Index


@pytest.fixture(scope="module")
def index_server():
    """One server for all tests of a module; `index` is it without anything on it."""
    made = Index()
    yield made
    made.close()


@pytest.fixture
def index(index_server, settings):
    """An empty index, which is the default one."""
    index_server.forget()
    settings.PACKAGE_INDEX_URL = index_server.url
    return index_server


@pytest.fixture
def fetch(index):
    """Look at a package, by default on the default index and for the first time."""

    def look(address="tap-alpha", validators=None, *, indexes=None, **options):
        return fetch_package(
            address,
            validators=validators or {},
            indexes=indexes or Indexes.of(index.url),
            timeout_s=60,
            **options,
        )

    return look
