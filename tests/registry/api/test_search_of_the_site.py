"""The site and the API find the same, in the same order: over the real catalogue."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest

FILE = Path(__file__).parent.parent / "search" / "queries.toml"
SECTIONS = tomllib.loads(FILE.read_text(encoding="utf-8"))
QUERIES = [typed for section in SECTIONS.values() for typed in section]
CARD = re.compile(r'<li class="card">.*?href="/([a-z]+/[^"/]+)"', re.DOTALL)
COUNT = re.compile(r"data-count>([\d,]+) result")
NOTICE = re.compile(r'<p class="note sm">(.*?)</p>')


@pytest.fixture
def both(client, real_catalogue):
    """Return what the site's page shows, and what the API answers to the same query."""

    def both(parameters):
        page = client.get(f"/search?{parameters}").content.decode()
        answer = client.get(f"/api/v1/search?{parameters}").json()
        return page, answer

    return both


def agree(page, answer):
    """Check that a page shows what an answer has."""
    count = COUNT.search(page)
    assert int(count[1].replace(",", "")) == answer["total"]
    shown = CARD.findall(page)
    assert shown == [f"{one['type']}/{one['name']}" for one in answer["results"]]
    assert len(NOTICE.findall(page)) >= len(answer["notices"])


@pytest.mark.parametrize("typed", QUERIES)
def test_what_is_typed_finds_the_same_in_both(both, typed):
    page, answer = both(f"q={quote(typed)}")
    agree(page, answer)


@pytest.mark.parametrize("parameters", [
    "", "all=1", "type=loaders", "type=loaders&type=extractors&capability=batch",
    "q=google&type=extractors&sort=name", "q=sql&sort=used", "sort=released", "sort=name",
    "python=3.13&license=unknown&auth=key", "is=docker", "keyword=api&maintenance=unknown",
    "q=nothing+like+it", "q=updated:soon+csv",
])  # fmt: skip
def test_what_is_ticked_finds_the_same_in_both(both, parameters):
    agree(*both(parameters))


def test_the_facets_count_the_same_in_both(both):
    page, answer = both("q=google&facets=1")
    ticked = re.findall(
        r'name="(\w+)"\s+value="([^"]+)"[^>]*>[^<]*<span>([\d,]+)</span>', page
    )
    counted = [one for one in ticked if one[2] != "0"]
    assert len(counted) > 20
    for key, value, count in counted:
        assert answer["facets"][key][value] == int(count.replace(",", "")), (key, value)


def test_pages_of_all_plugins_have_each_once(client, real_catalogue):
    found, address = [], "/api/v1/search?all=1&limit=100&sort=name"
    while address:
        answer = client.get(address).json()
        found += [f"{one['type']}/{one['name']}" for one in answer["results"]]
        following = answer["next"]
        address = following and f"/api/v1/search?{following.partition('?')[2]}"
    assert len(found) == len(set(found)) == answer["total"]
    assert sorted(found) == sorted(real_catalogue.values())
