"""An operator's own name, colour, logo, footer and contact, and what cannot be used."""

import pytest

from hub.checks import site_settings

pytestmark = pytest.mark.django_db

HOSTILE = '"><script>alert(1)</script>'
SVG = '<svg xmlns="http://www.w3.org/2000/svg"></svg>'


@pytest.fixture
def logo(tmp_path, settings):
    file = tmp_path / "logo.svg"
    file.write_text(SVG, encoding="ascii")
    settings.SITE_LOGO = str(file)
    return file


def test_the_name_is_everywhere_where_the_site_names_itself(catalog, read, settings):
    settings.SITE_NAME = "Acme Connectors"
    assert "Acme Connectors</a>" in read("/").replace("\n", "")
    assert "<ShortName>Acme Connectors</ShortName>" in read("/opensearch.xml")
    assert "<name>Acme Connectors</name>" in read("/feed")
    assert '"name": "Acme Connectors"' in read("/extractors/tap-alpha")
    for address in ("/", "/feed", "/opensearch.xml", "/extractors/tap-alpha--ada"):
        assert "Songbook" not in read(address)


@pytest.mark.parametrize(
    "address", ["/", "/extractors/tap-alpha", "/status", "/opensearch.xml", "/feed"]
)
def test_whatever_an_operator_writes_is_text(catalog, read, settings, address):
    settings.SITE_NAME = settings.SITE_FOOTER = HOSTILE
    settings.SITE_CONTACT = settings.SITE_ACCENT = HOSTILE
    assert "<script>alert" not in read(address)


def test_the_footer_and_the_contact_are_on_every_page(read, settings):
    settings.SITE_FOOTER = "Run by the data team & friends."
    settings.SITE_CONTACT = "data@example.org"
    page = read("/")
    assert "Run by the data team &amp; friends." in page
    assert '<a href="mailto:data@example.org">data@example.org</a>' in page


def test_a_contact_may_be_an_address_of_the_web(read, settings):
    settings.SITE_CONTACT = "https://help.example.org/"
    assert '<a href="https://help.example.org/">help.example.org</a>' in read("/")


@pytest.mark.parametrize(
    "contact", ["javascript:alert(1)", "data@", "https://", "call us", "//evil.example"]
)
def test_a_contact_that_is_none_is_refused_and_not_shown(read, settings, contact):
    settings.SITE_CONTACT = contact
    assert [error.id for error in site_settings()] == ["hub.E007"]
    assert "Contact:" not in read("/")


def test_without_an_accent_no_page_asks_for_its_style(read):
    assert "brand.css" not in read("/")
    assert read("/assets/brand.css") == ""


def test_an_accent_is_a_stylesheet_that_is_kept_and_compared(client, read, settings):
    settings.SITE_ACCENT = "#ffcc00"
    assert '<link rel="stylesheet" href="/assets/brand.css">' in read("/")
    answer = client.get("/assets/brand.css")
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "max-age=3600" in answer["Cache-Control"]
    assert "--accent: light-dark(#" in answer.content.decode()
    again = client.get("/assets/brand.css", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("accent", ["red", "#fff", "#fff;}body{display:none}"])
def test_an_accent_that_is_no_colour_is_refused_and_styles_nothing(
    read, settings, accent
):
    settings.SITE_ACCENT = accent
    assert [error.id for error in site_settings()] == ["hub.E005"]
    assert read("/assets/brand.css") == ""


def test_a_logo_stands_beside_the_name_and_in_the_tab(client, read, logo):
    page = read("/")
    assert '<img class="mark" src="/assets/brand/logo" alt="">' in page
    assert '<link rel="icon" href="/assets/brand/logo">' in page
    answer = client.get("/assets/brand/logo")
    assert (answer["Content-Type"], answer.content.decode()) == ("image/svg+xml", SVG)
    assert "script-src" in answer["Content-Security-Policy"] or (
        "default-src 'self'" in answer["Content-Security-Policy"]
    )


def test_no_logo_is_404(client):
    assert client.get("/assets/brand/logo").status_code == 404


def test_a_logo_that_went_away_is_404_and_refused(client, logo):
    logo.unlink()
    assert client.get("/assets/brand/logo").status_code == 404
    assert [error.id for error in site_settings()] == ["hub.E006"]


@pytest.mark.parametrize(
    ("name", "size_bytes"), [("logo.html", 10), ("logo.svg", 70_000), ("logo", 10)]
)
def test_a_file_that_is_no_small_picture_is_refused(
    client, settings, tmp_path, name, size_bytes
):
    file = tmp_path / name
    file.write_bytes(b"x" * size_bytes)
    settings.SITE_LOGO = str(file)
    assert [error.id for error in site_settings()] == ["hub.E006"]
    assert client.get("/assets/brand/logo").status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_empty_or_too_long_is_refused(settings, name):
    settings.SITE_NAME = name
    assert [error.id for error in site_settings()] == ["hub.E004"]


def test_a_site_of_its_own_is_accepted(settings, logo):
    settings.SITE_NAME, settings.SITE_ACCENT = "Acme", "#ff0000"
    settings.SITE_CONTACT = "data@example.org"
    assert site_settings() == []
