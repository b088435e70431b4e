"""Bookmarks are read as the SDK writes them, and as `singer.write_bookmark` does."""

import json

import pytest

from scrapers.probes.conformance.bookmarks import bookmarks_of, is_less
from scrapers.probes.conformance.check import Result
from tests.scrapers.probes.conformance.test_checks import recording, result, run

KEYED = {
    "tap_stream_id": "db-users",
    "stream": "users",
    "metadata": [{"breadcrumb": [], "metadata": {"replication-key": "updated_at"}}],
}
CATALOG = {"streams": [KEYED]}
SCHEMA = json.dumps(
    {"type": "SCHEMA", "stream": "users", "key_properties": ["id"], "schema": {},
     "bookmark_properties": ["updated_at"]}
)  # fmt: skip


def day(number):
    return f"2024-01-0{number}T00:00:00Z"


def state(number):
    marks = {"users": {"updated_at": day(number)}}
    return json.dumps({"type": "STATE", "value": {"bookmarks": marks}})


def record(number):
    said = {"id": number, "updated_at": day(number)}
    return json.dumps({"type": "RECORD", "stream": "users", "record": said})


def marked(number):
    return {"bookmarks": {"users": {"updated_at": day(number)}}}


@pytest.mark.parametrize(
    ("mark", "catalog", "expected"),
    [
        ({"updated_at": "b", "other": "a"}, CATALOG, "b"),
        ({"other": 7}, CATALOG, None),
        ({"last_id": 7}, None, 7),
        ({"last_id": 7, "since": 8}, None, None),
        ({"updated_at": day(1)}, None, day(1)),
        # What has no order is none that could go back.
        ({"page": "c2VjcmV0"}, None, None),
        # Which page it was at goes back to the first.
        ({"page": 7}, None, None),
        ({"next_offset": 100}, None, None),
        ({"last_id": 7, "page": 2}, None, 7),
        ({"version": 1700000000000}, None, None),
        ({"replication_key": "updated_at"}, None, None),
        ({"replication_key": "id", "replication_key_value": 3}, None, 3),
        ({"replication_key_value": None, "n": 3}, None, None),
        ({"last_record": day(1)}, None, day(1)),
        ({"updated_at": True}, CATALOG, None),
        ({"a": {"b": 1}}, None, None),
        ("2024", None, None),
    ],
)
def test_value_of_a_bookmark_is_told_from_what_is_beside_it(mark, catalog, expected):
    found = bookmarks_of(recording(catalog=catalog), {"bookmarks": {"users": mark}})
    assert found == ({} if expected is None else {"users": expected})


def test_bookmark_under_the_id_of_the_catalog_is_that_of_its_stream():
    said = {"bookmarks": {"db-users": {"updated_at": day(1)}}}
    assert bookmarks_of(recording(catalog=CATALOG), said) == {"users": day(1)}


@pytest.mark.parametrize("catalog", [CATALOG, None])
def test_classic_bookmark_that_goes_back_is_seen(catalog):
    rises = [SCHEMA, record(1), state(1), record(2), state(2)]
    falls = [SCHEMA, record(2), state(2), record(1), state(1)]
    assert result("S17", run("sync", *rises), catalog=catalog) is Result.PASS
    assert result("S17", run("sync", *falls), catalog=catalog) is Result.FAIL
    assert result("S17b", run("sync", *rises), catalog=catalog) is Result.PASS
    assert result("S17b", run("sync", *falls), catalog=catalog) is Result.WARN


def test_bookmarks_of_which_nobody_knows_the_order_are_not_judged():
    def named(number):
        return [line.replace(day(number), f"v{number}0") for line in (
            record(number), state(number),
        )]  # fmt: skip

    texts = [*named(9), *(line.replace("v10", "v1") for line in named(1))]
    first, again = run("sync", SCHEMA, *texts), run("resume", SCHEMA, *texts)
    said = {"state": {"bookmarks": {"users": {"updated_at": "v100"}}}}
    for check in ("S17", "S17b", "S21c", "S21d"):
        assert result(check, first, again, **said) is Result.NOT_APPLICABLE
    once = run("sync", SCHEMA, record(1), state(1))
    assert result("S17", once) is Result.NOT_APPLICABLE


def test_record_behind_the_last_classic_bookmark_is_seen():
    assert result("S15", run("sync", SCHEMA, record(1), state(1))) is Result.PASS
    late = run("sync", SCHEMA, record(1), state(1), record(2))
    assert result("S15", late) is Result.WARN


def test_tap_that_goes_back_behind_its_classic_bookmark_is_seen():
    first = run("sync", SCHEMA, record(1), record(2), state(2))
    said = {"state": marked(2), "catalog": CATALOG}
    good = run("resume", SCHEMA, record(2), state(2))
    assert result("S21c", first, good, **said) is Result.PASS
    assert result("S21d", first, good, **said) is Result.PASS
    bad = run("resume", SCHEMA, record(1), state(1))
    assert result("S21c", first, bad, **said) is Result.FAIL
    assert result("S21d", first, bad, **said) is Result.WARN


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("9", "10", True), ("10", "9", False), ("a", "b", True), (9, "a", False),
     ("2024-01-01", "2024-01-01T00:00:01Z", True), (1, 1.5, True), (True, 2, False)],
)  # fmt: skip
def test_texts_of_numbers_are_compared_as_numbers(one, other, expected):
    assert is_less(one, other) is expected
