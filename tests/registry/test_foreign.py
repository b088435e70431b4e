"""Strangers' JSON is taken for what it is, and for nothing else."""

import pytest

from registry.foreign import layout_of, list_in, objects_in, texts_in

ODD = [{"a": 1}, "text", None, 5, ["b"]]


def test_of_a_list_only_what_is_wanted_is_taken():
    assert (objects_in(ODD), texts_in(ODD)) == ([{"a": 1}], ["text"])


@pytest.mark.parametrize("said", [None, "text", {"a": 1}, 5])
def test_what_is_no_list_holds_nothing(said):
    assert list_in(said) == objects_in(said) == texts_in(said) == []


@pytest.mark.parametrize(
    ("said", "layout"),
    [(3, 3), (0, 0), (999, 999), (1000, 0), (-1, 0), (True, 0), ("3", 0), (3.0, 0)],
)
def test_a_layout_is_a_number_that_a_column_takes(said, layout):
    assert layout_of({"layout": said}) == layout
    assert layout_of({}) == 0
