"""Badges: one fact of a variant as a picture, and what a README needs to show it."""

import re
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from registry.models import Variant
from tests.registry.views.runs import packaged, ran, row

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"
VARIANT = "/extractors/tap-alpha--ada"
PYTHON, RELEASE = f"{VARIANT}/badges/python.svg", f"{VARIANT}/badges/release.svg"
BASE = "https://hub.example"


@pytest.fixture
def drawn(read):
    """Return what a badge says: its title, and the texts that are drawn."""

    def drawn(address):
        root = ET.fromstring(read(address))  # noqa: S314  our own answer
        assert root.get("aria-label") == root.findtext(f"{SVG}title")
        return root.findtext(f"{SVG}title"), [
            one.text for one in root.iter(f"{SVG}text")
        ]

    return drawn


@pytest.fixture
def ada(db):
    """The package of tap-alpha by ada, of which nothing was tried."""
    return packaged("ada")[0]


def test_it_says_where_it_runs_and_on_what_day(ada, drawn):
    for python in ("3.11", "3.12", "3.13"):
        ran(ada, python=python)
    day = row("ada").tried["at"][:10]
    title, texts = drawn(PYTHON)
    assert title == f"tap-alpha by ada: Runs on Python 3.11–3.13, {day}"
    assert texts == ["Songbook", f"✓ Runs on Python 3.11–3.13 | {day}"]


def test_it_says_where_it_fails_as_well(ada, drawn):
    ran(ada, python="3.12")
    ran(ada, python="3.13", starts="no")
    assert "! Runs on Python 3.12, fails on 3.13 | " in drawn(PYTHON)[1][1]


@pytest.mark.parametrize(("starts", "words"), [
    ("no", "× Fails on Python 3.12 | "), ("unknown", "– Could not be tried | "),
])  # fmt: skip
def test_it_says_that_nothing_ran(ada, drawn, starts, words):
    ran(ada, starts=starts)
    assert words in drawn(PYTHON)[1][1]


def test_what_nobody_tried_is_not_checked_and_has_no_day(ada, drawn):
    assert drawn(PYTHON)[1][1] == "– Not checked"


def test_it_says_which_release_is_installed(ada, drawn):
    row("ada").releases.filter(version="1.1").update(released_at="2026-03-04T05:06Z")
    assert drawn(RELEASE)[1][1] == "Release 1.1 | 2026-03-04"


def test_a_release_without_a_date_and_none_at_all_are_told_as_such(ada, drawn):
    row("ada").releases.update(released_at=None)
    assert drawn(RELEASE)[1][1] == "Release 1.1"
    Variant.objects.update(current_release=None)
    assert drawn(RELEASE)[1][1] == "No release known"


def test_what_a_branch_holds_is_no_release(ada, drawn):
    row("ada").releases.filter(version="1.1").update(version="HEAD", released_at=None)
    assert drawn(RELEASE)[1][1] == "Installs Git HEAD"


@pytest.mark.parametrize("address", [PYTHON, RELEASE])
def test_what_is_gone_says_that_alone(ada, drawn, address):
    ran(ada)
    Variant.objects.update(gone_at=timezone.now())
    assert drawn(address)[1][1].startswith("! Gone from all its sources | 20")


def test_it_is_kept_for_an_hour_compared_and_may_do_nothing(ada, client):
    answer = client.get(PYTHON)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in answer.get("Vary", "")
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "http" not in answer.content.decode().replace(
        "http://www.w3.org/2000/svg", ""
    )
    again = client.get(PYTHON, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    ran(ada)
    new = client.get(PYTHON, headers={"If-None-Match": answer["ETag"]})
    assert new.status_code == 200


def test_its_words_are_drawn_within_it_whatever_they_are(ada, read, settings):
    settings.SITE_NAME = 'A "hub" <of> & ours'
    root = ET.fromstring(read(PYTHON))  # noqa: S314  our own answer
    label, said = root.iter(f"{SVG}text")
    assert label.text == settings.SITE_NAME
    for one, following in ((label, said.get("x")), (said, root.get("width"))):
        end = int(one.get("x")) + int(one.get("textLength"))
        assert end < int(following)


@pytest.mark.parametrize("address", [
    f"{VARIANT}/badges/score.svg", "/extractors/tap-alpha--bo/badges/python.svg",
    "/extractors/tap-none--ada/badges/python.svg", "/extractors/tap-none--ada/badges",
])  # fmt: skip
def test_a_fact_or_a_variant_that_is_not_there_has_none(ada, read, address):
    read(address, 404)


def test_what_to_copy_names_the_picture_and_the_page(ada, read, client, settings):
    settings.PUBLIC_URL = BASE
    page = read(f"{VARIANT}/badges")
    snippets = re.findall(r'<pre><code id="[^"]+">(.*?)</code></pre>', page, re.DOTALL)
    assert len(snippets) == 6
    for text in snippets:
        found = re.findall(r"https://hub.example(/[\w/.-]+)", text)
        assert sorted(found) in ([VARIANT, PYTHON], [VARIANT, RELEASE])
        assert all(client.get(address).status_code == 200 for address in found)
    assert "[![tap-alpha by ada: its current release](" in page
    assert "\n   :alt: tap-alpha by ada: where its current release was seen" in page


def test_the_number_of_queries_is_fixed(ada, client, django_assert_num_queries):
    ran(ada)
    for address, count in ((PYTHON, 1), (RELEASE, 1), (f"{VARIANT}/badges", 2)):
        with django_assert_num_queries(count):
            client.get(address)
