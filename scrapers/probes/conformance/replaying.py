"""A tap's messages, made up from its schemas: what a target is given in the tap's place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scrapers.probes.conformance.catalogs import name_of, streams_of
from scrapers.probes.conformance.generating import replay
from scrapers.probes.conformance.schemas import record_problem, usable_validator

# What `generating` makes texts of.
FORMATS = frozenset(
    {"date-time", "date", "time", "email", "uri", "hostname", "ipv4", "uuid"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Messages of so many streams, with so many records `sent`.

    `doubt` says why a target might rightly refuse them, and is empty else.
    """

    messages: bytes
    streams: int
    sent: int
    doubt: str


def replayed(streams: list[Mapping[str, Any]]) -> Replayed:
    """Return messages for streams as a catalog has them.

    Raises what a schema that is none leads to. It may take for ever: a schema can nest into
    itself, and double each time.
    """
    catalog = {"streams": streams}
    messages = replay(catalog)
    rows = list(_records(messages))
    return Replayed(
        messages=messages,
        streams=len(streams),
        sent=len(rows),
        doubt=_doubt(catalog, rows),
    )


def _records(messages: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for line in messages.splitlines():
        said = json.loads(line)
        if said["type"] == "RECORD":
            yield said["stream"], said["record"]


def _doubt(
    catalog: Mapping[str, Any], rows: list[tuple[str, Mapping[str, Any]]]
) -> str:
    validators = {}
    for stream in streams_of(catalog):
        name, schema = name_of(stream), stream.get("schema")
        if what := next(_unfollowed(schema), ""):
            return f"Records can't be made up for {what} in the stream {name!r}."
        validators[name] = usable_validator(schema)
    for name, row in rows:
        if problem := record_problem(validators[name], row):
            return f"No record could be made up that fits {name!r}: {problem}"
    return ""


def _unfollowed(node: Any) -> Iterator[str]:
    """Yield the words of a schema that made-up values do not follow."""
    if isinstance(node, Mapping):
        for key, inner in node.items():
            # A property may be called so, and then it has a schema and no text.
            if not isinstance(inner, str):
                yield from _unfollowed(inner)
            elif key == "pattern":
                yield "the pattern"
            elif key == "format" and inner and inner not in FORMATS:
                yield f"the format {inner!r}"
    elif isinstance(node, list):
        for inner in node:
            yield from _unfollowed(inner)
