"""The rule for a plugin's default variant."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from registry.defaults import CRITERIA, Candidate, default_variant, ranked, told_apart

OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def candidate(name, **facts):
    ordinary = {
        "is_curated": False,
        "is_gone": False,
        "is_withheld": False,
        "is_hidden": False,
        "released_at": None,
    }
    return Candidate(name=name, **(ordinary | facts))


candidates = st.lists(
    st.builds(
        Candidate,
        name=st.sampled_from("abcdef"),
        is_curated=st.booleans(),
        is_gone=st.booleans(),
        is_withheld=st.booleans(),
        is_hidden=st.booleans(),
        released_at=st.sampled_from([None, OLD, NEW]),
    ),
    unique_by=lambda c: c.name,
)


def test_no_candidate_is_no_default():
    assert default_variant([]) is None


def test_the_curated_choice_comes_first_even_if_hidden():
    chosen = default_variant(
        [
            candidate("a", released_at=NEW),
            candidate("b", is_curated=True, is_hidden=True),
        ]
    )
    assert chosen == ("b", "The curated definitions name it as the default.")


def test_a_curated_choice_that_is_gone_yields_to_one_that_is_not():
    chosen = default_variant(
        [candidate("a", is_curated=True, is_gone=True), candidate("b")]
    )
    assert chosen == ("b", "It is the only variant.")


def test_the_last_of_all_gone_variants_is_kept():
    name, reason = default_variant([candidate("a", is_gone=True)])
    assert name == "a"
    assert "kept" in reason


def test_the_latest_release_decides_between_equals():
    chosen = default_variant(
        [candidate("a", released_at=OLD), candidate("b", released_at=NEW)]
    )
    assert chosen == ("b", "It has the latest release of the variants.")


def test_the_alphabet_decides_when_nothing_else_does():
    name, reason = default_variant([candidate("b"), candidate("a")])
    assert name == "a"
    assert "alphabet" in reason


@given(candidates, st.randoms())
def test_the_order_of_arrival_never_matters(given_candidates, random):
    shuffled = list(given_candidates)
    random.shuffle(shuffled)
    assert default_variant(shuffled) == default_variant(given_candidates)


@given(candidates.filter(lambda cs: any(not c.is_gone for c in cs)))
def test_a_gone_variant_is_never_the_default_beside_a_living_one(given_candidates):
    name, _ = default_variant(given_candidates)
    assert not next(c for c in given_candidates if c.name == name).is_gone


def test_a_variant_that_is_shown_comes_before_hidden_ones_and_the_reason_says_so():
    chosen = default_variant([candidate("a", is_hidden=True), candidate("b")])
    assert chosen == ("b", "The definitions hide the other variants.")


def test_the_first_question_that_tells_two_apart_is_the_one_that_decides():
    runner_up, answers = told_apart(
        [candidate("a", released_at=OLD), candidate("b", released_at=NEW)]
    )
    assert runner_up == "a"
    assert [one.question for one in answers] == [one.question for one in CRITERIA]
    [decisive] = [one for one in answers if one.decides]
    assert (decisive.default, decisive.runner_up) == (NEW, OLD)


def test_nothing_is_told_of_a_variant_that_has_no_living_rival():
    assert told_apart([candidate("a")]) == ("", [])
    assert told_apart([candidate("a"), candidate("b", is_gone=True)]) == ("", [])


@given(candidates.filter(lambda cs: len(cs) > 1))
def test_of_two_that_are_compared_exactly_one_question_decides(given_candidates):
    runner_up, answers = told_apart(given_candidates)
    assert sum(one.decides for one in answers) == bool(answers)
    assert not answers or runner_up == ranked(given_candidates)[1].name
