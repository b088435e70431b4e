"""The query language: what is typed, as terms, and back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.search.query import QUERY_LIMIT, Query, Term, parse
from registry.search.spans import span

keys = st.sampled_from([
    "type", "capability", "cap", "license", "keyword", "variant", "maintainer", "python",
    "service", "stream", "field", "setting", "is", "updated", "maintenance",
    "installs", "nonsense",
])  # fmt: skip
texts = st.text(max_size=12) | st.sampled_from(
    ["loader", "batch", "3.13", "mit", "gone", "90d", "google ads", "-x", '"', "tax_*"]
)
terms = st.builds(
    lambda minus, key, quote, text: f"{minus}{key}{quote}{text}{quote}",
    st.sampled_from(["", "-", "--"]),
    st.just("") | keys.map("{}:".format),
    st.sampled_from(["", '"']),
    texts,
)
typed = st.text(max_size=400) | st.lists(terms, max_size=24).map(" ".join)


@given(typed)
def test_what_is_written_back_is_the_same_query(text):
    query = parse(text)
    assert parse(str(query)) == query


@given(typed)
def test_whatever_is_typed_the_query_fits_an_address_and_a_database(text):
    query = parse(text)
    assert len(str(query)) <= QUERY_LIMIT
    assert all(character.isprintable() for character in str(query))


@given(typed)
def test_a_query_that_is_written_back_has_nothing_to_complain_of_but_words(text):
    again = parse(str(parse(text)))
    assert all("is no filter" in said or "no word" in said for said in again.notices)


def test_words_filters_phrases_and_what_is_left_out():
    assert parse('hubspot "google ads" -airbyte type:tap -is:gone').terms == (
        Term("hubspot"),
        Term("google ads", is_phrase=True),
        Term("airbyte", is_negated=True),
        Term("extractors", "type"),
        Term("gone", "is", is_negated=True),
    )


@pytest.mark.parametrize(("said", "meant"), [
    ("type:loader", "type:loaders"), ("type:target", "type:loaders"),
    ("type:Taps", "type:extractors"), ("type:utility", "type:utilities"),
    ("cap:log_based", "capability:log-based"), ("licence:MIT", "license:MIT"),
    ("license:apache-2.0", "license:Apache-2.0"), ("python:Python3.13", "python:3.13"),
    ("maintainer:Widen", "maintainer:widen"), ("tag:API", "keyword:api"),
    ('service:"Google Sheets"', "service:google-sheets"), ("service:X_y", "service:x-y"),
    ("column:Tax_Amount", "field:tax_amount"), ("table:Orders", "stream:orders"),
    ("UPDATED:90D", "updated:90d"), ("updated:1y", "updated:365d"),
    ("updated:2y", "updated:2y"), ("sdk:meltano", "sdk:singer-sdk"),
    ("framework:airbyte", "sdk:airbyte"), ("auth:api_key", "auth:key"),
    ("auth:basic", "auth:password"), ("is:Docker", "is:docker"),
])  # fmt: skip
def test_a_filter_may_be_spelt_as_people_speak(said, meant):
    assert str(parse(said)) == meant


def test_a_word_with_a_colon_is_searched_for_and_that_is_said():
    query = parse("foo:bar hubspot")
    assert query.words == (Term("foo:bar"), Term("hubspot"))
    assert query.notices == ("“foo:” is no filter, so it was searched for as a word.",)


@pytest.mark.parametrize("typed", [
    "type:nonsense", "updated:soon", "python:2.7", "is:good", 'license:""',
    "installs:maybe", "capability:flying",
    "sdk:rust", "auth:magic",
])  # fmt: skip
def test_a_value_that_cannot_be_is_passed_over_and_that_is_said(typed):
    query = parse(f"hubspot {typed}")
    assert query.terms == (Term("hubspot"),)
    assert "passed over" in query.notices[0]


def test_a_quotation_mark_that_is_not_closed_is_passed_over():
    query = parse('"google ads')
    assert query.words == (Term("google"), Term("ads"))
    assert query.notices


def test_an_absurd_length_is_cut_and_that_is_said():
    assert str(QUERY_LIMIT) in parse("a" * 5000).notices[0]
    assert len(parse(" ".join("abcdefghijklmnopqrstuvwxyz")).terms) < 20


def test_control_and_direction_characters_say_nothing():
    assert parse("hub\x00spot").terms == (Term("hub"), Term("spot"))
    assert parse("\u202ehubspot\u200f") == parse("hubspot")


def test_only_marks_are_no_query_for_everything():
    assert not parse("%").is_empty
    assert parse('""').is_empty


def test_a_query_can_be_narrowed_and_widened():
    query = parse("hubspot").narrowed("type", ["loader", "nonsense"])
    assert str(query) == "hubspot type:loaders"
    assert query.without(Term("loaders", "type")) == Query((Term("hubspot"),))


def test_spans_are_days_weeks_months_and_years():
    spans = [span(text) for text in ("90d", "2w", "6m", "1y", "x")]
    days = [span.days if span else None for span in spans]
    assert days == [90, 14, 180, 365, None]
    assert span("0d") == timedelta()
