"""Explanations speak of what they name, of nothing else, and of something."""

from benchmarks.corpus.comparing import Difference
from benchmarks.corpus.explaining import (
    Explanation,
    explained,
    read_explanations,
    unneeded,
)

OLD = Explanation(
    because="It is for older Pythons.",
    specs=("tap-old",),
    fields=("settings", "hub_*"),
    what=("-*", "yes → no"),
)


def difference(spec="tap-old", field="settings", what="-a"):
    return Difference(spec=spec, field=field, what=what)


def test_a_difference_has_the_first_reason_that_speaks_of_it():
    one, other = difference(), difference(field="version", what="1 → 2")
    second = Explanation(because="No.", specs=("*",), fields=("*",), what=("-*",))

    assert explained([one, other], [OLD, second]) == {OLD.because: [one], "": [other]}


def test_all_of_package_field_and_difference_have_to_be_named():
    for strange in (
        difference(spec="tap-new"), difference(field="help_ok"), difference(what="+a"),
    ):  # fmt: skip
        assert not OLD.is_of(strange)


def test_what_no_difference_needs_is_told():
    idle = list(unneeded([difference()], [OLD]))

    assert len(idle) == 2
    assert "'hub_*'" in idle[0] and "'yes → no'" in idle[1]


def test_a_pattern_is_needed_only_by_what_it_explains():
    # Another package's difference of the same kind is not this explanation's.
    found = [difference(), difference(spec="tap-new", field="hub_x", what="yes → no")]

    assert len(list(unneeded(found, [OLD]))) == 2


def test_a_file_of_explanations_is_read(tmp_path):
    path = tmp_path / "explained.toml"
    path.write_text(
        '[[explained]]\nbecause = "It is for older Pythons."\nspecs = ["tap-old"]\n'
        'fields = ["settings", "hub_*"]\nwhat = ["-*", "yes → no"]\n',
        encoding="utf-8",
    )

    assert read_explanations(path) == [OLD]


def test_each_of_ours_is_a_sentence_about_something():
    ours = read_explanations()

    assert ours
    for one in ours:
        assert one.because.endswith(".") and one.specs and one.fields and one.what
