"""What all pages share: addresses, themes, caching, errors, logos."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings as project
from django.template.loader import render_to_string

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


def test_a_page_is_only_read(catalog, client):
    assert client.post("/extractors").status_code == 405


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


def test_styles_and_scripts_are_small():
    static = Path(project.ROOT) / "static"
    styles = (static / "css" / "site.css").read_bytes()
    assert len(gzip.compress(styles)) <= 8 * 1024
    assert len(styles.splitlines()) <= 400
    for script in (static / "js").iterdir():
        assert len(script.read_text().splitlines()) <= 60
