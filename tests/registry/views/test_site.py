"""What all pages share: addresses, themes, caching, errors, logos."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.handlers.exception import convert_exception_to_response
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from django.utils import timezone

from registry.models import Variant

pytestmark = pytest.mark.django_db


def test_an_unknown_address_helps(catalog, read):
    page = read("/extractors/tap-alpine", 404)
    assert "Nothing stands at this address" in page
    assert 'href="/extractors/tap-alpha"' in page


@pytest.mark.parametrize(
    "address", ["/nonsense", "/%00", "/a--b", "/extractors/-x", "/%FF"]
)
def test_any_unknown_address_is_answered(catalog, read, address):
    assert "Browse all plugins" in read(address, 404)


def test_an_unknown_plugin_makes_three_queries(
    catalog, client, django_assert_num_queries
):
    with django_assert_num_queries(3):
        client.get("/extractors/tap-alpine")


def test_a_trailing_slash_leads_to_the_address_without(client):
    response = client.get("/extractors/tap-alpha/?q=a")
    assert (response.status_code, response["Location"]) == (
        301,
        "/extractors/tap-alpha?q=a",
    )


@pytest.mark.parametrize(
    "address", ["//evil.example/", "/\\evil.example/", "///evil.example/"]
)
def test_a_trailing_slash_never_leads_to_another_site(client, address):
    response = client.get("/", PATH_INFO=address)
    assert response["Location"] in {"/evil.example", "/%5Cevil.example"}


def test_the_error_page_needs_nothing():
    page = render_to_string("500.html")
    assert "This page failed" in page
    assert "<script" not in page


def test_a_page_may_be_kept_for_a_minute_and_is_compared_by_etag(catalog, client):
    response = client.get("/extractors")
    assert "max-age=60" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]
    again = client.get("/extractors", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_page_is_only_read_and_says_so(catalog, client):
    answer = client.post("/extractors")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "This page can only be read" in answer.content.decode()


def test_an_unknown_variant_names_those_that_the_plugin_has(catalog, read):
    page = read("/extractors/tap-alpha--nobody", 404)
    assert "Variants of tap-alpha" in page
    assert 'href="/extractors/tap-alpha--bo"' in page


def test_a_variant_that_is_gone_is_named_with_its_day(catalog, read):
    Variant.objects.filter(name="bo").update(gone_at=datetime(2026, 3, 1, tzinfo=UTC))
    page = " ".join(read("/extractors/tap-alpha--nobody", 404).split())
    assert (
        'gone since <time datetime="2026-03-01T00:00:00Z">1 March 2026</time>' in page
    )


def broken(error):
    """Answer a request as a page would that raises this."""

    def page(_request):
        raise error

    return page


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("no connection"), 503, "The database does not answer"),
        (InterfaceError("connection closed"), 503, "The database does not answer"),
        (ZeroDivisionError("ours"), 500, "This page failed"),
    ],
)
def test_a_page_that_fails_says_whether_the_database_is_away(
    rf, error, status, words, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = response_for(broken(error), rf.get("/"))
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert answer.get("Retry-After") == ("30" if status == 503 else None)
    assert answer["Cache-Control"] == "no-store"


def response_for(view, request):
    return convert_exception_to_response(view)(request)


def test_no_page_has_inline_script_or_style(catalog, read):
    for address in (
        "/",
        "/extractors",
        "/extractors/tap-alpha",
        "/extractors/tap-alpha--ada",
    ):
        page = read(address)
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick" not in page


def test_the_theme_is_kept_in_a_cookie_and_written_by_the_server(catalog, client):
    assert "data-theme" not in client.get("/").content.decode()
    response = client.get("/theme?to=dark&next=/extractors?q=a")
    assert response["Location"] == "/extractors?q=a"
    assert response.cookies["theme"]["httponly"]
    assert '<html lang="en" data-theme="dark">' in client.get("/").content.decode()
    client.get("/theme?to=system")
    assert "data-theme" not in client.get("/").content.decode()


def test_a_theme_nobody_offered_is_passed_over(catalog, client):
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode()


@pytest.mark.parametrize("address", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "evil", "", "///evil.example", "/\t/evil.example",
])  # fmt: skip
def test_a_theme_never_leads_to_another_site(client, address):
    response = client.get("/theme", {"to": "dark", "next": address})
    assert response["Location"] == "/"


def test_a_logo_is_the_monogram_of_its_plugin(catalog, client):
    response = client.get("/assets/logos/extractors/tap-alpha.png")
    assert response["Content-Type"] == "image/svg+xml"
    assert "max-age=2592000" in response["Cache-Control"]
    assert ">TA</text>" in response.content.decode()


@pytest.mark.parametrize("path", ["x", "a/b/c.png", "%3Cscript%3E.svg", ".png", "%00"])
def test_any_logo_is_answered(client, path):
    response = client.get(f"/assets/logos/{path}")
    assert response.status_code == 200
    assert "<script" not in response.content.decode()


def test_a_monogram_keeps_its_hue_whatever_the_label(catalog, client):
    first = client.get("/assets/logos/extractors/tap-alpha.png").content
    page = client.get("/extractors/tap-alpha").content
    hue = first.split(b"hsl(")[1].split(b",")[0]
    assert b"hsl(" + hue + b" 42% 32%)" in page


STATIC = Path(project.ROOT) / "static"
LOADED = re.compile(
    r'(?:<link rel="stylesheet" href|<script type="module" src)="([^"]+)"'
)


@pytest.mark.parametrize("address", [
    "/", "/extractors", "/extractors/tap-alpha", "/extractors/tap-alpha--ada",
    "/extractors/tap-alpha--ada/changes", "/status", "/status/crawl", "/nonsense",
])  # fmt: skip
def test_what_a_page_loads_is_small(catalog, client, settings, address):
    settings.SITE_ACCENT = "#aa3300"
    page = client.get(address).content.decode()
    sizes = {".css": 0, ".js": 0}
    for loaded in LOADED.findall(page):
        sizes[Path(loaded).suffix] += len(gzip.compress(content_of(client, loaded)))
    assert 0 < sizes[".css"] <= 8 * 1024
    assert 0 < sizes[".js"] <= 18 * 1024


def content_of(client, loaded):
    if loaded.startswith("/static/"):
        return (STATIC / loaded.removeprefix("/static/")).read_bytes()
    return client.get(loaded).content


def test_no_style_or_script_is_long():
    for sheet in (STATIC / "css").iterdir():
        assert len(sheet.read_text(encoding="utf-8").splitlines()) <= 300
    for script in (STATIC / "js").iterdir():
        assert len(script.read_text(encoding="utf-8").splitlines()) <= 60


def test_every_page_says_once_what_a_shared_link_shows(catalog, read):
    for address in ("/", "/extractors", "/extractors/tap-alpha--ada", "/status"):
        page = read(address)
        title = re.search("<title>(.*)</title>", page)[1]
        assert f'<meta property="og:title" content="{title}">' in page
        assert page.count("twitter:card") == page.count("og:description") == 1


def test_words_from_outside_stay_words_in_what_a_shared_link_shows(catalog, read):
    hostile = '"><script>alert(1)</script>'
    Variant.objects.filter(name="ada").update(description=hostile)
    page = read("/extractors/tap-alpha--ada")
    assert "<script>alert" not in page
    assert "&quot;&gt;&lt;script&gt;" in page


def test_keys_are_on_until_turned_off(catalog, client):
    assert 'data-keys="on"' in client.get("/").content.decode()
    response = client.get("/keys?to=off&next=/extractors")
    assert response["Location"] == "/extractors"
    assert 'data-keys="off"' in client.get("/").content.decode()
    client.get("/keys?to=on")
    assert 'data-keys="on"' in client.get("/").content.decode()


def test_the_footer_counts_what_was_tried_in_the_last_day(catalog, read):
    assert "tried in the last day" not in read("/")
    now = timezone.now()
    for name, at in (("ada", now), ("bo", now - timedelta(days=2))):
        variants = Variant.objects.filter(plugin__name="tap-alpha", name=name)
        variants.update(tried={"version": "1", "pythons": {}, "at": at.isoformat()})
    assert "1 of them tried in the last day." in read("/")
