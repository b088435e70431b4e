"""A verdict rests on what was seen: what did nothing keeps no rule and breaks none."""

import json

import pytest

from scrapers.probes.conformance import CHECKS, judge
from scrapers.probes.conformance.check import Result
from scrapers.probes.conformance.fixtures import refuses, state
from scrapers.probes.conformance.loading import BY_ID as FIXTURES
from scrapers.probes.conformance.recording import Ending, Kind, Output, Table
from tests.scrapers.probes.conformance.test_checks import (
    ADA,
    BO,
    SCHEMA,
    loaded,
    recording,
    result,
    run,
)

TAP_RUNS = sorted(
    {name for check in CHECKS if check.kind is not Kind.TARGET for name in check.needs}
    | {name for check in CHECKS if check.kind is Kind.TAP for name in check.after}
)
TARGET_RUNS = sorted(
    {name for check in CHECKS if check.kind is not Kind.TAP for name in check.needs}
    | set(FIXTURES)
)
NAMES = {Kind.TAP: TAP_RUNS, Kind.TARGET: TARGET_RUNS}
CRASH = b"Traceback (most recent call last):\nModuleNotFoundError: No module named 'x'"
REQUIRED = {"settings": {"properties": {"key": {}}, "required": ["key"]}}


def passed(*runs, **said):
    judged = judge(recording(*runs, **said)).judged
    return {j.check.id for j in judged if j.verdict.result is Result.PASS}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_praised_that_crashes_whatever_it_is_asked(kind):
    runs = [
        run(name, exit_code=1, stderr=CRASH)
        for name in (*NAMES[kind], "without:key", "wrong-type")
    ]
    said = {"about": REQUIRED, "secrets": ("canary-1234",), "kind": kind}
    # That it died of no signal was seen.
    assert passed(*runs, **said) <= {"G03", "C03b"}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_praised_that_dies_of_a_signal(kind):
    runs = [
        run(name, ending=Ending.SIGNALLED, exit_code=None, signal=11)
        for name in (*NAMES[kind], "without:key", "wrong-type")
    ]
    assert passed(*runs, about=REQUIRED, kind=kind) <= {"C03b"}


@pytest.mark.parametrize(
    "check", ["S02", "S02b", "S03", "S09", "S19", "S20", "S21b", "S28", "D02c", "D07"]
)
def test_nothing_is_said_of_lines_where_there_is_none(check):
    runs = [run(name) for name in TAP_RUNS]
    assert result(check, *runs, catalog={"streams": []}) is Result.NOT_APPLICABLE


@pytest.mark.parametrize("check", ["G01", "G02", "G04", "G05", "G06", "G12"])
def test_nothing_is_said_of_what_a_target_has_not_done(check):
    runs = [run(name, exit_code=1) for name in TARGET_RUNS]
    said = {"kind": Kind.TARGET, "secrets": ("canary-1234",)}
    assert result(check, *runs, **said) is Result.NOT_APPLICABLE


def test_discovery_that_fails_was_not_seen_not_to_sync():
    assert result("D09", run("discover", exit_code=1)) is Result.NOT_APPLICABLE


@pytest.mark.parametrize("check", ["C06", "C07", "C10"])
def test_death_by_a_signal_refuses_nothing(check):
    names = {"C06": "absent-config", "C07": "broken-config", "C10": "unknown-option"}
    works = run("help", "usage")
    died = run(names[check], ending=Ending.SIGNALLED, exit_code=None, signal=11)
    assert result(check, works, died) in (Result.FAIL, Result.WARN)
    assert result(check, works, run(names[check], exit_code=1)) is Result.PASS


def test_error_without_a_word_is_no_message():
    assert result("C05b", run("no-config", exit_code=1)) is Result.WARN
    assert result("C05b", run("no-config", exit_code=1, stderr=b"no")) is Result.PASS
    assert result("C05b", run("no-config")) is Result.NOT_APPLICABLE


def test_start_that_fails_is_not_praised_for_being_quick():
    assert result("C11", run("help", exit_code=1)) is Result.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("said", "expected"),
    [(b"401 Unauthorized", Result.INCONCLUSIVE), (b"key is missing", Result.PASS)],
)
def test_setting_is_required_where_its_lack_is_what_ends_the_run(said, expected):
    runs = [run("help"), run("without:key", exit_code=1, stderr=said)]
    assert result("C08", *runs, about=REQUIRED) is expected
    # Where the whole config is good, what is left out is all that is wrong.
    assert result("C08", *runs, run("sync"), about=REQUIRED) is Result.PASS


def test_wrong_type_is_refused_where_that_is_what_ends_the_run():
    refused = run("wrong-type", exit_code=1, stderr=b"401 Unauthorized", stdin="size")
    assert result("C08c", run("help"), refused) is Result.INCONCLUSIVE
    assert result("C08c", run("sync"), refused) is Result.PASS
    assert result("C08c", run("help"), run("wrong-type")) is Result.WARN


def test_state_without_a_value_is_none_that_could_be_passed_on():
    fixture = refuses("F00", "A title", state("orders", 1), {"type": "STATE"},
                      spec="", remedy="")  # fmt: skip
    assert fixture.states == ({"bookmarks": {"orders": {"sent": 1}}},)
    assert not fixture.ends_with_state


def test_target_that_passes_over_a_state_without_a_value_has_lost_none():
    good = [loaded(ADA, BO), run("F61", exit_code=0)]
    last = json.dumps({"bookmarks": {"orders": {"sent": 2}}})
    good[0] = run("F01", last, output=good[0].output)
    for check in ("G01", "G02", "G04"):
        assert result(check, *good, kind=Kind.TARGET) is Result.PASS
    assert result("F61", *good, kind=Kind.TARGET) is Result.WARN


def test_what_a_target_says_of_faulty_input_is_judged_by_that_fault_alone():
    chatty = run("F55", "this is no state")
    runs = [run("F01", '{"bookmarks": {"orders": {"sent": 2}}}'), chatty]
    assert result("G01", *runs, kind=Kind.TARGET) is Result.PASS


BATCH = (
    '{"type": "BATCH", "stream": "users", "encoding": {"format": "jsonl"}, '
    '"manifest": ["file:///work/1/users-1.jsonl"]}'
)


def batched(*lines, **said):
    return run("sync", SCHEMA, *lines, output=Output(**said))


def test_batch_that_nobody_asked_for_is_judged():
    broken = BATCH.replace('{"format": "jsonl"}', '"gzip"')
    assert result("S24", batched(BATCH)) is Result.PASS
    assert result("S24", batched(broken)) is Result.FAIL
    assert result("S24", batched()) is Result.NOT_APPLICABLE


def test_files_of_a_batch_that_nobody_asked_for_may_lie_anywhere():
    assert result("S24b", batched(BATCH)) is Result.SKIP
    row = {"id": "no number"}
    table = Table(name="users-1", format="jsonl", rows=(row,))
    there = batched(BATCH, files=("users-1.jsonl",), tables=(table,))
    assert result("S24b", there) is Result.FAIL


def test_files_of_a_batch_that_was_asked_for_have_to_be_there():
    asked = run("batch", SCHEMA, BATCH)
    assert result("S24b", run("sync"), asked) is Result.FAIL


def test_stream_that_is_read_by_its_key_may_have_one_twice():
    record = '{"type": "RECORD", "stream": "users", "record": {"id": 1}}'
    root = {"breadcrumb": [], "metadata": {"replication-method": "INCREMENTAL"}}
    streams = [{"tap_stream_id": "users", "stream": "users", "metadata": [root]}]
    made = recording(run("sync", SCHEMA, record, record), catalog={"streams": streams})
    [said] = [j.verdict for j in judge(made).judged if j.check.id == "S12"]
    assert said.result is Result.NOT_APPLICABLE
    assert "read as a whole" in said.detail
    assert result("S12", run("sync", SCHEMA, record, record)) is Result.WARN
