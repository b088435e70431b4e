"""Laying statements over each other: whose word counts, field by field."""

from hypothesis import given
from hypothesis import strategies as st

from registry.layers import AT_WORK, lay
from registry.vocabulary import Origin

DEFINITION, PACKAGE, PROBE = Origin.DEFINITION, Origin.PACKAGE, Origin.PROBE
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
definitions = st.dictionaries(
    st.sampled_from(["name", "label", "repo", "hidden", "docs"]), json_values
)


@given(definitions.filter(bool), definitions)
def test_a_curated_definition_passes_through_untouched_with_its_key_order(
    curated, package
):
    laid = lay([(PACKAGE, package), (DEFINITION, curated)], {})
    assert list(laid.items()) == list(curated.items())


@given(definitions, definitions, definitions)
def test_an_override_always_wins(curated, observed, overrides):
    laid = lay([(PROBE, observed), (DEFINITION, curated)], overrides)
    assert laid | overrides == laid


@given(definitions, definitions)
def test_nothing_is_written_into_what_was_said(curated, observed):
    before = dict(curated), dict(observed)
    lay([(DEFINITION, curated), (PROBE, observed)], {"label": "Mine"})
    assert (curated, observed) == before


def test_what_was_seen_at_work_is_added_to_whatever_is_declared():
    seen = {AT_WORK: ["catalog", "state"]}
    curated = {"capabilities": ["discover", "state"]}
    laid = lay([(PROBE, seen), (DEFINITION, curated)], {})
    assert laid == {"capabilities": ["discover", "state", "catalog"]}
    named = {"capabilities": ["catalog"], **seen}
    assert lay([(PROBE, named), (DEFINITION, curated)], {}) == {
        "capabilities": ["catalog", "state"]
    }
    assert lay([(PROBE, {AT_WORK: []}), (DEFINITION, {"name": "x"})], {}) == {
        "name": "x"
    }


def test_package_metadata_speaks_where_no_definition_does():
    assert lay([(PACKAGE, {"name": "tap-x"})], {}) == {"name": "tap-x"}


def test_the_weightier_of_two_definitions_counts():
    assert lay([(DEFINITION, {"label": "A"}), (DEFINITION, {"label": "B"})], {}) == {
        "label": "A"
    }


def test_observed_settings_decide_which_exist_and_curated_ones_fill_them():
    observed = {
        "settings": [
            {"name": "token", "kind": "string", "description": "Seen."},
            {"name": "new", "kind": "integer", "value": 3},
        ]
    }
    curated = {
        "label": "X",
        "settings": [
            {"name": "token", "kind": "password", "label": "Token", "sensitive": True},
            {"name": "old", "kind": "string"},
        ],
    }
    laid = lay([(PROBE, observed), (DEFINITION, curated)], {})
    assert laid["label"] == "X"
    assert laid["settings"] == [
        {
            "name": "token", "kind": "string", "description": "Seen.",
            "label": "Token", "sensitive": True,
        },
        {"name": "new", "kind": "integer", "value": 3},
    ]  # fmt: skip


@given(definitions, definitions)
def test_code_that_was_only_read_fills_what_metadata_are_silent_of(package, code):
    laid = lay([(PACKAGE, package), (Origin.CODE, code)], {})
    assert laid == code | package


@given(definitions.filter(bool), definitions)
def test_code_that_was_only_read_is_not_laid_into_a_curated_definition(curated, code):
    assert lay([(Origin.CODE, code), (DEFINITION, curated)], {}) == curated
