"""Searches over a catalogue."""

import pytest

from registry.models import Plugin
from registry.search.finding import find
from registry.search.query import parse
from tests.registry.cast import NOW


@pytest.fixture
def search(db):
    """Return the names of the plugins that a query finds, in order."""

    def search(typed, **options):
        found = find(parse(typed), now=NOW, **options)
        names = dict(Plugin.objects.values_list("pk", "name"))
        return [names[result.plugin] for result in found.results]

    return search
