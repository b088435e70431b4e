"""Facets over the real catalogue: their counts are those of counting by hand."""

from registry.models import Plugin
from registry.search.finding import find
from registry.search.query import parse
from registry.search.tally import COUNTED
from tests.registry.cast import NOW
from tests.registry.search import brute


def test_the_real_catalogue_is_counted_as_by_hand(real_catalogue):
    facts = brute.facts_of_all()
    seen = {
        key: sorted({v for _, one in facts for v in one[key]})[:25] for key in COUNTED
    }
    brute.agrees(facts, {})
    for key, values in seen.items():
        for value in values:
            brute.agrees(facts, {key: {value}})
    for kind in ("extractors", "loaders"):
        for capability in seen["capability"]:
            brute.agrees(facts, {"type": {kind}, "capability": {capability}})
            brute.agrees(facts, {"type": {kind}}, [("capability", capability)])


def test_what_a_count_says_is_what_a_click_finds(real_catalogue):
    found = find(parse("api type:extractor"), now=NOW)
    for key, counts in found.counts.items():
        if key != "type":
            for value, count in list(counts.items())[:4]:
                query = parse("api type:extractor").narrowed(key, [value])
                assert find(query, now=NOW).total == count, (key, value)


def test_the_real_services_are_found_as_their_pages_list_them(real_catalogue, search):
    for service in ("postgres", "ga4", "hubspot", "s3", "rest-api-msdk"):
        rows = Plugin.objects.filter(service=service)
        names = sorted(rows.values_list("name", flat=True))
        assert sorted(search(f"service:{service}", per_page=99)) == names
        assert names
