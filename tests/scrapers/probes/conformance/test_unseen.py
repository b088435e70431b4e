"""What nobody saw is no pass, and what the machine did is no failure."""

import json

import pytest

from scrapers.probes.conformance.bookmarks import is_less
from scrapers.probes.conformance.check import Result
from scrapers.probes.conformance.recording import Ending, Kind, Output, Table
from tests.scrapers.probes.conformance.test_checks import (
    ADA,
    BO,
    SCHEMA,
    loaded,
    result,
    run,
)

PASS, FAIL, WARN = Result.PASS, Result.FAIL, Result.WARN
NOTHING, OPEN = Result.NOT_APPLICABLE, Result.INCONCLUSIVE
BARE = {
    "tap_stream_id": "users",
    "stream": "users",
    "schema": {"properties": {"id": {"type": "integer"}}},
}
STATE = '{"bookmarks": {"orders": {"sent": 2}}}'


def discovered(*streams, **said):
    return run("discover", json.dumps({"streams": streams}), **said)


def described(**root):
    return {**BARE, "metadata": [{"breadcrumb": [], "metadata": root}]}


@pytest.mark.parametrize(
    "check", ["D04", "D04d", "D04e", "D04f", "D05", "D06", "D06b", "D06c", "D08"]
)
def test_catalog_of_old_that_says_nothing_keeps_no_rule_of_metadata(check):
    assert result(check, discovered(BARE)) is NOTHING


@pytest.mark.parametrize(("check", "said"), [
    ("D04", described()),
    ("D04e", described(inclusion="available")),
    ("D05", {**BARE, "key_properties": ["id"]}),
    ("D06", {**BARE, "replication_method": "FULL_TABLE"}),
    ("D06b", {**BARE, "replication_key": "id"}),
    ("D06c", {**BARE, "replication_method": "INCREMENTAL", "replication_key": "id"}),
])  # fmt: skip
def test_one_stream_that_says_it_is_judged(check, said):
    assert result(check, discovered(BARE, said)) is PASS


RECORD = '{"type": "RECORD", "stream": "users", "record": {"id": 1}}'


@pytest.mark.parametrize("check", ["S06", "S06b", "S08", "S09b", "S11"])
def test_messages_without_what_a_rule_is_about_keep_it_not(check):
    keyless = SCHEMA.replace('["id"]', "[]")
    assert result(check, run("sync", keyless, RECORD)) is NOTHING


def test_bookmark_that_is_no_list_is_no_property():
    said = SCHEMA.replace(
        '"key_properties"', '"bookmark_properties": 7, "key_properties"'
    )
    assert result("S06b", run("sync", said)) is FAIL


def test_records_of_what_is_no_schema_fit_nothing():
    none = SCHEMA.replace('"integer"', "7")
    assert result("S09", run("sync", none, RECORD)) is NOTHING


def test_bookmarks_that_are_not_there_have_no_shape():
    empty = '{"type": "STATE", "value": {"bookmarks": {}}}'
    assert result("S14", run("sync", empty)) is NOTHING


def test_state_that_is_not_passed_on_was_not():
    runs = [loaded(ADA, BO), run("F04")]
    assert result("F04", *runs, kind=Kind.TARGET) is FAIL
    passed_on = run("F04", '{"bookmarks": {"orders": {"sent": 0}}}')
    assert result("F04", runs[0], passed_on, kind=Kind.TARGET) is PASS


def test_target_that_writes_no_file_was_not_seen_to_stay_in_its_folder():
    runs = [loaded(ADA, BO), run("F26")]
    assert result("F26", *runs, kind=Kind.TARGET) is NOTHING
    written = run("F26", output=Output(files=("escaped.jsonl",)))
    assert result("F26", runs[0], written, kind=Kind.TARGET) is PASS


def test_target_that_writes_elsewhere_breaks_that_rule_alone():
    def elsewhere(name):
        return run(name, output=Output(escaped=("orders.jsonl",)))

    runs = [elsewhere(name) for name in ("F01", "F06", "F26")]
    said = {name: result(name, *runs, kind=Kind.TARGET) for name in ("F01", "F06")}
    assert set(said.values()) == {Result.SKIP}
    assert result("F26", *runs, kind=Kind.TARGET) is FAIL
    assert result("G06", *runs, kind=Kind.TARGET) is FAIL


def test_target_that_says_nothing_has_no_states_alone():
    assert result("G01", loaded(ADA, BO), kind=Kind.TARGET) is NOTHING
    assert result("G04", loaded(ADA, BO), kind=Kind.TARGET) is FAIL


@pytest.mark.parametrize(("marks", "expected"), [
    ({"orders": {"sent": 1}, "people": {"sent": 1}}, PASS),
    ({"orders": {"sent": 9}, "people": {"sent": 1}}, FAIL),
    ({"others": {"sent": 1}}, FAIL),
])  # fmt: skip
def test_bookmarks_that_came_may_be_passed_on_together(marks, expected):
    said = run("F51", json.dumps({"bookmarks": marks}))
    assert result("G02", loaded(ADA, BO), said, kind=Kind.TARGET) is expected


def test_log_on_stdout_promises_no_rows():
    aborted = run("F65", '{"level": "info"}', exit_code=1, output=loaded(ADA).output)
    assert result("G05", loaded(ADA, BO), aborted, kind=Kind.TARGET) is NOTHING


def test_files_of_a_batch_that_nobody_can_read_are_not_said_to_fit():
    batch = (
        '{"type": "BATCH", "stream": "users", "encoding": {"format": "avro"}, '
        '"manifest": ["file:///work/users-1.avro"]}'
    )
    there = Output(files=("users-1.avro",), unread="its format is not known")
    asked = run("batch", SCHEMA, batch, output=there)
    assert result("S24b", run("sync"), asked) is Result.SKIP
    read = Output(
        files=there.files,
        tables=(Table(name="users-1", format="x", rows=({"id": 1},)),),
    )
    asked = run("batch", SCHEMA, batch, output=read)
    assert result("S24b", run("sync"), asked) is PASS


@pytest.mark.parametrize(("said", "expected"), [
    ("tap-x v1.2.3, Meltano SDK v0.40", PASS), ("1.0.0rc1", PASS),
    ("usage: tap-x [--config FILE]", WARN), ("tap-x", WARN),
    ('{"type": "RECORD", "stream": "users", "record": {"price": 1.5}}', WARN),
])  # fmt: skip
def test_version_is_what_is_printed_as_one(said, expected):
    assert result("C02", run("version", said)) is expected


DEMANDED = b"tap-x: error: the following arguments are required: -c/--config"


def test_option_is_not_refused_where_the_lack_of_a_config_is_told():
    runs = [run("help"), run("no-config", exit_code=2, stderr=DEMANDED)]
    unknown = run("unknown-option", exit_code=2, stderr=DEMANDED)
    assert result("C10", *runs, unknown) is OPEN
    told = b"tap-x: error: unrecognized arguments: --songbook-unknown-option"
    refused = run("unknown-option", exit_code=2, stderr=told)
    assert result("C10", *runs, refused) is PASS


@pytest.mark.parametrize(("check", "name"), [
    ("C06", "absent-config"), ("C07", "broken-config"),
])  # fmt: skip
def test_config_is_not_refused_where_a_good_one_fails_alike(check, name):
    def failing(name, second):
        log = f"12:00:0{second} CRITICAL no row in 1 table".encode()
        return run(name, exit_code=1, stderr=log)

    runs = [run("help"), failing("sync", 1)]
    assert result(check, *runs, failing(name, 2)) is OPEN
    told = run(name, exit_code=1, stderr=b"Expecting value: line 1 column 12")
    assert result(check, *runs, told) is PASS


@pytest.mark.parametrize("signal", [9, 24, 25, 31])
def test_what_the_machine_kills_has_broken_no_rule(signal):
    died = {"ending": Ending.SIGNALLED, "exit_code": None, "signal": signal}
    runs = [loaded(ADA, BO), run("F29", **died)]
    assert result("F29", *runs, kind=Kind.TARGET) is OPEN
    assert result("G03", *runs, kind=Kind.TARGET) is OPEN
    crashed = run("F28", **{**died, "signal": 11})
    assert result("G03", *runs, crashed, kind=Kind.TARGET) is FAIL


@pytest.mark.parametrize("said", [
    b"MemoryError", b"OSError: [Errno 28] No space left on device",
    b"OSError: [Errno 30] Read-only file system: '/srv/x'",
    b"FileNotFoundError: [Errno 2] No such file or directory: '/var/log/x'",
])  # fmt: skip
def test_what_the_sandbox_does_not_give_has_broken_no_rule(said):
    failed = run(
        "F29", exit_code=1, stderr=b"Traceback (most recent call last):\n" + said
    )
    assert result("F29", loaded(ADA, BO), failed, kind=Kind.TARGET) is OPEN


def test_log_in_json_is_no_sync():
    log = '{"type": "log", "message": "begins"}'
    catalog = json.dumps({"streams": [BARE]})
    assert result("D09", run("discover", log, catalog)) is PASS
    assert result("D01", run("discover", log, catalog)) is FAIL
    assert result("D09", run("discover", SCHEMA, catalog)) is FAIL


@pytest.mark.parametrize("said", [
    b"tap-x: error: unrecognized arguments: --discover",
    b"Error: No such option: --discover",
])  # fmt: skip
def test_tap_without_discovery_fails_none_in_whatever_words(said):
    assert result("D00", run("discover", exit_code=2, stderr=said)) is NOTHING


DRAFT_4 = {"type": "number", "maximum": 10, "exclusiveMaximum": True}


def test_schema_of_draft_4_is_one():
    stream = {**BARE, "schema": {"properties": {"n": DRAFT_4}}}
    assert result("D03b", discovered(stream)) is PASS
    schema = {"type": "SCHEMA", "stream": "users", "key_properties": []}
    lines = [json.dumps({**schema, "schema": stream["schema"]}), RECORD]
    for number, expected in ((9, PASS), (10, FAIL)):
        lines[1] = RECORD.replace('"id": 1', f'"n": {number}')
        assert result("S09", run("sync", *lines)) is expected


def test_breadcrumb_may_lead_through_references_and_alternatives():
    schema = {
        "properties": {
            "a": {"$ref": "#/definitions/a"},
            "b": {"anyOf": [{"type": "null"}, {"properties": {"y": {}}}]},
        },
        "definitions": {"a": {"properties": {"x": {"type": "string"}}}},
    }

    def with_crumb(*crumb):
        entry = {"breadcrumb": ["properties", *crumb], "metadata": {}}
        return discovered({**BARE, "schema": schema, "metadata": [entry]})

    assert result("D04d", with_crumb("a", "properties", "x")) is PASS
    assert result("D04d", with_crumb("b", "properties", "y")) is PASS
    assert result("D04d", with_crumb("a", "properties", "y")) is FAIL


def test_catalog_that_can_not_be_read_is_not_said_to_list_nothing():
    noisy = run("discover", "INFO begins", json.dumps({"streams": [BARE]}))
    assert result("D02d", noisy) is NOTHING
    assert result("D02d", discovered()) is WARN


def test_streams_without_an_id_are_not_said_to_share_one():
    nameless = {"schema": BARE["schema"]}
    assert result("D02", discovered(nameless, nameless)) is FAIL
    assert result("D02c", discovered(nameless, nameless)) is NOTHING


@pytest.mark.parametrize(("one", "other"), [
    ("v10", "v9"), ("B", "a"), ("2024-01-02", "abc"), ("abd", "9"),
])  # fmt: skip
def test_order_of_texts_that_nobody_is_sure_of_is_none(one, other):
    assert not is_less(one, other) and not is_less(other, one)
