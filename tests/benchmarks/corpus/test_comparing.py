"""What tries come to in the corpus's words, and how that differs from what was recorded."""

import pytest

from benchmarks.corpus.comparing import best_of, differences, observed
from tests.benchmarks.corpus.made import STATIC, answering, reading, trying
from tests.scrapers.probes.invocation.records import (
    discover,
    failed,
    helped,
    installed,
    record,
    step,
)

DECLARED = {"capabilities": ["catalog"], "settings": ["token", "user"]}
RESCUE = "setuptools<81"


def told(recorded, seen):
    return [(d.field, d.what) for d in differences("tap-alpha", recorded, seen)]


def test_members_are_told_one_by_one_and_words_beside_each_other():
    recorded = {
        "settings": ["a", "b"],
        "version": "1",
        "about_ok": True,
        "rescue": None,
    }
    seen = {"settings": ["b", "c"], "version": "2", "about_ok": False, "rescue": "x"}

    assert told(recorded, seen) == [
        ("settings", "+c"),
        ("settings", "-a"),
        ("version", "1 → 2"),
        ("about_ok", "yes → no"),
        ("rescue", "none → x"),
    ]


def test_what_is_as_recorded_or_was_not_looked_at_is_no_difference():
    assert told({"a": [1, 2], "b": None, "c": True}, {"a": [2, 1], "b": None}) == []


def test_a_tap_that_answers_is_known_by_what_it_says():
    row = observed([answering(python="3.11")], DECLARED)

    assert (
        row["install_311"] and row["wheels_only_311"] and row["help_ok_unrescued_311"]
    )
    assert (row["install_path"], row["python_first_ok"]) == ("wheels-only", "3.11")
    assert (row["help_ok"], row["version_ok"], row["about_ok"]) == (True, True, True)
    assert (row["framework"], row["discover"]) == ("sdk", "ok")
    assert (row["capabilities_source"], row["settings_source"]) == ("about", "about")
    assert row["version"] == "1.2.3" and row["needs_rescue"] is None


def test_a_tap_of_old_is_known_by_its_code_beside_what_was_declared():
    packages = [
        {
            "name": "singer-python",
            "version": "5.9.0",
            "built": True,
            "wheel": "s-any.whl",
        }
    ]
    row = observed([reading(python="3.11", packages=packages)], DECLARED)

    assert row["capabilities"] == STATIC["capabilities"]
    assert row["settings"] == ["token", "start_date"]
    assert (row["capabilities_source"], row["settings_source"]) == (
        "static-args", "static-ast",
    )  # fmt: skip
    assert (row["framework"], row["singer_python"]) == ("singer-python", "5.9.0")
    assert (row["install_path"], row["wheels_only_311"]) == ("sandbox-build", False)
    assert row["hub_caps_missing"] == ["discover", "state"]
    assert row["hub_settings_missing"] == ["start_date"]
    assert row["hub_settings_extra"] == ["user"]


def test_where_nothing_installs_nothing_more_is_known():
    failing = trying(record(failed("resolve", "no"), python="3.11", version=""))
    row = observed([failing], DECLARED)

    assert row["install_311"] == row["help_ok"] == row["about_ok"] == "not known"
    assert row["install_path"] is row["framework"] is row["python_first_ok"] is None
    assert (row["settings"], row["settings_source"]) == ([], None)


def test_of_3_11_nothing_is_said_where_it_was_not_tried():
    row = observed([answering(python="3.13")], DECLARED)

    assert not {"install_311", "python_first_ok"} & row.keys()


def test_a_row_is_of_the_python_that_the_corpus_would_have_taken():
    tries = [answering(python=one) for one in ("3.13", "3.12", "3.11", "3.10")]

    assert best_of(tries).python == "3.11"
    assert best_of(tries[:2]).python == "3.12"
    assert observed(tries, DECLARED)["python_first_ok"] == "3.11"


def test_without_a_rescue_is_better_than_on_the_first_python():
    tries = [answering(python="3.11", rescue=RESCUE), answering(python="3.10")]
    row = observed(tries, DECLARED)

    assert (row["python_first_ok"], row["needs_rescue"]) == ("3.10", RESCUE)
    assert row["help_ok_unrescued_311"] is False


@pytest.mark.parametrize(("stderr", "word"), [
    ("error: unrecognized arguments: --discover", "unsupported_flag"),
    ("Config validation error: 'user' is a required property", "needs_real_config"),
    ("socket.gaierror: [Errno -2] Name or service not known", "needs_network"),
    ("it did not like it", "not known"),
])  # fmt: skip
def test_why_no_streams_are_listed_has_the_corpus_s_word(stderr, word):
    failing = failed("discover", stderr, args=["--discover"], exit_code=2)
    tried = trying(record(*installed(helped(), failing), python="3.11"))

    assert observed([tried], DECLARED)["discover"] == word


def test_streams_that_took_a_config_are_told_apart():
    empty = failed("discover", "x", args=["--discover"])
    with_config = {**discover(), "name": "discover-config"}
    tried = trying(record(*installed(helped(), empty, with_config), python="3.11"))

    assert observed([tried], DECLARED)["discover"] == "ok_with_dummy_config"


def test_a_target_lists_no_streams():
    steps = [step("resolve"), step("install"), step("import"), helped()]
    tried = trying(
        record(*steps, python="3.11", name="target-a", executables=["target-a"])
    )

    assert observed([tried], DECLARED)["discover"] is None
