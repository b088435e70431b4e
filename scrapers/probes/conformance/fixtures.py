"""Fixtures: what a target is fed, what it must make of it, and why.

Every stream of a fixture has an integer `id`, by which rows are found again. A fixture
tells its states by how many records came before: {"bookmarks": {STREAM: {"sent": N}}}.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NotRequired, TypedDict, TypeIs, Unpack

from scrapers.probes.conformance.check import Level

type Record = Mapping[str, Any]

INTEGER: Record = {"type": ["null", "integer"]}
NUMBER: Record = {"type": ["null", "number"]}
STRING: Record = {"type": ["null", "string"]}
BOOLEAN: Record = {"type": ["null", "boolean"]}
DATE_TIME: Record = {"type": ["null", "string"], "format": "date-time"}
ID: Record = {"id": {"type": "integer"}}


class Grounds(TypedDict):
    """Why a fixture asks what it asks, and how much hangs on it, as `Fixture` has it."""

    spec: str
    remedy: str
    level: NotRequired[Level]


class Expected(StrEnum):
    """What a target has to do with a fixture.

    EITHER: load it whole, or end with an error; what it must not do is to lose it in
    silence.
    """

    LOADED = "loaded"
    REFUSED = "refused"
    EITHER = "either"


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """What is written to a target's stdin, and the rows that must be there afterwards.

    `rows` are by stream. A stream whose rows are None is not read back. `writes` makes the
    text, which for some is megabytes, only when it is needed.
    """

    id: str
    title: str
    spec: str
    remedy: str
    messages: tuple[Record | str, ...]
    level: Level = Level.MUST
    expected: Expected = Expected.LOADED
    rows: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    end: str = "\n"

    @cached_property
    def stdin(self) -> bytes:
        """Return the lines; a text stands for itself, an object for its JSON."""
        texts = (m if isinstance(m, str) else json.dumps(m) for m in self.messages)
        return ("\n".join(texts) + self.end).encode("utf-8", "surrogatepass")

    @cached_property
    def states(self) -> tuple[Any, ...]:
        """Return the values of its STATE messages, in order; one without a value is none."""
        return tuple(m["value"] for m in self.messages if _is_state(m))

    @property
    def ends_with_state(self) -> bool:
        """Say whether its last message is a STATE: then that covers all of it."""
        return bool(self.messages) and _is_state(self.messages[-1])


def _is_state(message: Record | str) -> TypeIs[Record]:
    if isinstance(message, str):
        return False
    return message.get("type") == "STATE" and "value" in message


def schema(
    stream: str, properties: Record, keys: Iterable[str] = ("id",), **more: Any
) -> Record:
    """Return a SCHEMA message; `properties` are laid over an integer `id`."""
    known = {"type": "object", "properties": {**ID, **properties}, **more}
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": known,
        "key_properties": list(keys),
    }


def record(stream: str, values: Record) -> Record:
    """Return a RECORD message."""
    return {"type": "RECORD", "stream": stream, "record": values}


def state(stream: str, sent: int) -> Record:
    """Return a STATE message that covers the first `sent` records of a stream."""
    return {"type": "STATE", "value": {"bookmarks": {stream: {"sent": sent}}}}


def stream_of(
    stream: str, properties: Record, rows: Iterable[Record]
) -> tuple[Record, ...]:
    """Return a SCHEMA, a RECORD for each row, and a STATE that covers them."""
    listed = list(rows)
    return (
        schema(stream, properties),
        *(record(stream, row) for row in listed),
        state(stream, len(listed)),
    )


def loads(
    id: str,  # noqa: A002  the word that reports use
    title: str,
    properties: Record,
    *rows: Record,
    expected: Expected = Expected.LOADED,
    stream: str = "orders",
    **grounds: Unpack[Grounds],
) -> Fixture:
    """Return a fixture of one stream whose rows must all be there."""
    return Fixture(
        id=id,
        title=title,
        expected=expected,
        messages=stream_of(stream, properties, rows),
        rows={stream: rows},
        **grounds,
    )


def refuses(
    id: str,  # noqa: A002  the word that reports use
    title: str,
    *messages: Record | str,
    end: str = "\n",
    **grounds: Unpack[Grounds],
) -> Fixture:
    """Return a fixture that a target must not take with exit code 0."""
    return Fixture(
        id=id,
        title=title,
        expected=Expected.REFUSED,
        messages=messages,
        end=end,
        **grounds,
    )
