"""What is kept of a try while it lasts, whatever its machine says."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.models.attempt import DOING_CHARS, TAIL_CHARS, begun, heard
from tests.registry.cast import NOW

LATER = NOW + timedelta(minutes=1)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["doing", "tail", "machine"]), ANY_JSON))
def test_whatever_is_said_an_entry_keeps_its_shape(said):
    entry = heard(begun("one", NOW), said, LATER)
    assert all(isinstance(text, str) for text in entry.values())
    assert (entry["machine"], entry["began_at"]) == ("one", NOW.isoformat())
    assert entry["heard_at"] == LATER.isoformat()


def test_of_what_was_printed_the_end_is_kept_without_what_a_screen_obeys():
    said = {
        "doing": "d" * 9999,
        "tail": "a" * 9999 + "\x1b[31mlast\x1b[0m\u202e\0 word",
    }
    entry = heard(begun("", NOW), said, LATER)
    assert entry["doing"] == "d" * DOING_CHARS
    assert entry["tail"].endswith("aaalast word")
    assert len(entry["tail"]) <= TAIL_CHARS


def test_who_says_nothing_takes_nothing_back():
    entry = heard(begun("", NOW), {"doing": "building a 1.0", "tail": "gcc"}, LATER)
    assert heard(entry, {}, LATER) == entry
