"""A small catalog, made by crawling definitions like any other."""

import pytest
from django.utils import timezone

from registry.models import Source
from registry.vocabulary import SourceKind
from scrapers.line import follow


@pytest.fixture
def crawl(db, folder):
    """Crawl the folder of definitions, as often as a test changes it."""

    def crawl(**options):
        address = str(folder)
        source = Source.objects.enrol(
            SourceKind.DEFINITIONS, address, found_by="a test"
        )
        return follow(source, now=timezone.now(), **options)

    return crawl


@pytest.fixture
def catalog(crawl):
    """tap-alpha by ada (the default) and bo, tap-beta and target-gamma by ada."""
    crawl()


@pytest.fixture
def read(client):
    """Return the text of a page that answers as expected."""

    def read(address, status=200):
        response = client.get(address)
        assert response.status_code == status, response.content.decode()
        return response.content.decode()

    return read
