"""Exact names first, always: every plugin and every variant of the real catalogue."""

from collections import defaultdict

from django.utils import timezone

from registry.models import Plugin, Variant
from registry.search.finding import find
from registry.search.query import parse
from registry.search.suggesting import suggest


def test_every_plugin_is_found_first_by_its_whole_name(real_catalogue):
    kinds = defaultdict(set)
    for key, address in real_catalogue.items():
        kinds[address.partition("/")[2]].add(key)
    missed = {}
    for name, keys in kinds.items():
        found = find(parse(name), now=timezone.now(), per_page=len(keys)).results
        if {result.plugin for result in found} != keys:
            missed[name] = [real_catalogue[result.plugin] for result in found]
    assert missed == {}


def test_every_variant_is_found_first_by_its_whole_address(real_catalogue):
    """The same address may stand in two types: then both stand before all others."""
    named = defaultdict(set)
    for row in Variant.objects.select_related("plugin"):
        named[f"{row.plugin.name}--{row.name}"].add((row.plugin_id, row.name))
    missed = {}
    for address, rows in named.items():
        found = find(parse(address), now=timezone.now(), per_page=len(rows)).results
        first = {(result.plugin, result.matches[0].name) for result in found}
        if first != rows:
            missed[address] = first
    assert missed == {}


def test_every_plugin_is_suggested_first_by_its_whole_name(real_catalogue):
    for name in set(Plugin.objects.values_list("name", flat=True)):
        assert suggest(name)[0].name == name
