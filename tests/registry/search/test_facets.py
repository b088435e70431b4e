"""Facets: their counts are those of counting every variant by hand."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import Plugin
from registry.search import index
from registry.search.facets import CAPABILITY, FACETS, LICENSE, TYPE, value_of
from registry.search.finding import find
from registry.search.licenses import license_of
from registry.search.query import parse
from registry.vocabulary import PluginType
from tests.registry.cast import NOW, say, variant
from tests.registry.search import brute

NAMES = ["ada", "bo", "cy"]
WORDS = ["api", "database", "a word", "Größe"]
definitions = st.fixed_dictionaries({
    "capabilities": st.lists(st.sampled_from(CAPABILITY.values[:4]), unique=True),
    "keywords": st.lists(st.sampled_from(WORDS), unique=True),
    "supported_python_versions": st.lists(
        st.sampled_from(["3.11", "3.12", "3.13"]), unique=True
    ),
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
        facts = [variant(name, plugin=f"x{number}", kind=kind, **said)
                 for name, said in variants.items()]  # fmt: skip
        say(source, *facts, plugin=f"x{number}", kind=kind)
    index.refresh(list(Plugin.objects.values_list("pk", flat=True)))
    facts = brute.facts_of_all()
    for filters, negated in cases:
        brute.agrees(facts, filters, negated)


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


def test_every_plugin_type_is_a_value():
    assert set(TYPE.values) == set(PluginType)


@pytest.mark.parametrize(("said", "meant"), [
    ("MIT", "MIT"), ("MIT License", "MIT"), ("mit", "MIT"), ("Apache 2.0", "Apache-2.0"),
    ("Apache Software License", "Apache-2.0"), ("Apache-2.0", "Apache-2.0"),
    ("GNU Affero General Public License v3", "AGPL-3.0"), ("AGPL-3.0-only", "AGPL-3.0"),
    ("GPLv3", "GPL-3.0"), ("GNU General Public License v2 (GPLv2)", "GPL-2.0"),
    ("GNU Lesser General Public License v3", "LGPL-3.0"), ("BSD License", "BSD-3-Clause"),
    ("BSD-2-Clause", "BSD-2-Clause"), ("Elastic License 2.0", "ELv2"), ("", "unknown"),
    ("Proprietary", "other"), ("submitted", "other"),
])  # fmt: skip
def test_a_licence_is_known_by_what_authors_write(said, meant):
    assert license_of(said) == meant
    assert meant in LICENSE.values
