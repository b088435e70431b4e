"""The home page, with a catalog and before there is one."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import Source
from registry.vocabulary import SourceKind

pytestmark = pytest.mark.django_db


def test_it_searches_counts_and_tells_programs_where_to_look(catalog, read):
    page = read("/")
    assert 'action="/search"' in page
    assert "Extractors <span>2</span>" in page
    assert "Orchestrators <span>0</span>" in page
    assert "curl --compressed http" in page
    assert "/meltano/api/v1/plugins/extractors/index" in page
    for address in ("/meltano/api/v1/plugins/index", "/docs/api", "/feed"):
        assert f'href="{address}"' in page


def test_its_examples_are_searches(catalog, read):
    found = re.findall(r'<a href="(/search\?q=[^"]*)">([^<]*)</a>', read("/"))
    assert [html.unescape(words) for _, words in found] == [
        "hubspot", '"google ads"', "postgres", "csv"
    ]  # fmt: skip
    for address, words in found:
        assert f'value="{words}"' in read(html.unescape(address))


def test_services_with_the_most_connectors_come_first(folder, crawl, read):
    folder.write("loaders", "target-beta", "ada")
    crawl()
    found = re.findall(r'href="/services/(\w+)"', read("/"))
    assert found == ["beta", "alpha", "gamma"]


def test_the_footer_has_the_numbers(catalog, read):
    page = " ".join(read("/").split())
    assert "3 plugins, 4 variants" in page


def test_every_page_leads_to_all_that_stands_beside_the_catalog(catalog, read, client):
    for address in ("/", "/nothing/is/here"):
        status = 200 if address == "/" else 404
        page = read(address, status)
        nav = page[page.index('aria-label="All of this site"') :]
        found = re.findall(r'href="(/[^"]*)"', nav[: nav.index("</nav>")])
        assert found == [
            "/search", "/services", "/maintainers", "/capabilities",
            "/conformance", "/matrix", "/status",
            "/guide", "/docs", "/policies",
            "/docs/api", "/meltano/api/v1/plugins/index", "/feeds",
        ]  # fmt: skip
    for one in found:
        if not one.startswith("/meltano"):
            assert client.get(one).status_code == 200


def test_an_empty_catalog_says_that_the_first_crawl_runs(read):
    page = read("/")
    assert "The catalog is empty" in page
    assert "No source is known yet" in page


def test_an_empty_catalog_shows_the_last_error_of_a_source(read):
    source = Source.objects.enrol(
        SourceKind.DEFINITIONS, "https://git.example.org/hub", found_by="settings"
    )
    source.crawl_failed(timezone.now(), "<b>The host</b> was not found.")
    page = read("/")
    assert "https://git.example.org/hub" in page
    assert "1 attempt failed." in page
    assert "&lt;b&gt;The host&lt;/b&gt; was not found." in page


def test_an_empty_catalog_shows_what_is_being_read(read):
    now = timezone.now()
    address = "https://git.example.org/hub"
    source = Source.objects.enrol(
        SourceKind.DEFINITIONS, address, found_by="settings", due_at=now
    )
    assert "Waiting for its turn" in read("/")
    Source.objects.filter(pk=source.pk).update(leased_until=now + timedelta(minutes=7))
    assert "Being read now." in read("/")
