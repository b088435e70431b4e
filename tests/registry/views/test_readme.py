"""A variant's README on its page, and on a page of its own."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Readme, Source, Variant
from registry.readmes.parts import opening

pytestmark = pytest.mark.django_db
ADDRESS = "/extractors/tap-alpha--ada"


@pytest.fixture
def keep(catalog):
    """Give the variant by ada a README."""

    def keep(html):
        variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
        source = Source.objects.get()
        Readme.objects.create(variant=variant, source=source, digest="", html=html)

    return keep


def test_a_short_readme_is_on_the_page_as_it_was_cleaned(keep, read):
    keep('<h3 id="readme-use">Use</h3><p>It <em>sings</em>.</p>')
    page = read(ADDRESS)
    assert '<a href="#readme">Readme</a>' in page
    assert '<h3 id="readme-use">Use</h3><p>It <em>sings</em>.</p></div>' in page
    assert f'href="{ADDRESS}/readme"' not in page


@pytest.mark.parametrize("html", [None, "", "\n"])
def test_without_a_readme_there_is_no_section_and_no_page(keep, read, html):
    if html is not None:
        keep(html)
    assert "#readme" not in read(ADDRESS)
    read(f"{ADDRESS}/readme", 404)


def test_of_a_long_readme_the_page_has_whole_elements_from_its_top(keep, read):
    parts = [f"<p>Part {number}: {'word ' * 50}</p>" for number in range(200)]
    keep("".join(parts))
    page = read(ADDRESS)
    assert parts[50] in page and parts[199] not in page
    assert page.count("<p>Part ") == page.count("word </p>")
    assert f'<a href="{ADDRESS}/readme">The whole readme</a>' in page
    assert "".join(parts) in read(f"{ADDRESS}/readme")


def test_a_readme_of_any_size_leaves_the_page_at_18_kb_packed(keep, client):
    words = (f"{number * 7919 % 104729:x}" for number in range(60_000))
    keep("".join(f"<p>{word} {next(words, '')}</p>" for word in words))
    page = client.get(ADDRESS).content
    assert len(gzip.compress(page)) <= 18 * 1024


def test_it_costs_the_page_no_query(keep, client, django_assert_num_queries):
    with CaptureQueriesContext(connection) as before:
        client.get(ADDRESS)
    keep("<p>Read me.</p>")
    with django_assert_num_queries(len(before)):
        client.get(ADDRESS)


def test_the_page_of_its_own_makes_two_queries(keep, client, django_assert_num_queries):
    keep("<p>Read me.</p>")
    with django_assert_num_queries(2):
        client.get(f"{ADDRESS}/readme")


@pytest.mark.parametrize(
    ("html", "limit", "expected"),
    [
        ("<p>a</p><p>b</p>", 16, "<p>a</p><p>b</p>"),
        ("<p>a</p><p>b</p>", 15, "<p>a</p>"),
        ("<p>a</p>\n<hr><p>b</p>", 14, "<p>a</p>\n<hr>"),
        ("<div><p>a</p><p>b</p></div>", 20, ""),
        ('<p id=">">a</p><p>b</p>', 20, '<p id=">">a</p>'),
    ],
)  # fmt: skip
def test_an_opening_ends_between_two_elements(html, limit, expected):
    assert opening(html, limit) == expected
