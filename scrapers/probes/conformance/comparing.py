"""Whether the records that a target was given are there, stream by stream.

Counting all rows of all tables would take a row that is there twice for one that is lost.
So each stream is sought in the tables that are called after it, by its keys; of a stream
without keys there have to be as many rows. Each target has its own way to call tables and
to spell keys: what can't be told is said as such, and blames nobody.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scrapers.probes.conformance.recording import Output, Table
from scrapers.probes.conformance.written import Row, column, is_same, key_text, plain

# Ten records are sent; whoever wrote more rows of them than this is not compared.
ROWS_LIMIT = 100_000
# As many keys that nobody sent are looked at for one that is spelt otherwise.
STRANGE_LIMIT = 200
type Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The records of one stream, and the names of its keys."""

    keys: tuple[str, ...] = ()
    records: tuple[Row, ...] = ()

    @property
    def expected(self) -> int:
        """Return how many rows there have to be, where those of one key are merged."""
        return (
            len(_by_text(self.records, self.keys)) if self.keys else len(self.records)
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """How many rows were sought, and how many are there of them.

    `lost` are those that are not, by stream. `untold` are the streams of which it can't be
    said; their rows are not among `read`, but among `rows`, which are all of all tables.
    """

    expected: int
    read: int
    rows: int
    lost: Mapping[str, int] = field(default_factory=dict)
    untold: tuple[str, ...] = ()

    @property
    def gone(self) -> int:
        """Return how many rows are not there for sure, whatever tables are called."""
        return max(sum(self.lost.values()), self.expected - self.rows, 0)


def compared(messages: bytes, output: Output) -> Compared:
    """Return which of the records in messages of ours are among the rows of an output."""
    sent = _sent(messages)
    tables = _tables(output.tables, sent)
    found = {name: _found(one, tables[name]) for name, one in sent.items()}
    told = {name: count for name, count in found.items() if count is not None}
    lost = {
        name: sent[name].expected - count
        for name, count in told.items()
        if count < sent[name].expected
    }
    return Compared(
        expected=sum(one.expected for one in sent.values()),
        read=sum(told.values()),
        rows=sum(len(table.rows) for table in output.tables),
        lost=lost,
        untold=tuple(name for name in sent if name not in told),
    )


def _sent(messages: bytes) -> dict[str, Sent]:
    """Return what was sent of each stream that has records."""
    keys: dict[str, tuple[str, ...]] = {}
    records: dict[str, list[Row]] = {}
    for line in messages.splitlines():
        said = json.loads(line)
        if said["type"] == "SCHEMA":
            keys[said["stream"]] = tuple(said["key_properties"])
        elif said["type"] == "RECORD":
            records.setdefault(said["stream"], []).append(said["record"])
    return {name: Sent(keys[name], tuple(rows)) for name, rows in records.items()}


def _tables(
    tables: Sequence[Table], streams: Collection[str]
) -> dict[str, list[Table] | None]:
    """Return the tables of each stream; None where it may be in some that is not its own."""
    if len(streams) == 1 and len(tables) == 1:
        return {name: list(tables) for name in streams}
    names = [plain(name) for name in streams]
    owners = [_owner(table, names) for table in tables]
    return {
        name: None if names.count(wanted) > 1 else _own(wanted, tables, owners)
        for name, wanted in zip(streams, names, strict=True)
    }


def _own(
    wanted: str, tables: Sequence[Table], owners: Sequence[str]
) -> list[Table] | None:
    mine = [t for t, owner in zip(tables, owners, strict=True) if owner == wanted]
    # Beside a table of its very name, others hold what was nested in its records.
    exact = [table for table in mine if wanted in _names(table)]
    if mine:
        return exact or mine
    is_elsewhere = any(
        not owner or any(f"_{wanted}".endswith(f"_{name}") for name in _names(table))
        for table, owner in zip(tables, owners, strict=True)
    )
    return None if is_elsewhere else []


def _owner(table: Table, streams: Sequence[str]) -> str:
    """Return the stream that a table is called after, by the longest name; "" for none."""
    names = list(_names(table))
    exact = [one for one in streams if one in names]
    near = [
        one
        for one in streams
        if one and any(n.startswith(f"{one}_") or n.endswith(f"_{one}") for n in names)
    ]
    return max(exact or near, key=len, default="")


def _names(table: Table) -> Iterator[str]:
    yield plain(table.name)
    yield from (plain(part) for part in re.split(r"[/.]", table.name))


def _found(sent: Sent, tables: list[Table] | None) -> int | None:
    """Return how many of a stream's rows are there, None where it can't be told."""
    rows = [row for table in tables or () for row in table.rows[: ROWS_LIMIT + 1]]
    if tables is None or len(rows) > ROWS_LIMIT:
        return None
    there = _by_text(rows, sent.keys)
    if not sent.keys or (rows and not there):
        return min(len(rows), sent.expected)
    wanted = _by_text(sent.records, sent.keys)
    strange = [key for text, key in there.items() if text not in wanted]
    gone = [key for text, key in wanted.items() if text not in there]
    for key in list(gone):
        same = (one for one in strange[:STRANGE_LIMIT] if _is_same_key(key, one))
        if (spelt := next(same, None)) is not None:
            strange.remove(spelt)
            gone.remove(key)
    # A key that nobody sent may be one that was sent, in a spelling that is not known.
    if gone and len(strange) >= len(gone):
        return None
    return sent.expected - len(gone) + len(strange[: len(gone)])


def _by_text(rows: Sequence[Row], keys: tuple[str, ...]) -> dict[tuple[str, ...], Key]:
    """Return the keys that rows have, by how they are written; rows without are left out."""
    found = (tuple(column(row, key) for key in keys) for row in rows)
    return {
        tuple(map(key_text, key)): key
        for key in found
        if not all(value is None for value in key)
    }


def _is_same_key(sent: Key, there: Key) -> bool:
    return all(is_same(one, other) for one, other in zip(sent, there, strict=True))
