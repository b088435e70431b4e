"""What every check must hold to, whatever it judges."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.probes.conformance import CHECKS, judge
from scrapers.probes.conformance.check import Level, Result
from scrapers.probes.conformance.recording import (
    Ending,
    Kind,
    Output,
    RecordedRun,
    Recording,
    Table,
)

BY_ID = {check.id: check for check in CHECKS}
SCHEMA = (
    '{"type": "SCHEMA", "stream": "users", "key_properties": ["id"], "schema": '
    '{"properties": {"id": {"type": "integer"}}}}'
)


def run(name, *lines, **said):
    return RecordedRun(
        name=name, stdout="".join(f"{x}\n" for x in lines).encode(), **said
    )


def recording(*runs, kind=Kind.TAP, **said):
    return Recording(kind=kind, runs={one.name: one for one in runs}, **said)


def result(check, *runs, **said):
    return BY_ID[check].judge(recording(*runs, **said)).result


def loaded(*rows, **said):
    output = Output(tables=(Table(name="orders", format="json", rows=rows),), **said)
    return run("F01", output=output)


ADA, BO = {"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}


def test_no_two_checks_have_one_id():
    assert len(BY_ID) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check_says_what_it_is_where_it_stands_and_what_to_do(check):
    assert check.title and check.spec and check.remedy
    assert check.remedy.endswith(".") and not check.title.endswith(".")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_nothing_fails_where_nothing_was_recorded(check):
    said = {check.judge(Recording(kind=kind)).result for kind in Kind}
    assert said <= {Result.SKIP, Result.NOT_APPLICABLE, Result.PASS}


@pytest.mark.parametrize("check", [c for c in CHECKS if c.needs or c.after])
@pytest.mark.parametrize(
    "ending", [Ending.TIMED_OUT, Ending.TOO_MUCH_OUTPUT, Ending.LOST]
)
def test_limit_of_the_harness_is_never_a_failure(check, ending):
    runs = [
        run(name, ending=ending, exit_code=None)
        for name in (*check.needs, *check.after)
    ]
    verdict = check.judge(recording(*runs, kind=check.kind or Kind.TAP))
    assert verdict.result is Result.INCONCLUSIVE


def test_missing_network_is_never_a_failure():
    failed = run("sync", exit_code=1, stderr=b"Temporary failure in name resolution")
    assert result("S00", failed) is Result.INCONCLUSIVE


def test_config_that_was_made_up_is_never_a_failure():
    failed = run("discover", exit_code=1, stderr=b"TypeError: 'NoneType'")
    assert result("D00", failed, is_synthetic=True) is Result.INCONCLUSIVE
    assert result("D00", failed) is Result.FAIL


@pytest.mark.parametrize(
    "said", [b"401 Unauthorized", b"'api_key' is a required property", b"URLError"]
)
def test_run_that_says_what_it_lacks_is_never_a_failure(said):
    runs = [run(name, exit_code=1, stderr=said) for name in ("discover", "sync", "F01")]
    assert result("D00", *runs) is Result.INCONCLUSIVE
    assert result("S00", *runs) is Result.INCONCLUSIVE
    assert result("F01", *runs, kind=Kind.TARGET) is Result.INCONCLUSIVE
    # A death by a signal says nothing of the kind.
    crashed = replace(runs[0], ending=Ending.SIGNALLED, exit_code=None, signal=11)
    assert result("D00", crashed) is Result.FAIL


@pytest.mark.parametrize(
    ("check", "level", "expected"),
    [("C01", Level.MUST, Result.FAIL), ("C02", Level.SHOULD, Result.WARN)],
)
def test_level_decides_what_a_broken_rule_comes_to(check, level, expected):
    runs = [run(name, exit_code=1) for name in ("help", "version")]
    assert BY_ID[check].level is level
    assert result(check, *runs) is expected


def test_slow_start_is_a_warning():
    runs = [run("help", seconds=6.0), run("version", seconds=7.0)]
    assert result("C11", *runs) is Result.WARN
    assert result("C11", runs[0], replace(runs[1], seconds=1.0)) is Result.PASS


def test_check_of_targets_says_nothing_of_a_tap():
    assert result("G01", run("F01")) is Result.NOT_APPLICABLE


def test_report_counts_and_never_scores():
    report = judge(recording(run("help", exit_code=1), run("version", "1.0")))
    assert [one.check.id for one in report.failures] == ["C01"]
    assert report.counts[Result.FAIL] == 1
    assert sum(report.counts.values()) == len(report.judged)


def test_secret_of_the_config_is_found_in_any_run():
    runs = [run("help"), run("sync", stderr=b"GET /?key=canary-1234")]
    assert result("C09", *runs, secrets=("canary-1234",)) is Result.FAIL
    assert result("C09", *runs, secrets=("another-one",)) is Result.PASS


def test_record_is_judged_by_the_latest_schema():
    wider = SCHEMA.replace('"integer"', '["integer", "string"]')
    record = '{"type": "RECORD", "stream": "users", "record": {"id": "a"}}'
    assert result("S09", run("sync", SCHEMA, record, wider)) is Result.FAIL
    assert result("S09", run("sync", SCHEMA, wider, record)) is Result.PASS


def test_bookmarks_with_and_without_fractions_are_compared_as_moments():
    def state(mark):
        bookmarks = {"users": {"replication_key_value": mark}}
        return json.dumps({"type": "STATE", "value": {"bookmarks": bookmarks}})

    rises = [state("2024-01-01T00:00:00Z"), state("2024-01-01T00:00:00.5+00:00")]
    assert result("S17", run("sync", *rises)) is Result.PASS
    assert result("S17", run("sync", *reversed(rises))) is Result.FAIL


def test_progress_markers_are_found_at_any_depth():
    line = (
        '{"type": "STATE", "value": {"bookmarks": {"users": {"partitions": '
        '[{"progress_markers": {"a": 1}}]}}}}'
    )
    assert result("S16", run("sync", line)) is Result.FAIL


def test_rows_that_can_not_be_read_back_are_skipped():
    unread = loaded(unread="it is an unknown format")
    assert result("F01", unread, kind=Kind.TARGET) is Result.SKIP


def test_lost_row_is_a_failure_though_the_target_exits_with_0():
    assert result("F01", loaded(ADA), kind=Kind.TARGET) is Result.FAIL
    assert result("F01", loaded(ADA, BO), kind=Kind.TARGET) is Result.PASS


def test_target_that_loads_nothing_is_not_praised_for_what_it_refuses():
    runs = [run("F01", exit_code=1), run("F55", exit_code=1)]
    assert result("F55", *runs, kind=Kind.TARGET) is Result.NOT_APPLICABLE


def test_state_that_promises_more_than_is_there_is_a_failure():
    promised = '{"bookmarks": {"orders": {"sent": 2}}}'
    aborted = run("F65", promised, exit_code=1, output=loaded(ADA).output)
    good = loaded(ADA, BO)
    assert result("G05", good, aborted, kind=Kind.TARGET) is Result.FAIL
    kept = replace(aborted, output=good.output)
    assert result("G05", good, kept, kind=Kind.TARGET) is Result.PASS


SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=6,
)
# What stands where the rules look, of whatever type.
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(["SCHEMA", "RECORD", "STATE"]) | VALUES},
    optional={
        "stream": st.just("users") | VALUES,
        "schema": st.just({"properties": {"id": {"type": "integer"}}}) | VALUES,
        "key_properties": st.lists(VALUES, max_size=2) | VALUES,
        "bookmark_properties": st.lists(VALUES, max_size=2) | VALUES,
        "record": st.just({"id": 1}) | VALUES,
        "value": VALUES,
    },
)
STREAMS = st.fixed_dictionaries(
    {},
    optional={
        "tap_stream_id": st.just("users") | VALUES,
        "stream": st.just("users") | VALUES,
        "schema": st.just({"properties": {"id": {}}}) | VALUES,
        "key_properties": VALUES,
        "replication_key": VALUES,
        "replication_method": st.just("FULL_TABLE") | VALUES,
        "metadata": st.lists(
            st.fixed_dictionaries({"breadcrumb": VALUES, "metadata": VALUES})
        )
        | VALUES,
    },
)


@given(
    messages=st.lists(MESSAGES | VALUES, max_size=5),
    streams=st.lists(STREAMS | VALUES, max_size=3) | VALUES,
)
def test_whatever_a_connector_prints_it_is_judged(messages, streams):
    lines = [json.dumps(one) for one in messages]
    catalog = {"streams": streams}
    runs = [run(name, *lines) for name in RUNS if name.startswith(("sync", "resume"))]
    runs += [
        run(name, json.dumps(catalog)) for name in RUNS if name.startswith("discover")
    ]
    for kind in Kind:
        # Judging raises nothing.
        assert judge(recording(*runs, kind=kind, catalog=catalog)).judged


RUNS = sorted({name for check in CHECKS for name in (*check.needs, *check.after)})
