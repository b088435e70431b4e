"""Connectors that do nothing wrong, or another thing than they declare, through the sandbox."""

import json

from scrapers.conformance_report import as_json
from scrapers.conforming import record
from scrapers.conforming.cases import Case
from scrapers.conforming.driving import drive
from scrapers.probes.conformance import feeding, judge
from scrapers.probes.conformance.check import Result
from scrapers.probes.conformance.loading import BY_ID
from scrapers.probes.conformance.recording import Kind, Recording
from tests.scrapers.test_conformance import (
    broken,
    connector,
    pytestmark,
    ran,
    recorded,
    text_of,
)

__all__ = ["pytestmark"]
# It takes either of two keys, and no key of ours.
EITHER = """
import json, sys
SECRET = {"type": "string", "secret": True}
SETTINGS = {"type": "object", "properties": {"token": SECRET, "client_secret": SECRET},
            "anyOf": [{"required": ["token"]}, {"required": ["client_secret"]}]}
if "--help" in sys.argv:
    print("--catalog")
elif "--about" in sys.argv:
    print(json.dumps({"name": "tap-either", "capabilities": [], "settings": SETTINGS}))
else:
    named = sys.argv[sys.argv.index("--config") + 1] if "--config" in sys.argv else None
    try:
        config = json.load(open(named)) if named else {}
    except (OSError, ValueError) as error:
        sys.exit(f"{named}: {error}")
    if not config.keys() & {"token", "client_secret"}:
        sys.exit("'token' or 'client_secret' is a required property")
    sys.exit("GET /things: it did not go well")
"""
# What `singer.utils.parse_args` and `singer.write_bookmark` make of a classic tap.
CLASSIC = """
import json, sys
SCHEMA = {"properties": {"id": {"type": "integer"}, "updated_at": {"type": "string"}}}
ROOT = {"breadcrumb": [], "metadata": {"valid-replication-keys": ["updated_at"]}}
if "--help" in sys.argv:
    print("--catalog")
    sys.exit()
if "--version" in sys.argv or "--about" in sys.argv or "--config" not in sys.argv:
    sys.exit("the following arguments are required: -c/--config")
named = sys.argv[sys.argv.index("--config") + 1]
config = json.load(open(named))
for key in ("api_key", "start_date"):
    if key not in config:
        sys.exit(f"Config is missing required keys: {key}")
print("GET /?key=" + config["api_key"], file=sys.stderr)
if "--discover" in sys.argv:
    print(json.dumps({"streams": [{"tap_stream_id": "people", "stream": "people",
          "schema": SCHEMA, "key_properties": ["id"], "metadata": [ROOT]}]}))
    sys.exit()
print(json.dumps({"type": "SCHEMA", "stream": "people", "schema": SCHEMA,
                  "key_properties": ["id"], "bookmark_properties": ["updated_at"]}))
for day in (3, 2, 1):
    at = f"2024-01-0{day}T00:00:00Z"
    row = {"id": day, "updated_at": at}
    print(json.dumps({"type": "RECORD", "stream": "people", "record": row}))
    mark = {"bookmarks": {"people": {"updated_at": at}}}
    print(json.dumps({"type": "STATE", "value": mark}))
"""
STATIC = {
    "framework": "singer-python",
    "settings": [
        {"name": "api_key", "required": True, "kind": "password", "sensitive": True},
        {"name": "start_date", "required": True, "kind": "date_iso8601"},
    ],
}


def verdicts(recording):
    return {one.check.id: one.verdict for one in judge(recording).judged}


def shown(recording):
    said = as_json("x", judge(recording), recording)["shown"]
    return {one["word"]: one["answer"] for one in said}


def test_tap_whose_keys_nobody_gave_is_not_blamed():
    recording = record(Kind.TAP, connector(EITHER))
    said = verdicts(recording)
    assert recording.is_synthetic
    assert said["D00"].result is said["S00"].result is Result.INCONCLUSIVE
    assert said["C08"].result is said["C05"].result is Result.PASS
    assert not judge(recording).failures, text_of(recording)


def test_classic_tap_is_run_with_what_its_code_demands():
    recording = record(Kind.TAP, connector(CLASSIC, static=STATIC))
    said = verdicts(recording)
    assert not recording.is_synthetic
    assert said["S00"].result is said["C08"].result is said["C05"].result is Result.PASS
    assert said["C08"].detail.endswith(
        "its code lists as required: api_key, start_date."
    )
    # It prints its key, and goes back with its bookmark.
    assert said["C09"].result is said["S17"].result is Result.FAIL
    assert said["S17b"].result is Result.WARN
    assert shown(recording)["discover"] == "yes"


def test_classic_tap_that_demands_nothing_that_its_code_lists_is_warned_at_most():
    careless = CLASSIC.replace("if key not in config:", "if False:").replace(
        'config["api_key"]', 'config.get("api_key", "")'
    )
    said = verdicts(record(Kind.TAP, connector(careless, static=STATIC)))
    assert said["C08"].result is Result.WARN
    assert "which its code lists as required" in said["C08"].evidence[0]


def test_tap_that_reads_all_again_in_spite_of_its_state_is_shown_to():
    falls = "(3, 2, 1)"
    rising = connector(CLASSIC.replace(falls, "(1, 2, 3)"), static=STATIC)
    recording = record(Kind.TAP, rising)
    assert verdicts(recording)["S21d"].result is Result.WARN
    assert shown(recording)["state"] == "no"


def test_good_tap_is_shown_to_do_what_it_does():
    recording = recorded(Kind.TAP)
    assert shown(recording) == {
        "about": "yes", "discover": "yes", "catalog": "yes", "state": "yes", "batch": "yes",
    }  # fmt: skip
    bad = recorded(Kind.TAP, "ignores-catalog resume-wrong")
    assert shown(bad)["catalog"] == "no"


def test_target_is_shown_to_do_what_it_does():
    good = shown(recorded(Kind.TARGET))
    assert good == {
        "about": "yes", "soft-delete": "yes", "hard-delete": "yes",
        "activate-version": "yes",
    }  # fmt: skip
    bad = shown(recorded(Kind.TARGET, "keeps-old drops-batch"))
    assert bad == {"about": "yes", "activate-version": "no", "batch": "no"}


def test_file_whose_name_begins_with_dots_has_not_escaped():
    writing = """
from pathlib import Path
Path(".._escaped.jsonl").write_text('{"id": 1}')
Path("..x").mkdir()
Path("..x/a.jsonl").write_text('{"id": 2}')
Path("../escaped.jsonl").write_text('{"id": 3}')
"""
    (told,) = ran(writing, Case(name="a", read_back=True))
    assert sorted(told.output.files) == [".._escaped.jsonl", "..x/a.jsonl"]
    assert [path.rpartition("/")[2] for path in told.output.escaped] == [
        "escaped.jsonl"
    ]


def test_batch_that_is_not_declared_is_read_back():
    source = """
import json, sys
from pathlib import Path
if "--help" in sys.argv:
    print("usage")
elif "--config" not in sys.argv or "--discover" in sys.argv:
    sys.exit("no config")
else:
    json.load(open(sys.argv[sys.argv.index("--config") + 1]))
    file = Path("users-1.jsonl").absolute()
    file.write_text(json.dumps({"id": "no number"}))
    schema = {"properties": {"id": {"type": "integer"}}}
    print(json.dumps({"type": "SCHEMA", "stream": "users", "schema": schema,
                      "key_properties": ["id"]}))
    print(json.dumps({"type": "BATCH", "stream": "users", "encoding": {"format": "jsonl"},
                      "manifest": [f"file://{file}"]}))
"""
    judged = judge(record(Kind.TAP, connector(source), config={}))
    assert {"S24b"} <= broken(judged)
    assert json.dumps([j.verdict.detail for j in judged.judged]).count("no number") == 1


# It keeps its input as it came.
TEE = "import sys; open('orders.singer', 'wb').write(sys.stdin.buffer.read())"


def test_target_that_keeps_whole_messages_has_kept_their_records_alone():
    fed = {"read_back": True, "times": 1}
    runs = ran(
        TEE,
        Case(name="F01", stdin=BY_ID["F01"].stdin, **fed),
        Case(name="G08", stdin=feeding.SAME_KEY.stdin, **fed),
    )
    [table] = runs[1].output.tables
    assert [row["name"] for row in table.rows] == ["a", "b", "c"]
    recording = Recording(kind=Kind.TARGET, runs={run.name: run for run in runs})
    assert verdicts(recording)["G08"].result is Result.PASS


# It logs beside its rows, and says its key there.
LOGGING = TEE + "; open('target.log', 'w').write('began with key-1234')"


def test_log_beside_the_rows_hides_none_and_is_looked_through():
    [run] = drive(
        connector(LOGGING),
        [Case(name="F01", stdin=BY_ID["F01"].stdin, read_back=True)],
        needles=["key-1234"],
    ).values()
    assert not run.output.unread
    assert [len(table.rows) for table in run.output.tables] == [2]
    assert run.output.leaks == ("target.log",)
