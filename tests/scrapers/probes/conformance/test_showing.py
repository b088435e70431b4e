"""What a recording shows of capabilities: what was seen, and nothing that was declared."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.conformance_report import as_json, as_text
from scrapers.probes.conformance import CHECKS, judge
from scrapers.probes.conformance.loading import BY_ID
from scrapers.probes.conformance.recording import Ending, Kind, Output, Table
from scrapers.probes.conformance.showing import shown
from scrapers.probes.conformance.written import plain
from tests.scrapers.probes.conformance.test_bookmarks import marked, record, state
from tests.scrapers.probes.conformance.test_checks import (
    ADA,
    BO,
    MESSAGES,
    SCHEMA,
    VALUES,
    loaded,
    recording,
    run,
)

USERS = {"tap_stream_id": "users", "stream": "users", "schema": {"properties": {}}}
CATALOG = {"streams": [USERS]}
TEAM = '{"type": "RECORD", "stream": "teams", "record": {"id": 1}}'
MARKED = SCHEMA.replace("}}}}", '}}}, "bookmark_properties": ["updated_at"]}')


def words(*runs, **said):
    made = recording(*runs, **said)
    return {one["word"]: one["answer"] for one in shown(judge(made), made)}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (run("discover", json.dumps(CATALOG)), {"discover": "yes"}),
        (run("discover", '{"streams": []}'), {}),
        (run("discover", "nothing"), {}),
        (run("discover", exit_code=1, stderr=b"401 Unauthorized"), {}),
        (run("discover", exit_code=2, stderr=b"error: unrecognized arguments: --discover"),
         {"discover": "no"}),
        (run("about", '{"name": "x", "capabilities": [], "settings": {}}'),
         {"about": "yes"}),
        (run("about", exit_code=2, stderr=b"Error: No such option: --about"),
         {"about": "no"}),
        (run("about", exit_code=1, stderr=b"ModuleNotFoundError"), {}),
    ],
)  # fmt: skip
def test_options_are_shown_by_what_they_lead_to(made, expected):
    assert words(made) == expected


@pytest.mark.parametrize(
    ("option", "lines", "expected"),
    [
        ("--catalog", [TEAM], {"catalog": "yes"}),
        ("--properties", [TEAM], {"properties": "yes"}),
        ("--catalog", [TEAM, record(1)], {"catalog": "no"}),
        # A tap that has nothing to say does not say that it obeys.
        ("--catalog", [], {}),
        ("", [TEAM], {}),
    ],
)
def test_catalog_is_shown_by_what_does_not_come(option, lines, expected):
    args = ("--config", "c", option, "catalog.json") if option else ("--config", "c")
    less = run("sync-less-streams", *lines, args=args, stdin="users")
    assert words(less) == expected


def resumed(*lines, again=(1, 2, 3)):
    def synced(name, numbers):
        return run(name, MARKED, *map(record, numbers), state(3))

    runs = [synced("sync", (1, 2, 3)), synced("sync-again", again)]
    return words(*runs, run("resume", MARKED, *lines), state=marked(3)).get("state")


def test_state_is_shown_by_what_comes_from_it():
    assert resumed(record(3), state(3)) == "yes"
    assert resumed(state(3)) == "yes"
    assert resumed(*map(record, (1, 2, 3))) == "no"
    # As many as before, but other ones, say nothing; nor do runs that differ anyway.
    assert resumed(record(3), record(4), record(5)) is None
    assert resumed(record(3), again=(1, 2)) is None


BATCH = (
    '{"type": "BATCH", "stream": "users", "encoding": {"format": "jsonl"}, '
    '"manifest": ["file:///x.jsonl"]}'
)


def test_messages_of_the_sdk_are_shown_by_coming():
    activate = '{"type": "ACTIVATE_VERSION", "stream": "users", "version": 1}'
    assert words(run("sync", SCHEMA, activate)) == {"activate-version": "yes"}
    assert words(run("sync"), run("batch", SCHEMA, BATCH)) == {"batch": "yes"}
    assert words(run("sync", SCHEMA, BATCH)) == {"batch": "yes"}
    assert words(run("sync"), run("batch", SCHEMA, record(1))) == {"batch": "no"}
    assert words(run("sync"), run("batch", SCHEMA)) == {}


def target(*runs, **said):
    return words(loaded(ADA, BO), *runs, kind=Kind.TARGET, **said)


def rows(name, *said):
    table = Table(name="orders", format="json", rows=said)
    return run(name, output=Output(tables=(table,)))


MANY = rows("F30", *(row for row in BY_ID["F30"].rows["orders"]))
OLD = {"id": 3, "name": "old 3"}
GONE_AT = {**OLD, "_sdc_deleted_at": "2024-01-01"}


def test_deleting_is_shown_by_the_rows_that_are_left():
    assert target(MANY, rows("G14", ADA, BO, GONE_AT)) == {
        "soft-delete": "yes", "activate-version": "yes",
    }  # fmt: skip
    assert target(MANY, rows("G15", ADA, BO)) == {"hard-delete": "yes"}
    # Of a target that keeps the last rows alone, none was deleted.
    assert target(rows("G15", ADA, BO)) == {}
    assert target(MANY, rows("G14", ADA)) == {}
    live = rows("G14", ADA, BO, OLD)
    assert target(MANY, live, about={"capabilities": []}) == {"activate-version": "no"}
    # One that does not say its settings may have to be told.
    assert target(MANY, live) == {}


def test_batches_are_shown_by_the_rows_of_their_files():
    declared = {"about": {"capabilities": ["batch"]}}
    assert target(rows("G10", ADA, BO), **declared) == {"batch": "yes"}
    assert target(rows("G10", ADA, BO)) == {"batch": "yes"}
    assert target(rows("G10")) == {"batch": "no"}
    assert target(run("G10", exit_code=1)) == {}


def test_validating_is_shown_by_what_a_validator_says():
    def refused(name, said):
        return run(name, exit_code=1, stderr=said)

    invalid = refused("F63", b"'seven' is not of type 'integer'")
    lacking = refused("F16", b"'name' is a required property")
    assert target(invalid, lacking) == {"validate-records": "yes"}
    assert target(invalid) == {}
    assert target(refused("F63", b"DataError"), refused("F16", b"KeyError")) == {}


def test_a_declaration_shows_nothing():
    capabilities = ["catalog", "discover", "state", "batch", "about", "hard-delete"]
    for kind in Kind:
        assert words(kind=kind, about={"capabilities": capabilities}) == {}


def test_what_is_shown_is_told_in_one_line():
    made = recording(
        run("discover", json.dumps(CATALOG)),
        run("about", exit_code=2, stderr=b"unrecognized arguments: --about"),
    )
    said = as_json("tap-x", judge(made), made)
    assert {"word": "about", "answer": "no", "check": "C03",
            "because": "It does not know the option --about."} in said["shown"]  # fmt: skip
    assert as_text(said).splitlines()[-1] == "shown discover, not about"
    assert "shown" not in as_text(as_json("tap-x", judge(recording()), recording()))


NAMES = sorted(
    {n for check in CHECKS for n in (*check.needs, *check.after)}
    | {"batch", "sync-less-fields", "F16", "F30", "F63"}
)
IDS = frozenset(check.id for check in CHECKS)
ROWS = st.dictionaries(
    st.sampled_from(["id", "name", "_sdc_deleted_at", plain("x")]), VALUES
)
OUTPUTS = st.builds(
    Output,
    tables=st.lists(
        st.builds(
            Table,
            name=st.sampled_from(["orders", "other"]),
            format=st.just("json"),
            rows=st.lists(ROWS, max_size=3).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def recordings(draw):
    lines = draw(st.lists(MESSAGES | VALUES, max_size=4))
    runs = [
        run(
            name,
            *map(json.dumps, lines),
            args=("--catalog", "c"),
            stdin="users",
            stderr=draw(st.sampled_from([b"", b"\xff", b"unrecognized --about"])),
            ending=draw(st.sampled_from([Ending.EXITED, Ending.SIGNALLED])),
            exit_code=draw(st.sampled_from([0, 0, 1, None])),
            output=draw(OUTPUTS),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=8))
    ]
    return recording(
        *runs,
        kind=draw(st.sampled_from(Kind)),
        about=draw(
            st.none() | st.dictionaries(st.text(max_size=3), VALUES, max_size=2)
        ),
        static=draw(st.dictionaries(st.just("settings"), VALUES)),
        catalog=draw(st.none() | st.fixed_dictionaries({"streams": VALUES})),
        state=draw(
            st.none()
            | VALUES.map(lambda mark: {"bookmarks": {"users": mark}})
            | st.fixed_dictionaries({"bookmarks": VALUES})
        ),
    )


@settings(max_examples=60)
@given(recordings())
def test_whatever_was_recorded_each_word_has_one_answer_of_a_check(made):
    said = shown(judge(made), made)
    listed = [one["word"] for one in said]
    assert len(listed) == len(set(listed))
    for one in said:
        assert one["answer"] in ("yes", "no")
        assert one["check"] in IDS
        assert one["because"].endswith(".")
