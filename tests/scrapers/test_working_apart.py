"""Foreign JSON that would keep a worker busy for ever is judged apart, and given up."""

import json
import time

import pytest

from scrapers.apart import Overrun, apart
from scrapers.conforming.judging import (
    RECORD_BYTES,
    TOO_LONG,
    fitted,
    judged_apart,
    report_of,
)
from scrapers.conforming.masking import MASK, masked
from scrapers.conforming.replays import replays
from scrapers.probes.conformance.recording import Kind, RecordedRun, Recording

# Each level names the next one twice: judged in full, 2 ** 60 steps.
DOUBLING = {
    "type": "object",
    "allOf": [{"$ref": "#/definitions/0"}],
    "definitions": {
        **{
            str(n): {"allOf": [{"$ref": f"#/definitions/{n + 1}"}] * 2}
            for n in range(60)
        },
        "60": {},
    },
}
# Twenty properties at each of as many levels as records may have.
NESTING = {
    "type": "object",
    "properties": {name: {"$ref": "#"} for name in "abcdefghijklmnopqrst"},
}
STREAM = {"stream": "users", "key_properties": ["id"]}
SCHEMA = {"type": "object", "properties": {"id": {"type": "integer"}}}


def said(*messages, **more):
    lines = "".join(f"{json.dumps(one)}\n" for one in messages).encode()
    run = RecordedRun(name="sync", stdout=lines)
    return Recording(kind=Kind.TAP, runs={"sync": run}, **more)


def synced(schema, **more):
    return said(
        {"type": "SCHEMA", **STREAM, "schema": schema},
        {"type": "RECORD", "stream": "users", "record": {"id": 1}},
        **more,
    )


def test_a_schema_that_doubles_at_each_level_is_given_up_and_says_so():
    began = time.monotonic()
    report = judged_apart("tap-x", synced(DOUBLING), cpu_s=3)
    assert time.monotonic() - began < 30
    assert {one["result"] for one in report["checks"]} == {"inconclusive"}
    assert {one["detail"] for one in report["checks"]} == {TOO_LONG}
    assert report["must_failures"] == []


def test_a_plain_recording_is_judged_apart_as_it_is_here():
    recording = synced(SCHEMA)
    assert judged_apart("tap-x", recording) == report_of("tap-x", recording)


def grows():
    return len(bytearray(8 << 30))


def sleeps():
    time.sleep(60)


def breaks():
    raise KeyError("a fault of ours")


def test_work_that_takes_too_much_memory_is_given_up():
    with pytest.raises(Overrun):
        apart(grows)


def test_work_that_only_waits_is_given_up():
    with pytest.raises(Overrun):
        apart(sleeps, cpu_s=1)


def test_a_fault_of_our_own_is_no_overrun():
    with pytest.raises(RuntimeError, match="a fault of ours"):
        apart(breaks)


def test_one_tap_whose_schemas_nest_for_ever_leaves_the_others_theirs():
    plain = {**STREAM, "tap_stream_id": "users", "schema": SCHEMA}
    endless, strange, good = replays(
        [
            {"streams": [{**plain, "schema": NESTING}]},
            {"streams": [{**plain, "schema": {"properties": {"id": {"enum": 7}}}}]},
            {"streams": [plain]},
        ]
    )
    assert "too long" in endless.problem
    assert "can be made up" in strange.problem
    assert (good.said.sent, good.said.doubt) == (10, "")


@pytest.mark.parametrize(
    ("schema", "doubt"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "the pattern"),
        ({"type": "string", "format": "ipv6"}, "'ipv6'"),
        ({"type": "object", "properties": {"pattern": {"type": "string"}}}, ""),
    ],
)
def test_records_that_can_not_be_made_to_fit_are_told(schema, doubt):
    whole = {"type": "object", "properties": {"id": {"type": "integer"}, "x": schema}}
    [one] = replays([{"streams": [{**STREAM, "schema": whole}]}])
    assert doubt in one.said.doubt
    assert bool(one.said.doubt) == bool(doubt)


def test_a_report_is_short_and_holds_no_secret_however_much_was_printed():
    secret = "canary-of-songbook"
    runs = {
        str(n): RecordedRun(name=str(n), stderr=f"{secret}\0{'é' * 5000}".encode())
        for n in range(2000)
    }
    recording = Recording(kind=Kind.TAP, runs=runs, secrets=(secret,))
    checks = [
        {"id": str(n), "detail": "x" * 9000, "evidence": [secret] * 5}
        for n in range(300)
    ]
    kept = json.dumps(
        fitted({"checks": checks, "runs": [secret] * 3, "kind": "tap"}, recording)
    )
    assert len(kept) <= RECORD_BYTES
    assert secret not in kept
    assert "\\u0000" not in json.dumps(report_of("tap-x", recording))


def test_a_secret_is_masked_in_every_text_however_json_spells_it():
    told = {"a": ['pass"word is pass\\"word'], 'pass"word': 1}
    assert masked(told, ['pass"word']) == {"a": [f"{MASK} is {MASK}"], MASK: 1}
