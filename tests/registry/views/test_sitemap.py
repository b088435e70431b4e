"""The site map, robots.txt and the search's description: how engines find the pages."""

import re
from datetime import UTC, datetime
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest

from registry.models import Plugin
from registry.urls import urlpatterns
from registry.views.programs import sitemap
from registry.vocabulary import PluginType

pytestmark = pytest.mark.django_db
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
BASE = "https://hub.example"


def parsed(text):
    return ET.fromstring(text)  # noqa: S314  our own answer


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = BASE


@pytest.fixture
def mapped(read):
    """Return every address that the site map leads to, with the day it changed."""

    def mapped():
        found = {}
        for part in parsed(read("/sitemap.xml")).iter(f"{MAP}loc"):
            root = parsed(read(part.text.removeprefix(BASE)))
            for url in root:
                place = url.findtext(f"{MAP}loc").removeprefix(BASE)
                assert place not in found
                found[place] = url.findtext(f"{MAP}lastmod")
        return found

    return mapped


@pytest.fixture
def always(mapped):
    """Return the addresses that the map has before anything is in the catalog."""
    return set(mapped())


ALL = {
    "/extractors/tap-alpha", "/extractors/tap-alpha--ada", "/extractors/tap-alpha--bo",
    "/extractors/tap-beta", "/extractors/tap-beta--ada",
    "/loaders/target-gamma", "/loaders/target-gamma--ada",
    "/services/alpha", "/services/beta", "/services/gamma",
    "/maintainers/ada", "/maintainers/bo",
}  # fmt: skip


def test_it_leads_to_every_plugin_variant_service_and_maintainer(
    always, catalog, mapped, client
):
    assert mapped().keys() == ALL | always
    for address in ALL | always:
        assert client.get(address).status_code == 200


# Asked by programs, or each time another page: no engine should keep them.
ASIDE = {"search", "feed"}


def test_it_leads_to_every_page_that_is_there_without_a_catalog(always, client):
    plain = {
        f"/{one.pattern}": one.name
        for one in urlpatterns
        if "<" not in str(one.pattern)
    }
    pages = {
        address
        for address, name in plain.items()
        if name not in ASIDE
        and client.get(address).get("Content-Type", "").startswith("text/html")
        and client.get(address).status_code == 200
    }
    assert {"/", "/feeds", "/conformance", "/matrix", "/capabilities"} <= pages
    assert pages <= always


def test_it_leads_to_every_chapter_capability_and_type(always, read):
    for page in ("/guide", "/docs", "/policies", "/capabilities"):
        linked = set(re.findall(rf'href="({page}/[^"]+)"', read(page)))
        assert linked
        assert linked <= always
    assert {f"/{kind}" for kind in PluginType} <= always


def test_it_says_when_a_plugin_changed(catalog, mapped):
    at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    Plugin.objects.filter(name="tap-alpha").update(changed_at=at)
    found = mapped()
    assert found["/extractors/tap-alpha"] == "2026-02-03T04:05:06Z"
    assert found["/extractors/tap-alpha--bo"] == "2026-02-03T04:05:06Z"
    assert found["/services/alpha"] == "2026-02-03T04:05:06Z"
    assert found["/maintainers/bo"] == "2026-02-03T04:05:06Z"
    for other in ("/extractors/tap-beta", "/services/beta", "/maintainers/ada"):
        assert found[other] != "2026-02-03T04:05:06Z"


def test_what_is_not_listed_is_not_in_it(always, folder, crawl, mapped):
    setting = {"name": "limit", "kind": "integer", "value": "many"}
    folder.write("extractors", "tap-held", "ada", settings=[setting])
    folder.write("extractors", "tap-beta", "held", settings=[setting])
    crawl()
    assert mapped().keys() == ALL | always


def test_a_part_that_is_full_is_followed_by_another(
    always, catalog, mapped, read, monkeypatch
):
    monkeypatch.setattr(sitemap, "PER_PART", 2)
    index = parsed(read("/sitemap.xml"))
    assert [one.text for one in index.iter(f"{MAP}loc")] == [
        f"{BASE}/sitemap-pages-1.xml",
        f"{BASE}/sitemap-plugins-1.xml",
        f"{BASE}/sitemap-plugins-2.xml",
        f"{BASE}/sitemap-variants-1.xml",
        f"{BASE}/sitemap-variants-2.xml",
        f"{BASE}/sitemap-services-1.xml",
        f"{BASE}/sitemap-services-2.xml",
        f"{BASE}/sitemap-maintainers-1.xml",
    ]
    assert mapped().keys() == ALL | always


@pytest.mark.parametrize("part", [
    "plugins-2", "plugins-0", "pages-2", "plugins-9" + "9" * 40, "sources-1", "plugins--1",
])  # fmt: skip
def test_a_part_that_is_not_there_is_not_found(catalog, read, part):
    read(f"/sitemap-{part}.xml", 404)


def test_a_page_that_changes_with_every_run_has_no_day(mapped):
    assert set(mapped().values()) == {None}


def test_the_number_of_queries_is_fixed(catalog, client, django_assert_num_queries):
    parts = ("plugins", "variants", "services", "maintainers")
    of_parts = [(f"/sitemap-{part}-1.xml", 1) for part in parts]
    for address, count in [("/sitemap.xml", 4), ("/sitemap-pages-1.xml", 0), *of_parts]:
        with django_assert_num_queries(count):
            assert client.get(address)["Content-Type"].startswith("application/xml")


def test_robots_may_read_all_but_searches_and_filtered_lists(read, client):
    robots = RobotFileParser()
    robots.parse(read("/robots.txt").splitlines())
    assert robots.site_maps() == [f"{BASE}/sitemap.xml"]
    for address in ("/", "/extractors", "/extractors/tap-alpha--ada", "/feed"):
        assert robots.can_fetch("any", BASE + address)
    assert not robots.can_fetch("any", f"{BASE}/search?q=tap")
    assert "Disallow: /*?" in read("/robots.txt")
    assert client.get("/robots.txt")["Content-Type"].startswith("text/plain")


def test_a_browser_learns_how_to_search_here(catalog, client, read):
    assert 'href="/opensearch.xml">' in read("/")
    response = client.get("/opensearch.xml")
    assert response["Content-Type"] == "application/opensearchdescription+xml"
    root = parsed(response.content)
    ns = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert len(root.findtext(f"{ns}ShortName")) <= 16
    assert len(root.findtext(f"{ns}Description")) <= 1024
    template = root.find(f"{ns}Url").get("template")
    assert template == f"{BASE}/search?q={{searchTerms}}"
    address = template.removeprefix(BASE).replace("{searchTerms}", "alpha")
    assert "tap-alpha" in read(address)
    image = root.findtext(f"{ns}Image").removeprefix(BASE)
    assert f'href="{image}"' in read("/")
