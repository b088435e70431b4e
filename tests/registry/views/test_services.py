"""Services: what is read from and written to, and by which connectors."""

import gzip
import json
import re
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from registry.models import Event, Plugin, Variant
from registry.views.catalog import services

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
CARD = re.compile(r'<h3>\s*<a href="/([^"]+)"')
LINK = re.compile(r'<a href="(/services[/?#][^"]*)">([^<]*)')


def plain(page):
    return " ".join(page.split())


@pytest.fixture
def two_ways(folder, crawl):
    """tap-alpha by ada and bo, tap-beta and target-gamma, and target-alpha by bo."""
    folder.write("loaders", "target-alpha", "bo", label="Alpha & Co")
    folder.write("extractors", "tap-alpha", "ada", label="Alpha & Co")
    crawl()


@pytest.fixture
def many(crawl):
    """Return what makes so many more extractors with a variant each."""
    crawl()

    def many(count, *, begin="x"):
        now, maintainer = timezone.now(), Variant.objects.first().maintainer
        names = [f"{begin}{number:04}" for number in range(count)]
        plugins = Plugin.objects.bulk_create(
            Plugin(type="extractors", name=f"tap-{name}", label=name.title(),
                   service=name, changed_at=now)
            for name in names
        )  # fmt: skip
        variants = Variant.objects.bulk_create(
            Variant(plugin=plugin, name="ada", maintainer=maintainer, seen_at=now)
            for plugin in plugins
        )
        for plugin, variant in zip(plugins, variants, strict=True):
            plugin.default_variant = variant
        Plugin.objects.bulk_update(plugins, ["default_variant"])

    return many


def test_what_is_recorded_has_its_service(two_ways):
    found = dict(Plugin.objects.values_list("name", "service"))
    assert found == {
        "tap-alpha": "alpha",
        "target-alpha": "alpha",
        "tap-beta": "beta",
        "target-gamma": "gamma",
    }


def test_a_service_has_all_that_reads_and_writes(two_ways, read):
    page = plain(read("/services/alpha"))
    assert CARD.findall(page) == ["extractors/tap-alpha", "loaders/target-alpha"]
    assert 'Extractors <span class="muted">read from Alpha &amp; Co</span>' in page
    assert 'Loaders <span class="muted">write to Alpha &amp; Co</span>' in page
    assert "2 connectors, 3 variants" in page
    assert "2 variants, default" in page
    assert "Not checked" in page


def test_a_service_without_a_loader_shows_none(two_ways, read):
    page = read("/services/beta")
    assert CARD.findall(page) == ["extractors/tap-beta"]
    assert 'id="loaders"' not in page


def test_another_name_of_a_service_leads_to_it(folder, crawl, client):
    folder.write("extractors", "tap-postgres", "ada")
    crawl()
    for name in ("postgresql", "pg", "Postgres"):
        response = client.get(f"/services/{name}")
        assert (response.status_code, response["Location"]) == (
            301,
            "/services/postgres",
        )


def test_an_unknown_service_names_what_is_near(catalog, read):
    page = read("/services/alph", 404)
    assert 'href="/extractors/tap-alpha"' in page


def test_a_plugin_nobody_lists_any_more_is_of_no_service(catalog, read):
    Plugin.objects.filter(name="tap-beta").update(default_variant=None)
    read("/services/beta", 404)
    assert "/services/beta" not in read("/services")


def test_a_service_has_one_address_and_tells_programs_what_is_on_it(
    two_ways, read, settings
):
    settings.PUBLIC_URL = "https://hub.example"
    page = read("/services/alpha?utm_source=x")
    assert 'rel="canonical" href="https://hub.example/services/alpha"' in plain(page)
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    [said] = [one for one in map(json.loads, blocks) if "mainEntity" in one]
    assert said["@type"] == "CollectionPage"
    assert said["name"] == "Singer connectors for Alpha & Co"
    assert [one["url"] for one in said["mainEntity"]["itemListElement"]] == [
        "https://hub.example/extractors/tap-alpha",
        "https://hub.example/loaders/target-alpha",
    ]


def test_a_label_from_outside_never_leaves_its_place(folder, crawl, read):
    evil = "</script><script>alert(1)</script>"
    folder.write("extractors", "tap-evil", "ada", label=evil)
    crawl()
    for address in ("/services/evil", "/services", "/"):
        assert "<script>alert" not in read(address)


def test_a_service_has_a_feed_of_its_connectors_alone(two_ways, read):
    assert 'href="/services/alpha/feed"' in read("/services/alpha")
    root = ET.fromstring(read("/services/alpha/feed"))  # noqa: S314  our own answer
    titles = [one.findtext(f"{ATOM}title") for one in root.findall(f"{ATOM}entry")]
    assert sorted(titles) == [
        "tap-alpha by ada was added",
        "tap-alpha by bo was added",
        "target-alpha by bo was added",
    ]
    assert Event.objects.count() == 5
    read("/services/none/feed", 404)


def test_all_services_are_listed_by_letter(two_ways, read):
    page = read("/services")
    listed = [address for address, _ in LINK.findall(page) if "#" not in address]
    assert listed == ["/services/alpha", "/services/beta", "/services/gamma"]
    assert re.findall(r'<h2 id="(\w)"', page) == ["A", "B", "G"]
    assert "3 variants" in page


def test_a_service_whose_label_begins_otherwise_is_listed_with_its_word(
    folder, crawl, read
):
    folder.write("extractors", "tap-adwords", "ada", label="Google Ads")
    folder.write("extractors", "tap-alpha", "ada", label="Alpha Software")
    crawl()
    page = read("/services")
    assert ">Google Ads <code>adwords</code></a>" in page
    assert ">Alpha Software</a>" in page
    assert page.index("/services/adwords") < page.index('<h2 id="B"')


def test_a_letter_leads_to_the_page_where_it_begins(many, read, monkeypatch):
    monkeypatch.setattr(services, "PER_PAGE", 2)
    many(3, begin="9")
    page = read("/services")
    letters = [one for one in LINK.findall(page) if "#" in one[0]]
    assert letters == [
        ("/services#0–9", "0–9"),
        ("/services?page=2#A", "A"),
        ("/services?page=3#B", "B"),
        ("/services?page=3#G", "G"),
    ]
    for address, letter in letters:
        assert f'<h2 id="{letter}"' in read(address.partition("#")[0])


def test_no_services_are_no_error(read):
    assert "No connector is listed yet." in read("/services")


def test_a_page_of_services_is_at_most_12_kb_packed(many, client):
    many(services.PER_PAGE + 1)
    packed = gzip.compress(client.get("/services").content)
    assert len(packed) <= 12 * 1024


@pytest.mark.parametrize(("address", "queries"), [
    ("/services", 5), ("/services/alpha", 4), ("/services/alpha/feed", 2),
])  # fmt: skip
def test_the_number_of_queries_is_fixed(
    two_ways, client, django_assert_num_queries, address, queries
):
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
