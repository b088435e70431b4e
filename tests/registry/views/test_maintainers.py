"""Maintainers: who looks after what, and how it stands."""

import gzip
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from registry.models import Maintainer, Plugin, Release, Variant
from registry.views.catalog import maintainer

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def plain(page):
    return " ".join(page.split())


@pytest.fixture
def known(folder, crawl):
    """The catalog, with what its file says of ada."""
    folder.maintainers(
        {"ada": {"label": "Ada & Co", "url": "https://ada.example.org/"}}
    )
    crawl()


@pytest.fixture
def many(known):
    """Give ada enough connectors for three pages."""
    ada = Maintainer.objects.get(name="ada")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    plugins = Plugin.objects.bulk_create(
        Plugin(type="extractors", name=f"tap-x{number}", changed_at=at)
        for number in range(maintainer.PER_PAGE * 2)
    )
    Variant.objects.bulk_create(
        Variant(plugin=plugin, name="ada", maintainer=ada, seen_at=at)
        for plugin in plugins
    )


def test_a_maintainer_is_shown_with_address_and_connectors(known, read):
    page = plain(read("/maintainers/ada"))
    assert "<h1><bdi>Ada &amp; Co</bdi> <code>ada</code></h1>" in page
    assert 'href="https://ada.example.org/"' in page
    assert "2 extractors, 1 loader" in page
    assert "First seen here" in page
    assert "Listed from public data." in page
    for name in ("extractors/tap-alpha", "extractors/tap-beta", "loaders/target-gamma"):
        assert f'href="/{name}--ada"' in page
    assert "tap-alpha--bo" not in page


def test_a_connector_has_its_facts(known, read):
    row = Variant.objects.get(plugin__name="tap-beta")
    row.current_release = Release.objects.create(
        variant=row, version="1.2", released_at=datetime(2026, 2, 3, tzinfo=UTC)
    )
    row.tried = {
        "version": "1.2",
        "pythons": {"3.13": "no"},
        "at": "2026-02-04T00:00:00Z",
    }
    row.maintenance, row.counters = "seeking", {"all_projects": 7}
    row.save()
    page = plain(read("/maintainers/ada"))
    line = page[page.index("/extractors/tap-beta--ada") :].partition("</tr>")[0]
    for said in ("Extractor", "Fails on Python 3.13", "1.2, <time", "3 February 2026",
                 "Maintainer seeks help", ">7<"):  # fmt: skip
        assert said in line


def test_what_is_used_most_comes_first_and_what_is_gone_last(known, read):
    used, gone = ("tap-beta", "ada"), ("tap-alpha", "ada")
    for (plugin, name), changed in (
        (used, {"counters": {"all_projects": 9}}),
        (gone, {"gone_at": datetime(2026, 1, 1, tzinfo=UTC)}),
    ):
        Variant.objects.filter(plugin__name=plugin, name=name).update(**changed)
    page = read("/maintainers/ada")
    places = [page.index(f"{name}--ada") for name in
              ("tap-beta", "target-gamma", "tap-alpha")]  # fmt: skip
    assert places == sorted(places)


def test_an_address_that_no_browser_may_open_is_not_shown(known, read):
    Maintainer.objects.update(url="javascript:alert(1)")
    assert "javascript" not in read("/maintainers/ada")


def test_a_variant_leads_to_its_maintainer(known, read):
    assert 'href="/maintainers/ada"' in read("/extractors/tap-alpha--ada")


def test_all_maintainers_are_listed_those_of_most_connectors_first(known, read):
    Maintainer.objects.create(name="cy", label="Cy")
    page = plain(read("/maintainers"))
    assert page.index("/maintainers/ada") < page.index("/maintainers/bo")
    assert "Ada &amp; Co <code>ada</code></a> <span>3 connectors</span>" in page
    assert ">bo</a> <span>1 connector</span>" in page
    assert "/maintainers/cy" not in page


def test_a_maintainer_without_connectors_says_so(known, read):
    Maintainer.objects.create(name="cy", label="Cy")
    page = read("/maintainers/cy")
    assert "No connectors" in page
    assert "First seen" not in page


def test_no_maintainers_are_no_error(read):
    assert "No connector is listed yet." in read("/maintainers")


@pytest.mark.parametrize("asked", ["ad", "ADA", "adalbert", "co"])
def test_an_unknown_maintainer_names_who_is_near(known, read, asked):
    page = read(f"/maintainers/{asked}", 404)
    assert 'href="/maintainers/ada"' in page
    assert 'href="/maintainers/bo"' not in page


def test_a_maintainer_has_a_feed_of_these_connectors_alone(known, read, settings):
    assert 'href="/maintainers/bo/feed"' in read("/maintainers/bo")
    root = ET.fromstring(read("/maintainers/bo/feed"))  # noqa: S314  our own answer
    titles = [one.findtext(f"{ATOM}title") for one in root.findall(f"{ATOM}entry")]
    assert titles == ["tap-alpha by bo was added"]
    links = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
    assert links["alternate"] == f"{settings.PUBLIC_URL}/maintainers/bo"
    read("/maintainers/none/feed", 404)


def test_many_connectors_are_shown_page_by_page(many, read):
    first, last = read("/maintainers/ada"), read("/maintainers/ada?page=3")
    assert first.count('<th scope="row">') == maintainer.PER_PAGE
    assert 'rel="next"' in first
    assert last.count('<th scope="row">') == 3
    assert f"{maintainer.PER_PAGE * 2 + 2} extractors, 1 loader" in plain(last)


def test_a_full_page_is_at_most_12_kb_packed(many, client):
    assert len(gzip.compress(client.get("/maintainers/ada").content)) <= 12 * 1024


@pytest.mark.parametrize(("address", "queries"), [
    ("/maintainers", 3), ("/maintainers/ada", 5), ("/maintainers/ada/feed", 2),
    ("/maintainers/none", 3),
])  # fmt: skip
def test_the_number_of_queries_is_fixed(
    many, client, django_assert_num_queries, address, queries
):
    with django_assert_num_queries(queries):
        client.get(address)
