"""Sets of bits count plugins as looking at each of them does."""

from hypothesis import given
from hypothesis import strategies as st

from registry.search.bits import Runs, among, bits_of

lengths = st.lists(st.integers(1, 9), min_size=1, max_size=12)


def spans_of(lengths):
    starts = [sum(lengths[:n]) for n in range(len(lengths))]
    return [range(start, start + n) for start, n in zip(starts, lengths, strict=True)]


@given(lengths=lengths, picked=st.sets(st.integers(0, 120)))
def test_a_run_is_met_if_any_of_its_bits_is_set(lengths, picked):
    spans = spans_of(lengths)
    size = sum(lengths)
    bits = bits_of([n for n in picked if n < size], size)
    met = [span.stop - 1 for span in spans if picked & set(span)]
    assert list(among(range(size), Runs.of(spans, size).met(bits))) == met


@given(lengths=lengths, gone=st.sets(st.integers(0, 11)))
def test_runs_that_went_and_came_back_are_those_that_were(lengths, gone):
    spans = spans_of(lengths)
    size = sum(lengths)
    moved = [span for n, span in enumerate(spans) if n in gone]
    rest = [span for n, span in enumerate(spans) if n not in gone]
    runs = Runs.of(spans, size)
    assert runs.without(moved) == Runs.of(rest, size)
    assert runs.without(moved).with_these(moved) == runs


@given(st.sets(st.integers(0, 500)))
def test_a_set_has_the_positions_it_was_made_of(positions):
    assert list(among(range(501), bits_of(positions, 501))) == sorted(positions)
