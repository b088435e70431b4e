"""Facets: their counts are those of counting every variant by hand."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import Plugin, Release
from registry.search import index
from registry.search.entries import sdk_of
from registry.search.facets import BITS, CAPABILITY, FACETS, LICENSE, TYPE, value_of
from registry.search.finding import find
from registry.search.licenses import license_of
from registry.search.query import parse
from registry.vocabulary import PluginType
from tests.registry.cast import NOW, say, variant
from tests.registry.search import brute

NAMES = ["ada", "bo", "cy"]
WORDS = ["api", "database", "a word", "Größe", "meltano_sdk"]
SETTINGS = [{"name": name} for name in (
    "api_key", "password", "client_secret", "page_size", "airbyte_spec.image",
)]  # fmt: skip
definitions = st.fixed_dictionaries({
    "capabilities": st.lists(st.sampled_from(CAPABILITY.values[:4]), unique=True),
    "keywords": st.lists(st.sampled_from(WORDS), unique=True),
    "supported_python_versions": st.lists(
        st.sampled_from(["3.11", "3.12", "3.13"]), unique=True
    ),
    "settings": st.lists(st.sampled_from(SETTINGS), unique_by=lambda one: one["name"]),
    "days_ago": st.sampled_from([None, 0, 29, 30, 31, 80, 90, 200, 365, 366]),
})  # fmt: skip
plugins = st.lists(
    st.tuples(
        st.sampled_from(["extractors", "loaders"]),
        st.dictionaries(st.sampled_from(NAMES), definitions, min_size=1),
    ),
    min_size=1,
    max_size=6,
)
VALUES = {
    "type": ["extractors", "loaders"], "capability": list(CAPABILITY.values[:4]),
    "keyword": [value_of(FACETS["keyword"], word) for word in WORDS], "variant": NAMES,
    "python": ["3.11", "3.13", "unknown"], "maintenance": ["active", "unknown"],
    "auth": ["key", "password", "none", "unknown"], "updated": ["90d", "365d", "unknown"],
    "sdk": ["singer-sdk", "airbyte", "unknown"], "is": ["docker"],
}  # fmt: skip
filters = st.dictionaries(
    st.sampled_from(list(VALUES)), st.integers(0, 100), max_size=3
).map(
    lambda picked: {
        key: {VALUES[key][n % len(VALUES[key])]} for key, n in picked.items()
    }
)
negations = st.lists(
    st.sampled_from(
        [(key, value) for key, values in VALUES.items() for value in values]
    ),
    max_size=1,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=plugins, cases=st.lists(st.tuples(filters, negations), min_size=3, max_size=6)
)
def test_any_catalogue_and_query_is_counted_as_by_hand(source, made, cases):
    Plugin.objects.all().delete()
    for number, (kind, variants) in enumerate(made):
        record(source, f"x{number}", kind, variants)
    index.refresh(list(Plugin.objects.values_list("pk", flat=True)))
    facts = brute.facts_of_all()
    for filters, negated in cases:
        brute.agrees(facts, filters, negated)


def record(source, name, kind, variants):
    """Record a plugin with variants, each released so many days ago."""
    told = {one: dict(said) for one, said in variants.items()}
    days_ago = {one: said.pop("days_ago") for one, said in told.items()}
    facts = [variant(one, plugin=name, kind=kind, **said) for one, said in told.items()]
    for row in say(source, *facts, plugin=name, kind=kind).plugins[0].variants.all():
        if (days := days_ago[row.name]) is not None:
            row.current_release = Release.objects.create(
                variant=row, version="1", released_at=NOW - timedelta(days=days)
            )
            row.save()


def test_a_facet_is_counted_without_its_own_filter(has):
    has("tap-a")
    has("target-b", kind="loaders")
    counts = find(parse("type:loader"), now=NOW).counts
    assert counts["type"] == {"extractors": 1, "loaders": 1}
    assert counts["variant"] == {"ada": 1}


def test_a_facet_counts_what_the_words_find(has):
    has("tap-a", keywords=["api"])
    has("tap-b", keywords=["api"], description="needle")
    assert find(parse("needle"), now=NOW).counts["keyword"] == {"api": 1}


def test_facets_share_a_column_and_no_bits():
    taken = [
        (facet.column or facet.key, facet.first + n)
        for facet in BITS
        for n in range(len(facet.values))
    ]
    assert len(set(taken)) == len(taken)
    assert max(bit for _, bit in taken) < 63


def test_a_time_beyond_all_dates_has_every_release(has, release):
    release(has("tap-x"), days_ago=400)
    has("tap-y")
    assert find(parse("updated:9999y"), now=NOW).total == 1
    assert find(parse("-updated:9999y"), now=NOW).total == 1


@pytest.mark.parametrize(("said", "built"), [
    ({"keywords": ["meltano_sdk"]}, "singer-sdk"), ({"capabilities": ["about"]}, "singer-sdk"),
    ({"keywords": ["meltano_sdk", "airbyte_protocol"]}, "airbyte"),
    ({"capabilities": ["about"], "settings": [{"name": "airbyte_spec.image"}]}, "airbyte"),
    ({"keywords": ["meltano_edk"]}, "edk"), ({"capabilities": ["state"]}, "unknown"),
    ({}, "unknown"),
])  # fmt: skip
def test_what_it_is_built_with_is_what_it_says_itself(said, built):
    assert sdk_of(said) == built


def test_every_plugin_type_is_a_value():
    assert set(TYPE.values) == set(PluginType)


@pytest.mark.parametrize(("said", "meant"), [
    ("MIT", "MIT"), ("MIT License", "MIT"), ("mit", "MIT"), ("Apache 2.0", "Apache-2.0"),
    ("Apache Software License", "Apache-2.0"), ("Apache-2.0", "Apache-2.0"),
    ("GNU Affero General Public License v3", "AGPL-3.0"), ("AGPL-3.0-only", "AGPL-3.0"),
    ("GPLv3", "GPL-3.0"), ("GNU General Public License v2 (GPLv2)", "GPL-2.0"),
    ("GNU Lesser General Public License v3", "LGPL-3.0"), ("BSD License", "BSD-3-Clause"),
    ("BSD-2-Clause", "BSD-2-Clause"), ("Elastic License 2.0", "ELv2"), ("", "none"),
    ("UNKNOWN", "none"), ("Proprietary", "other"), ("submitted", "other"),
])  # fmt: skip
def test_a_licence_is_known_by_what_authors_write(said, meant):
    assert license_of(said) == meant
    assert meant in LICENSE.values
