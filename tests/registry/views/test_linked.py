"""What plugin and variant pages say of themselves to programs: their address, JSON-LD."""

import json
import re

import pytest

from registry.models import Release, Variant

pytestmark = pytest.mark.django_db
BASE = "https://hub.example"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = BASE


@pytest.fixture
def said(read):
    """Return the JSON-LD object of a page beside the way to it."""

    def said(address):
        blocks = map(json.loads, BLOCK.findall(read(address)))
        [found] = [one for one in blocks if one["@type"] != "BreadcrumbList"]
        return found

    return said


@pytest.mark.parametrize(
    "address", ["/extractors/tap-alpha", "/loaders/target-gamma--ada"]
)
def test_a_page_has_one_address_however_it_is_asked_for(catalog, read, address):
    for asked in (address, f"{address}?utm_source=x"):
        assert re.findall(r'<link rel="canonical"\s+href="([^"]*)">', read(asked)) == [
            BASE + address
        ]


def test_a_plugin_is_an_application(catalog, said):
    assert said("/extractors/tap-alpha") == {
        "@context": "https://schema.org",
        "@type": "SoftwareApplication",
        "name": "tap-alpha",
        "alternateName": "Tap-Alpha",
        "description": "Made by ada.",
        "url": f"{BASE}/extractors/tap-alpha",
        "applicationCategory": "DeveloperApplication",
        "sdPublisher": {"@type": "Organization", "name": "Songbook", "url": BASE},
    }


def test_a_variant_is_source_code_of_its_plugin(catalog, said):
    linked = said("/extractors/tap-alpha--bo")
    assert linked["@type"] == "SoftwareSourceCode"
    assert linked["codeRepository"] == "https://git.example.org/bo/tap-alpha"
    assert linked["url"] == f"{BASE}/extractors/tap-alpha--bo"
    assert linked["isPartOf"]["url"] == f"{BASE}/extractors/tap-alpha"
    assert "version" not in linked
    assert "license" not in linked


def test_a_release_gives_version_and_licence(catalog, said):
    variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    variant.current_release = Release.objects.create(
        variant=variant, version="1.2", license="MIT"
    )
    variant.save()
    linked = said("/extractors/tap-alpha--ada")
    assert linked["version"] == "1.2"
    assert linked["license"] == {"@type": "CreativeWork", "name": "MIT"}
    assert said("/extractors/tap-alpha")["softwareVersion"] == "1.2"


def test_a_repository_that_no_browser_may_open_is_left_out(folder, crawl, said):
    folder.write("extractors", "tap-beta", "ada", repo="javascript:alert(1)")
    crawl()
    assert "codeRepository" not in said("/extractors/tap-beta--ada")


@pytest.mark.parametrize("evil", [
    "</script><script>alert(1)</script>", "<!--<script>", "]]>", '"},{"a":"',
    "\u2028\u2029 & é </ScRiPt >",
])  # fmt: skip
def test_text_from_outside_never_leaves_the_block(folder, crawl, said, read, evil):
    folder.write("extractors", "tap-evil", "ada", description=evil, label="Evil")
    crawl()
    for address in ("/extractors/tap-evil", "/extractors/tap-evil--ada"):
        assert said(address)["description"] == evil
        blocks = BLOCK.findall(read(address))
        assert blocks
        assert not set("<>&") & set("".join(blocks))


@pytest.mark.parametrize("version", ["HEAD", "main", "4f1c9e2abcde"])
def test_what_a_branch_holds_is_no_version(catalog, said, version):
    variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    variant.current_release = Release.objects.create(variant=variant, version=version)
    variant.save()
    assert "version" not in said("/extractors/tap-alpha--ada")
    assert "softwareVersion" not in said("/extractors/tap-alpha")


PAGES = (
    "/", "/search", "/extractors", "/extractors/tap-alpha", "/loaders/target-gamma--ada",
    "/extractors/tap-alpha/history", "/extractors/tap-alpha--ada/versions",
    "/extractors/tap-alpha--ada/changes", "/extractors/tap-alpha--ada/streams",
    "/services", "/maintainers", "/maintainers/ada", "/capabilities", "/capabilities/state",
    "/guide", "/guide/messages", "/docs", "/policies/defaults", "/conformance", "/matrix",
    "/status", "/status/crawl", "/feeds",
)  # fmt: skip
CANONICAL = re.compile(r'<link rel="canonical"\s+href="([^"]*)">')
IMAGE = re.compile(r'property="og:image" content="([^"]*)"')


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_one_address_and_a_picture(catalog, client, read, address):
    page = read(f"{address}?utm_source=x")
    assert CANONICAL.findall(page) == [BASE + address]
    [image] = IMAGE.findall(page)
    picture = client.get(image.removeprefix(BASE))
    assert picture["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing", 404), ("/extractors/tap-alpha--ada/versions/9", 404),
        ("/search?q=alpha", 200), ("/extractors/tap-alpha/compare?v=ada,bo", 200),
    ],
)  # fmt: skip
def test_what_is_not_to_be_indexed_names_no_address(catalog, read, address, status):
    page = read(address, status)
    assert CANONICAL.findall(page) == []
    assert status != 200 or '<meta name="robots" content="noindex">' in page


def test_a_page_of_many_is_a_page_of_its_own(folder, crawl, read):
    for number in range(21):
        folder.write("extractors", f"tap-n{number}", "ada")
    crawl()
    assert CANONICAL.findall(read("/extractors?page=2")) == [
        f"{BASE}/extractors?page=2"
    ]


def test_the_picture_of_the_site_keeps_to_its_digest(catalog, client, read):
    [image] = IMAGE.findall(read("/guide"))
    address = image.removeprefix(BASE)
    old = client.get("/og/0123456789abcdef/site.png")
    assert (old.status_code, old["Location"]) == (302, address)
    assert "immutable" in client.get(address)["Cache-Control"]


def way(page):
    """Return the titles and addresses of the way to a page."""
    blocks = map(json.loads, BLOCK.findall(page))
    [found] = [one for one in blocks if one["@type"] == "BreadcrumbList"]
    items = found["itemListElement"]
    assert [one["position"] for one in items] == list(range(1, len(items) + 1))
    return [(one["name"], one.get("item")) for one in items]


def test_the_way_to_a_page_is_told(catalog, read):
    plugin = ("tap-alpha", f"{BASE}/extractors/tap-alpha")
    first = ("Extractors", f"{BASE}/extractors")
    assert way(read("/extractors/tap-alpha")) == [first, ("tap-alpha", None)]
    assert way(read("/extractors/tap-alpha--ada/versions")) == [
        first, plugin, ("ada", f"{BASE}/extractors/tap-alpha--ada"), ("versions", None),
    ]  # fmt: skip
    assert way(read("/guide/messages"))[0] == ("Singer guide", f"{BASE}/guide")


def test_the_site_says_how_it_is_searched(catalog, client, read):
    [site] = map(json.loads, BLOCK.findall(read("/")))
    assert (site["@type"], site["url"]) == ("WebSite", BASE)
    template = site["potentialAction"]["target"]["urlTemplate"]
    address = template.replace("{search_term_string}", "alpha").removeprefix(BASE)
    assert client.get(address).status_code == 200
