"""Fixtures of values: what columns hold, and what columns are called."""

from functools import reduce
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import Level
from scrapers.probes.conformance.fixtures import (
    BOOLEAN,
    DATE_TIME,
    INTEGER,
    NUMBER,
    STRING,
    Expected,
    Fixture,
    Record,
    loads,
    schema,
)

SHOULD, INFO = Level.SHOULD, Level.INFO
EITHER = Expected.EITHER
KEEP = "Keep the value as it came, or end with an error that names stream and field."
NAME = "Quote names, or map them to ones that are allowed, each to another."
MEGABYTE = 1_000_000
DEPTH = 40
COLUMNS = 500
DECIMAL = "12345678901234567890.123456789012345678"
PRICED = (
    '{"type": "RECORD", "stream": "orders", "record": {"id": 1, "price": '
    + DECIMAL
    + "}}"
)


def _object(**properties: Any) -> Record:
    return {"type": ["null", "object"], "properties": properties}


def _array(items: Record) -> Record:
    return {"type": ["null", "array"], "items": items}


def _deep(leaf: Any, wrap: Any) -> Any:
    return reduce(lambda inner, _: wrap(inner), range(DEPTH), leaf)


TEXTS: tuple[Fixture, ...] = (
    loads(
        "F18", "Texts in any script are kept", {"name": STRING},
        {"id": 1, "name": "Zażółć gęślą jaźń"}, {"id": 2, "name": "日本語テキスト"},
        {"id": 3, "name": "🎵 e\u0301 \u202eabc"}, {"id": 4, "name": 'a "b", \'c\'; --\t|\\'},
        {"id": 5, "name": "two\nlines"},
        spec=spec.JSON, remedy="Read stdin and write files as UTF-8; quote what delimits.",
    ),
    loads(
        "F19", "A field may have a name in any script",
        {"größe": INTEGER, "名前": STRING}, {"id": 1, "größe": 5, "名前": "a"},
        spec=spec.SCHEMA, remedy=NAME, level=SHOULD, expected=EITHER,
    ),
    loads(
        "F20", "A text with a NUL character is kept or refused", {"name": STRING},
        {"id": 1, "name": "a\x00b"},
        spec=spec.JSON, remedy=KEEP, level=SHOULD, expected=EITHER,
    ),
    loads(
        "F21", "A lone surrogate is kept or refused", {"name": STRING},
        {"id": 1, "name": "a\ud800b"},
        spec=spec.JSON, remedy=KEEP, level=INFO, expected=EITHER,
    ),
    loads(
        "F22", "Names in camel case keep their values",
        {"firstName": STRING, "LastName": STRING},
        {"id": 1, "firstName": "Ada", "LastName": "L"},
        spec=spec.SCHEMA, remedy=NAME,
    ),
    loads(
        "F24", "Fields may be called like words of SQL",
        {"select": STRING, "order": INTEGER, "table": STRING, "group": STRING},
        {"id": 1, "select": "a", "order": 2, "table": "b", "group": "c"},
        spec=spec.SCHEMA, remedy=NAME,
    ),
    loads(
        "F25", "Names may hold spaces and signs",
        {"a b": STRING, "c-d": STRING, "e.f": STRING, "$g": STRING},
        {"id": 1, "a b": "1", "c-d": "2", "e.f": "3", "$g": "4"},
        spec=spec.SCHEMA, remedy=NAME, level=SHOULD,
    ),
    loads(
        "F27", "Names may have 100 characters", {"n" * 100: STRING},
        {"id": 1, "n" * 100: "long"},
        spec=spec.SCHEMA, remedy=NAME, level=SHOULD,
    ),
    loads(
        "F28", "A text of 1 MB is kept", {"text": STRING},
        {"id": 1, "text": "x" * MEGABYTE},
        spec=spec.RECORD, remedy="Set no limit on a text, or a documented one.",
    ),
    loads(
        "F29", "A record of 8 MB is loaded",
        {f"text_{n}": STRING for n in range(8)},
        {"id": 1, **{f"text_{n}": str(n) * MEGABYTE for n in range(8)}},
        spec=spec.RECORD, remedy="Read lines of any length.",
    ),
    loads(
        "F31", "A record may have 500 fields",
        {f"f{n}": INTEGER for n in range(COLUMNS)},
        {"id": 1, **{f"f{n}": n for n in range(COLUMNS)}},
        spec=spec.SCHEMA, remedy="Set no limit below that of the destination.",
    ),
)  # fmt: skip

NESTED: tuple[Fixture, ...] = (
    loads(
        "F32", "Nested objects are kept",
        {"address": _object(city=STRING, geo=_object(lat=NUMBER))},
        {"id": 1, "address": {"city": "Oslo", "geo": {"lat": 59.9}}},
        spec=spec.SCHEMAS, remedy="Keep them as JSON, or as a column for each leaf.",
    ),
    loads(
        "F33", "Arrays are kept", {"tags": _array(STRING)},
        {"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": []},
        spec=spec.SCHEMAS, remedy="Keep arrays as JSON.",
    ),
    loads(
        "F34", "Arrays of objects are kept", {"lines": _array(_object(sku=STRING))},
        {"id": 1, "lines": [{"sku": "x"}, {"sku": "y"}]},
        spec=spec.SCHEMAS, remedy="Keep arrays as JSON.",
    ),
    loads(
        "F35", f"Objects may be nested {DEPTH} deep",
        {"deep": _deep(STRING, lambda inner: _object(a=inner))},
        {"id": 1, "deep": _deep("leaf", lambda inner: {"a": inner})},
        spec=spec.SCHEMAS, remedy="Stop flattening at a depth, and keep the rest as JSON.",
        level=SHOULD,
    ),
    loads(
        "F36", "A field without a type is loaded", {"any": {}},
        {"id": 1, "any": "text"}, {"id": 2, "any": "more"},
        spec=spec.SCHEMAS, remedy="Treat a field without a type as text or JSON.",
        level=SHOULD,
    ),
    loads(
        "F37", "A choice of types by anyOf is loaded",
        {"when": {"anyOf": [{"type": "string", "format": "date-time"},
                            {"type": ["string", "null"]}]}},
        {"id": 1, "when": "2024-01-02T03:04:05Z"}, {"id": 2, "when": "soon"},
        {"id": 3, "when": None},
        spec=spec.SCHEMAS, remedy="Take the widest of the types, text in doubt.",
    ),
    loads(
        "F38", "A field of two types is loaded", {"code": {"type": ["string", "integer"]}},
        {"id": 1, "code": "a"}, {"id": 2, "code": 7},
        spec=spec.SCHEMAS, remedy="Take the widest of the types, text in doubt.",
        level=SHOULD,
    ),
    loads(
        "F39", "An object without known properties is kept",
        {"free": {"type": ["null", "object"]}},
        {"id": 1, "free": {"a": 1, "b": {"c": [2]}}},
        spec=spec.SCHEMAS, remedy="Keep it as JSON.",
    ),
    loads(
        "F68", "A schema with $ref and allOf is loaded or refused",
        {"a": {"$ref": "#/definitions/text"}, "b": {"allOf": [{"type": "string"}]}},
        {"id": 1, "a": "x", "b": "y"},
        spec=spec.SCHEMAS, remedy="Resolve local references, or refuse the schema.",
        level=SHOULD, expected=EITHER,
    ),
)  # fmt: skip

NUMBERS: tuple[Fixture, ...] = (
    Fixture(
        id="F41", title="A decimal of 38 digits is kept or refused",
        spec=spec.SCHEMAS, remedy="Parse numbers as decimals where a column can hold them.",
        level=SHOULD, expected=EITHER,
        # As a text, for no number of Python's would be written with so many digits.
        messages=(
            schema("orders", {"price": NUMBER}),
            PRICED,
        ),
        rows={"orders": ({"id": 1, "price": DECIMAL},)},
    ),
    loads(
        "F42", "Whole numbers of 64 bits are kept", {"n": INTEGER},
        {"id": 1, "n": 2**53 + 1}, {"id": 2, "n": -(2**63)}, {"id": 3, "n": 2**63 - 1},
        spec=spec.SCHEMAS, remedy="Hold integers in 64 bits, never in a float.",
    ),
    loads(
        "F43", "A whole number beyond 64 bits is kept or refused", {"n": INTEGER},
        {"id": 1, "n": 10**25},
        spec=spec.SCHEMAS, remedy=KEEP, expected=EITHER,
    ),
    loads(
        "F44", "Numbers keep 15 digits and their exponent", {"n": NUMBER},
        {"id": 1, "n": 0.1}, {"id": 2, "n": -1.5e-10}, {"id": 3, "n": 1.7e300},
        {"id": 4, "n": 3}, {"id": 5, "n": 123456789.12345},
        spec=spec.SCHEMAS, remedy="Hold numbers as double or decimal.",
    ),
    loads(
        "F45", "Booleans are kept", {"paid": BOOLEAN},
        {"id": 1, "paid": True}, {"id": 2, "paid": False}, {"id": 3, "paid": None},
        spec=spec.SCHEMAS, remedy="Tell false from null.",
    ),
    loads(
        "F46", "Date-times in all forms of RFC 3339 name the same moment",
        {"at": DATE_TIME},
        {"id": 1, "at": "2024-01-02T03:04:05Z"},
        {"id": 2, "at": "2024-01-02T03:04:05.123456Z"},
        {"id": 3, "at": "2024-01-02T03:04:05+05:30"},
        spec=spec.DATES, remedy="Convert to UTC, or keep the offset.",
    ),
    loads(
        "F47", "Years 1 and 9999 are loaded", {"at": DATE_TIME},
        {"id": 1, "at": "0001-01-01T00:00:00Z"}, {"id": 2, "at": "9999-12-31T23:59:59Z"},
        spec=spec.DATES, remedy=KEEP, level=SHOULD,
    ),
    loads(
        "F49", "Dates and times of day are kept",
        {"day": {"type": ["null", "string"], "format": "date"},
         "at": {"type": ["null", "string"], "format": "time"}},
        {"id": 1, "day": "2024-02-29", "at": "23:59:59"},
        spec=spec.DATES, remedy="Keep them as date and time, or as text.",
    ),
)  # fmt: skip

FIXTURES: tuple[Fixture, ...] = (*TEXTS, *NESTED, *NUMBERS)
