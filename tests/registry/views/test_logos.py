"""Logos where they are shown: at their address, and on pages in place of a monogram."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Logo, Plugin, Variant
from tests.registry.logos.drawing import pixels, svg

ADDRESS = "/assets/logos/extractors/tap-alpha.png"
NO_LOGO = "/assets/logos/extractors/tap-beta.png"
IMAGE = re.compile(r'<img class="monogram"[^>]*>')


@pytest.fixture
def put(folder):
    """Write a logo into the tree of definitions."""

    def put(content, name="extractors/tap-alpha.png"):
        path = folder.root / "static" / "assets" / "logos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return put


@pytest.fixture
def logo(put, crawl):
    """The logo of tap-alpha."""
    put(pixels())
    crawl()
    return Logo.objects.get()


@pytest.fixture
def drawing(put, crawl):
    put(svg())
    crawl()
    return Logo.objects.get()


def versioned(logo):
    return f"{ADDRESS}?v={logo.digest[:8]}"


def test_a_logo_is_answered_at_the_path_that_documents_name(logo, client):
    answer = client.get(ADDRESS)
    assert answer.content == bytes(logo.content)
    assert answer["Content-Type"] == "image/png"
    assert answer["ETag"] == f'"{logo.digest}"'
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_nothing_in_a_logo_may_run_where_it_is_opened_by_itself(drawing, client):
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_logo_by_its_digest_is_kept_for_a_year(logo, client):
    answer = client.get(versioned(logo))
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("v", ["00000000", "", "%", "é", "a" * 500, "\x00"])
def test_another_digest_is_the_logo_of_today_and_not_kept_for_a_year(logo, client, v):
    answer = client.get(ADDRESS, {"v": v})
    assert answer.content == bytes(logo.content)
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_a_logo_that_somebody_has_is_not_sent_again(logo, client):
    answer = client.get(ADDRESS, headers={"If-None-Match": f'"{logo.digest}"'})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_logo_costs_one_query_and_a_monogram_two(
    logo, client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        client.get(ADDRESS)
    with django_assert_num_queries(2):
        assert b"<text" in client.get(NO_LOGO).content


def test_of_two_pictures_at_one_path_the_one_that_is_meant_is_answered(logo, client):
    other = Logo.objects.create(
        digest="0" * 64, content=b"other", content_type="image/png",
        width=1, height=1, kept_at=logo.kept_at,
    )  # fmt: skip
    Variant.objects.filter(name="bo").update(logo_digest=other.digest)
    assert client.get(versioned(logo)).content == bytes(logo.content)
    assert client.get(versioned(other)).content == b"other"


def test_a_logo_that_the_tree_has_no_more_is_a_monogram(logo, put, crawl, client):
    put(b"<html>")
    crawl()
    answer = client.get(ADDRESS)
    assert b"<text" in answer.content
    assert "max-age=2592000" in answer["Cache-Control"]
    assert "ETag" in answer


PAGES = [
    "/extractors", "/search?q=tap-alpha", "/extractors/tap-alpha",
    "/extractors/tap-alpha--ada", "/services/alpha",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_the_logo_in_the_monograms_place(logo, read, page):
    image = IMAGE.search(read(page))
    assert image is not None
    said = image[0]
    assert f'src="{versioned(logo)}"' in said
    # Room for it is kept before it is there.
    assert 'width="44"' in said and 'height="44"' in said
    assert 'alt=""' in said and 'loading="lazy"' in said


def test_whoever_has_no_logo_keeps_the_monogram(logo, read):
    text = read("/extractors")
    assert len(IMAGE.findall(text)) == 1
    assert '<svg class="monogram"' in text
    for page in ("/extractors/tap-beta", "/maintainers/ada"):
        assert '<svg class="monogram"' in read(page)
        assert IMAGE.search(read(page)) is None


@pytest.mark.parametrize("page", PAGES)
def test_a_logo_costs_a_page_no_query(catalog, client, page, put, crawl):
    def asked():
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    before = asked()
    put(pixels())
    crawl()
    assert asked() == before


def test_an_address_of_odd_signs_is_one_that_browsers_read(
    folder, put, crawl, read, client
):
    name = 'extractors/Tap "A" é?&amp;#.png'
    folder.write("extractors", "tap-beta", "ada", logo_url=f"/assets/logos/{name}")
    put(pixels(), name)
    crawl()
    source = re.search(r'src="([^"]+)"', IMAGE.search(read("/extractors/tap-beta"))[0])
    answer = client.get(source[1])
    assert answer.content == bytes(Logo.objects.get().content)


def test_pictures_of_shared_links_have_no_logo(catalog, client, put, crawl):
    page = client.get("/extractors/tap-alpha").content.decode()
    before = re.search(r"/og/[^\"]+", page)[0]
    put(pixels())
    crawl()
    page = client.get("/extractors/tap-alpha").content.decode()
    assert re.search(r"/og/[^\"]+", page)[0] == before


def test_a_service_shows_the_first_logo_of_its_connectors(folder, put, crawl, read):
    folder.write("loaders", "target-alpha", "ada")
    put(pixels(), "loaders/target-alpha.png")
    crawl()
    assert Plugin.objects.filter(service="alpha").count() == 2
    title = read("/services/alpha").partition("<h1>")[0]
    assert "/assets/logos/loaders/target-alpha.png?v=" in title


def test_the_policy_says_whose_names_and_logos_they_are(catalog, read):
    text = read("/policies/names")
    assert "Names and logos of products belong to their owners" in text
