"""Facets counted the long way: every variant, every condition, in Python."""

from datetime import timedelta

from registry.models import Variant
from registry.search.credentials import credentials_of
from registry.search.entries import sdk_of
from registry.search.facets import FACETS, TRAITS, UNKNOWN
from registry.search.finding import find
from registry.search.query import Query, Term
from registry.search.tally import COUNTED
from tests.registry.cast import NOW

OPEN_SHOWN = 10
DAYS = (30, 90, 365)
DOCKER = {"airbyte_spec.image", "docker_mounts"}


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
        "license": {(release.license or "none") if release else UNKNOWN},
        "installs": {UNKNOWN},
        "keyword": {
            str(word).strip().casefold() for word in said.get("keywords") or []
        },
        "variant": {row.name},
        "sdk": {sdk_of(said)},
        "auth": set(credentials_of(said.get("settings") or [])) or {UNKNOWN},
        "updated": spans_of(release.released_at if release else None),
        "is": set(traits_of(row)),
    }


def spans_of(released_at):
    """Return the spans of the facet that a release is in."""
    if released_at is None:
        return {UNKNOWN}
    return {f"{n}d" for n in DAYS if released_at >= NOW - timedelta(days=n)}


def traits_of(row):
    if row.plugin.default_variant_id == row.pk:
        yield "default"
    if row.gone_at is not None:
        yield "gone"
    if row.hidden:
        yield "hidden"
    if DOCKER & {one["name"] for one in row.definition.get("settings") or []}:
        yield "docker"
    if row.maintenance_status == "inactive":
        yield "inactive"
    if row.current_release and row.current_release.streams.exists():
        yield "discovered"


def counts(facts, filters, negated=()):
    """Return what each facet should count: plugins, its own filter left out."""
    told = {}
    for key in COUNTED:
        # All that stands behind `is:` must be met, so it is left out of no count.
        others = {
            other: wanted
            for other, wanted in filters.items()
            if other != key or key == TRAITS.key
        }
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
