"""Which lines are messages, and which schemas and catalogs can be read."""

import pytest

from scrapers.probes.conformance.catalogs import metadata_of, selected
from scrapers.probes.conformance.messages import bad_lines, doubtful_json, messages
from scrapers.probes.conformance.schemas import (
    is_date_time,
    record_problem,
    schema_problem,
    validator_of,
)


def test_types_are_read_in_any_case():
    assert [m.type for m in messages(b'{"type": "record"}\n')] == ["RECORD"]


def test_line_separator_of_unicode_ends_no_message():
    assert len(messages('{"type": "STATE", "value": "a\u2028b"}\n'.encode())) == 1


@pytest.mark.parametrize(
    "line",
    [b"log", b"[1]", b'{"stream": "a"}', b"\xff", b"[" * 100_000, b'{"type": 1}'],
)
def test_line_that_is_no_message_is_told(line):
    assert len(bad_lines(line + b"\n")) == 1


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[Infinity]"])
def test_doubtful_json_is_found(text):
    assert doubtful_json(text)


@pytest.mark.parametrize("text", [b'{"a": 1}', b"nonsense"])
def test_plain_json_and_none_are_not_doubtful(text):
    assert not doubtful_json(text)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2024-01-02T03:04:05Z", True), ("2024-01-02 03:04:05+02:00", True),
        ("2024-12-31T23:59:60Z", True), ("2024-13-01T00:00:00Z", False),
        ("2024-01-02", False), ("soon", False),
    ],
)  # fmt: skip
def test_date_times_are_those_of_rfc_3339(text, fits):
    assert is_date_time(text) is fits


def test_date_time_without_a_zone_is_one_unless_a_zone_is_needed():
    assert is_date_time("2024-01-02T03:04:05")
    assert not is_date_time("2024-01-02T03:04:05", zone_needed=True)


@pytest.mark.parametrize("schema", [7, {"type": 7}, {"properties": []}])
def test_what_is_no_schema_is_told(schema):
    assert schema_problem(schema)


def test_decimals_are_multiples_as_people_reckon():
    validator = validator_of({"properties": {"price": {"multipleOf": 0.01}}})
    assert not record_problem(validator, {"price": 19.99})
    assert record_problem(validator, {"price": 19.995})


def test_pattern_that_never_ends_is_not_tried():
    schema = {"patternProperties": {"(a+)+$": {}}, "additionalProperties": False}
    whole = {**schema, "properties": {"b": {"pattern": "(a+)+$"}}}
    assert not record_problem(validator_of(whole), {"b": "a" * 50 + "!", "a" * 50: 1})


@pytest.mark.parametrize("address", ["https://example.org/schema.json", "#/absent"])
def test_reference_that_leads_nowhere_blames_no_record(address):
    validator = validator_of({"properties": {"a": {"$ref": address}}})
    assert not record_problem(validator, {"a": 1})


def test_selection_marks_streams_and_fields_and_leaves_the_given_catalog():
    given = {"streams": [{"stream": "users", "schema": {"properties": {"id": {}}},
                          "metadata": [{"breadcrumb": ["properties", "id"],
                                        "metadata": {}}]}]}  # fmt: skip
    marked = selected(given, lambda _stream, field: field != "id")["streams"][0]
    assert metadata_of(marked)[()]["selected"] is True
    assert metadata_of(marked)[("properties", "id")]["selected"] is False
    assert metadata_of(given["streams"][0]) == {("properties", "id"): {}}
