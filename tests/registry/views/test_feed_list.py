"""The page of feeds and badges: all there are, with addresses that answer."""

import re

import pytest
from django.urls import get_resolver

from registry.vocabulary import EventVerb

pytestmark = pytest.mark.django_db
NAMES = {
    "type": "loaders",
    "plugin": "tap-alpha",
    "variant": "ada",
    "service": "alpha",
    "maintainer": "ada",
}


def addresses(page):
    """Return the addresses that a page shows as code, with real names in their places."""
    for text in re.findall(r"<code>(/.*?)</code>", page):
        yield re.sub(r"<var>(\w+)</var>", lambda found: NAMES[found[1]], text)


def test_every_address_it_shows_is_there(catalog, read, client):
    found = set(addresses(read("/feeds"))) - {"/feed", "/badges"}
    assert len(found) == 5 + 1
    for address in found | {"/feed"}:
        assert client.get(address).status_code == 200, address


def test_every_kind_of_feed_is_on_it(catalog, read):
    shown = {get_resolver().resolve(one).url_name for one in addresses(read("/feeds"))}
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name == "feed" or name.endswith("-feed")} <= shown


def test_it_says_what_each_category_of_an_event_means(read):
    page = read("/feeds")
    for verb in EventVerb:
        assert f"<code>{verb.value}</code>" in page


def test_it_asks_the_database_for_its_footer_alone(
    db, client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        client.get("/feeds")
