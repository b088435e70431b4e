"""Facets counted the long way: every variant, every condition, in Python."""

from registry.models import Variant
from registry.search.facets import FACETS, UNKNOWN
from registry.search.finding import find
from registry.search.query import Query, Term
from tests.registry.cast import NOW

OPEN_SHOWN = 10


def facts_of_all():
    """Return each variant's plugin and its values by facet, read from its row."""
    rows = Variant.objects.select_related("plugin", "current_release")
    return [(row.plugin_id, facts_of(row)) for row in rows]


def facts_of(row):
    said = row.definition
    release = row.current_release
    minors = {f"3.{n}" for n in range(7, 20)}
    return {
        "type": {row.plugin.type},
        "capability": set(said.get("capabilities") or [])
        & set(FACETS["capability"].values),
        "python": (set(said.get("supported_python_versions") or []) & minors)
        or {UNKNOWN},
        "maintenance": {row.maintenance or UNKNOWN},
        "license": {release.license if release else UNKNOWN},
        "installs": {UNKNOWN},
        "keyword": {
            str(word).strip().casefold() for word in said.get("keywords") or []
        },
        "variant": {row.name},
    }


def counts(facts, filters, negated=()):
    """Return what each facet should count: plugins, its own filter left out."""
    told = {}
    for key in FACETS:
        others = {other: wanted for other, wanted in filters.items() if other != key}
        plugins = {}
        for plugin, of_variant in facts:
            if meets(of_variant, others, negated):
                for value in of_variant[key]:
                    plugins.setdefault(value, set()).add(plugin)
        told[key] = {value: len(found) for value, found in plugins.items()}
    # Of the many variants the most frequent are told.
    frequent = sorted(told["variant"].items(), key=lambda one: (-one[1], one[0]))
    told["variant"] = dict(frequent[:OPEN_SHOWN])
    return told


def total(facts, filters, negated=()):
    return len({plugin for plugin, one in facts if meets(one, filters, negated)})


def meets(of_variant, filters, negated):
    return all(of_variant[key] & wanted for key, wanted in filters.items()) and not any(
        value in of_variant[key] for key, value in negated
    )


def agrees(facts, filters, negated=()):
    """Check a query of filters against counting by hand."""
    terms = [Term(value, key) for key, values in filters.items() for value in values]
    terms += [Term(value, key, is_negated=True) for key, value in negated]
    found = find(Query(tuple(terms)), now=NOW)
    assert found.counts == counts(facts, filters, negated)
    assert found.total == total(facts, filters, negated)
