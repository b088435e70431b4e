"""Fixtures of streams: how messages follow each other, and how schemas change."""

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import Level
from scrapers.probes.conformance.fixtures import (
    INTEGER,
    STRING,
    Expected,
    Fixture,
    loads,
    record,
    schema,
    state,
    stream_of,
)

SHOULD, INFO = Level.SHOULD, Level.INFO
EITHER = Expected.EITHER
MANY = 20_000
# The kill of G09 needs states that come while the pipe is still open.
STATE_EVERY = 1_000
NAME = {"name": STRING}
ADA, BO = {"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}


def many(stream: str, count: int) -> Fixture:
    """Return the fixture of many records, with a STATE after each thousand."""
    rows = tuple({"id": n, "name": f"name {n}"} for n in range(1, count + 1))
    messages = [schema(stream, NAME)]
    for number, row in enumerate(rows, start=1):
        messages.append(record(stream, row))
        if number % STATE_EVERY == 0:
            messages.append(state(stream, number))
    return Fixture(
        id="F30",
        title=f"{count:,} records with states between them are loaded",
        spec=spec.RECORD,
        remedy="Write in batches of a bounded size.",
        messages=tuple(messages),
        rows={stream: rows},
    )


BASIC: tuple[Fixture, ...] = (
    loads(
        "F01", "Records are loaded", NAME, ADA, BO,
        spec=spec.RECORD, remedy="Write every record, and flush before the end.",
    ),
    Fixture(
        id="F02", title="An input without a message is no error",
        spec=spec.OUTPUT, remedy="Exit with 0 where stdin ends at once.",
        messages=(), end="",
    ),
    Fixture(
        id="F03", title="A stream without records is no error",
        spec=spec.SCHEMA, remedy="Take a SCHEMA that no RECORD follows.",
        messages=(schema("orders", NAME), state("orders", 0)),
    ),
    Fixture(
        id="F04", title="A STATE alone is passed on",
        spec=spec.STATE, remedy="Write the state to stdout when it is covered.",
        messages=(state("orders", 0),),
    ),
    Fixture(
        id="F05", title="Blank lines and CRLF do no harm", level=INFO,
        spec=spec.OUTPUT, remedy="Strip lines, and skip empty ones.", expected=EITHER,
        messages=(schema("orders", NAME), "", record("orders", ADA), "\r"),
        end="\r\n", rows={"orders": (ADA,)},
    ),
    Fixture(
        id="F06", title="A last line without a newline is loaded",
        spec=spec.OUTPUT, remedy="Process what stands before the end of the input.",
        messages=(schema("orders", NAME), record("orders", ADA), record("orders", BO)),
        end="", rows={"orders": (ADA, BO)},
    ),
    Fixture(
        id="F07", title="A stream without a key is appended",
        spec=spec.SCHEMA, remedy="Take an empty list as key_properties: append.",
        messages=(schema("orders", NAME, ()), record("orders", ADA), record("orders", BO)),
        rows={"orders": (ADA, BO)},
    ),
    Fixture(
        id="F08", title="A key of two properties is taken",
        spec=spec.SCHEMA, remedy="Compare all key properties together.",
        messages=(
            schema("orders", {"line": {"type": "integer"}, **NAME}, ("id", "line")),
            record("orders", {"id": 1, "line": 1, "name": "a"}),
            record("orders", {"id": 2, "line": 1, "name": "b"}),
        ),
        rows={"orders": ({"id": 1, "line": 1, "name": "a"}, {"id": 2, "line": 1, "name": "b"})},
    ),
)  # fmt: skip

CHANGES: tuple[Fixture, ...] = (
    Fixture(
        id="F09", title="A field that a later SCHEMA adds is loaded",
        spec=spec.SCHEMAS, remedy="Add the column, and begin a new batch.",
        messages=(
            *stream_of("orders", {}, [{"id": 1}]),
            *stream_of("orders", NAME, [BO]),
        ),
        rows={"orders": ({"id": 1}, BO)},
    ),
    Fixture(
        id="F10", title="A field that a later SCHEMA drops keeps its old values",
        spec=spec.SCHEMAS, remedy="Leave the column, and write null from then on.",
        messages=(*stream_of("orders", NAME, [ADA]), *stream_of("orders", {}, [{"id": 2}])),
        rows={"orders": (ADA, {"id": 2})},
    ),
    Fixture(
        id="F11", title="A type that a later SCHEMA widens is loaded",
        spec=spec.SCHEMAS, remedy="Widen the column, or make another one.",
        messages=(
            *stream_of("orders", {"code": INTEGER}, [{"id": 1, "code": 7}]),
            *stream_of("orders", {"code": STRING}, [{"id": 2, "code": "seven"}]),
        ),
        rows={"orders": ({"id": 1, "code": 7}, {"id": 2, "code": "seven"})},
    ),
    Fixture(
        id="F12", title="A SCHEMA that is repeated changes nothing",
        spec=spec.SCHEMA, remedy="Compare it with the known one; keep what was written.",
        messages=(*stream_of("orders", NAME, [ADA]), *stream_of("orders", NAME, [BO])),
        rows={"orders": (ADA, BO)},
    ),
    loads(
        "F13", "A field that a record leaves out is null", NAME, {"id": 1}, BO,
        spec=spec.RECORD, remedy="Write null for what is not there.",
    ),
    loads(
        "F14", "A null is kept", NAME, {"id": 1, "name": None}, BO,
        spec=spec.RECORD, remedy="Write null as null.",
    ),
    Fixture(
        id="F15", title="A field that no SCHEMA declares does not end the run",
        spec=spec.SCHEMAS, remedy="Leave it out, or add a column.",
        messages=stream_of("orders", {}, [{"id": 1, "extra": "x"}, {"id": 2}]),
        rows={"orders": ({"id": 1}, {"id": 2})},
    ),
    Fixture(
        id="F16", title="A record without a field that is required is refused", level=INFO,
        spec=spec.SCHEMAS, remedy="Validate records, or write null.",
        expected=Expected.REFUSED,
        messages=(
            schema("orders", NAME, required=["id", "name"]),
            record("orders", {"id": 1}),
        ),
    ),
    Fixture(
        id="F17", title="A record without its key is refused", level=SHOULD,
        spec=spec.SCHEMA, remedy="End with an error that names stream and key.",
        expected=Expected.REFUSED,
        messages=(schema("orders", NAME), record("orders", {"name": "nobody"})),
    ),
    Fixture(
        id="F23", title="Fields that differ in case alone keep both values", level=SHOULD,
        spec=spec.SCHEMA, remedy="Give the second another name, or end with an error.",
        expected=EITHER,
        messages=stream_of(
            "orders", {"Name": STRING, "name": STRING}, [{"id": 1, "Name": "A", "name": "b"}]
        ),
        rows={"orders": ({"id": 1, "Name": "A", "name": "b"},)},
    ),
    Fixture(
        id="F40", title="A stream without properties does no harm", level=INFO,
        spec=spec.SCHEMA, remedy="Take a schema without properties, or refuse it.",
        expected=EITHER,
        messages=(
            {"type": "SCHEMA", "stream": "orders", "key_properties": [],
             "schema": {"type": "object", "properties": {}}},
            {"type": "RECORD", "stream": "orders", "record": {}},
        ),
    ),
    Fixture(
        id="F66", title="A key that a later SCHEMA changes does no harm", level=INFO,
        spec=spec.SCHEMA, remedy="Begin a new batch, or refuse the change.",
        expected=EITHER,
        messages=(
            *stream_of("orders", NAME, [ADA]),
            schema("orders", NAME, ("name",)),
            record("orders", BO),
        ),
        rows={"orders": (ADA, BO)},
    ),
)  # fmt: skip

MIXED: tuple[Fixture, ...] = (
    many("orders", MANY),
    Fixture(
        id="F50", title="Streams may take turns",
        spec=spec.RECORD, remedy="Keep a batch for each stream.",
        messages=(
            schema("orders", NAME), schema("people", NAME),
            record("orders", ADA), record("people", BO),
            record("orders", BO), record("people", ADA),
        ),
        rows={"orders": (ADA, BO), "people": (BO, ADA)},
    ),
    Fixture(
        id="F51", title="States between streams that take turns do no harm",
        spec=spec.STATE, remedy="Write all batches before a state is passed on.",
        messages=(
            schema("orders", NAME), schema("people", NAME),
            record("orders", ADA), state("orders", 1),
            record("people", BO), state("people", 1), record("orders", BO),
            {"type": "STATE", "value": {"bookmarks": {"orders": {"sent": 2},
                                                      "people": {"sent": 1}}}},
        ),
        rows={"orders": (ADA, BO), "people": (BO,)},
    ),
    Fixture(
        id="F52", title="An ACTIVATE_VERSION does not end the run",
        spec=spec.ACTIVATE_VERSION, remedy="Ignore it where it can't be done.",
        messages=(
            schema("orders", NAME),
            {"type": "RECORD", "stream": "orders", "record": ADA, "version": 1},
            {"type": "RECORD", "stream": "orders", "record": BO, "version": 1},
            {"type": "ACTIVATE_VERSION", "stream": "orders", "version": 1},
            state("orders", 2),
        ),
        rows={"orders": (ADA, BO)},
    ),
    Fixture(
        id="F53", title="A type of message that nobody knows does not end the run",
        level=INFO, spec=spec.OUTPUT, remedy="Log it, and go on.",
        messages=(
            schema("orders", NAME), {"type": "SONGBOOK", "value": 1}, record("orders", ADA)
        ),
        rows={"orders": (ADA,)},
    ),
    Fixture(
        id="F54", title="Types of messages are taken in any case", level=INFO,
        spec=spec.OUTPUT, remedy="Compare types in upper case.",
        messages=(
            {**schema("orders", NAME), "type": "schema"},
            {**record("orders", ADA), "type": "record"},
        ),
        rows={"orders": (ADA,)},
    ),
    Fixture(
        id="F26", title="A stream called ../escaped stays in its folder",
        spec=spec.SECURITY, remedy="Replace what separates folders in names of streams.",
        expected=EITHER,
        messages=(
            *stream_of("../escaped", NAME, [ADA]),
            *stream_of("../../escaped", NAME, [BO]),
        ),
    ),
)  # fmt: skip

FIXTURES: tuple[Fixture, ...] = (*BASIC, *CHANGES, *MIXED)
