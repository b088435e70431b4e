"""Which values that were read back mean what was sent."""

import json

import pytest

from scrapers.probes.conformance.fixtures import Expected
from scrapers.probes.conformance.loading import FIXTURES
from scrapers.probes.conformance.recording import Output, Table
from scrapers.probes.conformance.written import by_id, differences, is_same, rows_of


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (1, "1"), (1, 1.0), (2**53 + 1, str(2**53 + 1)), (0.1, "0.1"), (1.7e300, "1.7e+300"),
        (True, "True"), (True, 1), (False, "false"), (None, ""), (None, "NULL"), ("", None),
        ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05+00:00"),
        ("2024-01-02T03:04:05+05:30", "2024-01-01T21:34:05"),
        ("2024-02-29", "2024-02-29T00:00:00"), ("seven", "seven"), (7, "7"), ("7", 7),
        ({"a": [1, None]}, '{"a": [1, null]}'), (["a"], "['a']"),
        ({"a": 1.5}, "{'a': Decimal('1.5')}"),
        ([], None),
    ],
)  # fmt: skip
def test_other_spelling_of_a_value_is_the_same(sent, found):
    assert is_same(sent, found)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (1, 2), (2**53 + 1, 2.0**53), (10**25, 9223372036854775807), (True, "false"),
        (False, None), (None, "x"), ("abc", "ab"), ("x", None), ({"a": 1}, "{}"), ([1], "[]"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:06Z"), ("a\u0000b", "ab"),
    ],
)  # fmt: skip
def test_other_value_is_not_the_same(sent, found):
    assert not is_same(sent, found)


def test_object_may_be_spread_over_columns():
    sent = {"id": 1, "address": {"city": "Oslo", "geo": {"lat": 59.9}}}
    spread = {"id": "1", "address__city": "Oslo", "address__geo__lat": "59.9"}
    assert not list(differences(sent, spread))
    assert list(differences(sent, {"id": "1", "address__city": "Oslo"}))


def test_columns_may_be_spelt_in_another_way():
    assert not list(differences({"firstName": "Ada"}, {"FIRST_NAME": "Ada"}))


@pytest.mark.parametrize(
    "name", ["orders", "main/orders-2024", "orders/part-1", "x-orders"]
)
def test_tables_are_found_by_the_name_of_their_stream(name):
    tables = [Table(name=name, format="csv", rows=({"id": 1},)),
              Table(name="people", format="csv", rows=({"id": 2},))]  # fmt: skip
    assert rows_of(Output(tables=tuple(tables)), "orders", alone=False) == ({"id": 1},)


def test_id_with_a_huge_exponent_is_no_matter():
    rows = ({"id": "1e999999999"}, {"id": 1.0}, {"id": None}, {"id": [1]})
    assert set(by_id(rows)) == {"1e999999999", "1", "[1]"}


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.id)
def test_fixture_that_is_to_be_loaded_is_json_with_ids(fixture):
    if fixture.expected is Expected.LOADED:
        for line in fixture.stdin.decode().split("\n"):
            json.loads(line or "{}")
    assert all("id" in row for rows in fixture.rows.values() for row in rows)
