"""Fixtures of faults: input that a target must not take for good."""

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import Level
from scrapers.probes.conformance.fixtures import (
    DATE_TIME,
    INTEGER,
    STRING,
    Expected,
    Fixture,
    loads,
    record,
    refuses,
    schema,
    state,
)

SHOULD, INFO = Level.SHOULD, Level.INFO
NAME = {"name": STRING}
ADA = {"id": 1, "name": "Ada"}
STOP = "End with an error that names the line, and exit with 1."
KEEP = "Refuse the record, or keep the value as it came."

FIXTURES: tuple[Fixture, ...] = (
    loads(
        "F48", "A date-time that is none is kept or refused", {"at": DATE_TIME},
        {"id": 1, "at": "not a date"},
        spec=spec.DATES, remedy=KEEP, level=INFO, expected=Expected.EITHER,
    ),
    refuses(
        "F55", "A line that is no JSON is refused",
        schema("orders", NAME), "this is no JSON", record("orders", ADA),
        spec=spec.OUTPUT, remedy=STOP,
    ),
    refuses(
        "F56", "A last line that is cut off is refused",
        schema("orders", NAME), record("orders", ADA), '{"type": "RECORD", "stream": "or',
        spec=spec.OUTPUT, remedy=STOP, end="",
    ),
    # The specification calls such a stream schema-less, then says that schemas are required.
    refuses(
        "F57", "A RECORD before its SCHEMA is refused", record("orders", ADA),
        spec=spec.SCHEMAS, remedy=STOP, level=SHOULD,
    ),
    refuses(
        "F58", "A RECORD without a stream is refused",
        schema("orders", NAME), {"type": "RECORD", "record": ADA},
        spec=spec.RECORD, remedy=STOP,
    ),
    refuses(
        "F59", "A SCHEMA without key_properties is refused",
        {"type": "SCHEMA", "stream": "orders",
         "schema": {"type": "object", "properties": {"id": INTEGER}}},
        spec=spec.SCHEMA, remedy=STOP, level=INFO,
    ),
    refuses(
        "F60", "A RECORD without a record is refused",
        schema("orders", NAME), {"type": "RECORD", "stream": "orders"},
        spec=spec.RECORD, remedy=STOP,
    ),
    refuses(
        "F61", "A STATE without a value is refused", {"type": "STATE"},
        spec=spec.STATE, remedy=STOP, level=SHOULD,
    ),
    refuses(
        "F62", "A line of JSON that is no object is refused",
        schema("orders", NAME), '["RECORD", "orders"]',
        spec=spec.OUTPUT, remedy=STOP,
    ),
    loads(
        "F63", "A value of another type is kept or refused", {"n": INTEGER},
        {"id": 1, "n": "seven"},
        spec=spec.SCHEMAS, remedy=KEEP, level=INFO, expected=Expected.EITHER,
    ),
    refuses(
        "F64", "NaN is refused",
        schema("orders", {"n": {"type": ["null", "number"]}}),
        '{"type": "RECORD", "stream": "orders", "record": {"id": 1, "n": NaN}}',
        spec=spec.JSON, remedy=STOP, level=INFO,
    ),
    refuses(
        "F65", "A fault after good records ends the run",
        schema("orders", NAME),
        *(record("orders", {"id": n, "name": f"name {n}"}) for n in range(1, 101)),
        state("orders", 100),
        *(record("orders", {"id": n, "name": f"name {n}"}) for n in range(101, 151)),
        state("orders", 150),
        "this is no JSON",
        spec=spec.OUTPUT, remedy=STOP,
    ),
    Fixture(
        id="F67", title="A key that is no property is refused", level=INFO,
        spec=spec.SCHEMA, remedy=STOP, expected=Expected.REFUSED,
        messages=(
            {**schema("orders", NAME), "key_properties": ["absent"]},
            record("orders", ADA),
        ),
    ),
)  # fmt: skip
