"""Suggestions while somebody types."""

import pytest

from registry.search.suggesting import SHOWN, suggest


def names(typed):
    return [suggestion.name for suggestion in suggest(typed)]


def test_names_and_labels_that_begin_so_are_suggested_once_each(has):
    has("tap-google-ads", "ada", "bo", label="Google Ads")
    has("tap-adwords", label="Google Verts")
    has("target-other", kind="loaders")
    assert names("goo") == ["tap-adwords", "tap-google-ads"]
    assert names("google ads") == ["tap-google-ads"]
    assert names("ver") == ["tap-adwords"]
    [suggestion] = suggest("oth")
    assert (suggestion.label, suggestion.type) == ("", "loaders")


def test_the_whole_name_comes_first(has):
    has("tap-adsense")
    has("tap-ads")
    assert names("ads") == ["tap-ads", "tap-adsense"]


def test_there_are_few(has):
    for n in range(SHOWN + 3):
        has(f"tap-alpha-{n}")
    assert len(names("alp")) == SHOWN


@pytest.mark.parametrize(
    "typed", ["", "%", "'", "\\", "a'b:*", "\x00", "é" * 5000, "%s"]
)
def test_whatever_is_typed_is_answered(has, typed):
    has("tap-x")
    assert suggest(typed) == []


def test_one_query(has, django_assert_num_queries):
    has("tap-x")
    with django_assert_num_queries(1):
        names("x")
