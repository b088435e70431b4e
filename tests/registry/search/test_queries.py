"""The queries that must find what people mean, over the real catalogue."""

import tomllib
from pathlib import Path

import pytest
from django.utils import timezone

from registry.search.finding import find
from registry.search.query import parse

FILE = Path(__file__).with_name("queries.toml")
SECTIONS = tomllib.loads(FILE.read_text(encoding="utf-8"))
QUERIES = [
    (typed, [wanted] if isinstance(wanted, str) else wanted)
    for section in SECTIONS.values()
    for typed, wanted in section.items()
]


@pytest.fixture
def first(real_catalogue):
    """Return the first results of a query, with their first variant where that is wanted."""

    def first(typed, wanted):
        found = find(parse(typed), now=timezone.now())
        if not wanted:
            return [real_catalogue[result.plugin] for result in found.results]
        names = []
        for result, like in zip(found.results, wanted, strict=False):
            variant = f"--{result.matches[0].name}" if "--" in like else ""
            names.append(real_catalogue[result.plugin] + variant)
        return names

    return first


def test_there_are_at_least_a_hundred_queries():
    assert len(QUERIES) >= 100


@pytest.mark.parametrize(
    ("typed", "wanted"), QUERIES, ids=[typed for typed, _ in QUERIES]
)
def test_a_query_finds_first_what_people_mean(first, typed, wanted):
    assert first(typed, wanted) == wanted
