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
    """Return the one JSON-LD object of a page."""

    def said(address):
        (block,) = BLOCK.findall(read(address))
        return json.loads(block)

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
        (block,) = BLOCK.findall(read(address))
        assert not set("<>&") & set(block)


@pytest.mark.parametrize("version", ["HEAD", "main", "4f1c9e2abcde"])
def test_what_a_branch_holds_is_no_version(catalog, said, version):
    variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    variant.current_release = Release.objects.create(variant=variant, version=version)
    variant.save()
    assert "version" not in said("/extractors/tap-alpha--ada")
    assert "softwareVersion" not in said("/extractors/tap-alpha")
