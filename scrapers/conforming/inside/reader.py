"""Reads back what a target wrote: JSON lines, CSV, SQLite; Parquet and DuckDB where it can.

Run by any Python from 3.8 on, inside the sandbox, that no connector has touched, with
nothing of ours at hand but libraries for some formats. Those that a connector brings along
are never started: they would say what it likes. What can't be read is told as such, never
as an error.
"""

import csv
import gzip
import importlib
import io
import json
import os
import sqlite3
import stat
import sys
from contextlib import closing

FILE_LIMIT = 64_000_000
FILES_LIMIT = 500
DELIMITERS = ",\t;|"
TEXTS = (".csv", ".tsv", ".txt", ".psv")
# Nobody's rows, but where secrets may stand.
SKIPPED = ("-journal", "-wal", "-shm", ".wal", ".crc", ".lock", ".log")
# A DuckDB file may have views and extensions that would read other files.
ALONE = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}
# What messages without a record have, by their type.
OTHERS = {"SCHEMA": "schema", "STATE": "value", "ACTIVATE_VERSION": "version"}
csv.field_size_limit(1 << 30)


class Unread(Exception):
    """A file that can't be read, and why."""


def main():
    """Tell of the folder that stdin names."""
    asked = json.load(sys.stdin)
    root, work = asked["root"], asked["work"]
    # Without `site`, so that no `.pth` file in them is followed.
    sys.path += asked["libraries"]
    told = {"files": [], "escaped": [], "leaks": [], "tables": [], "unread": ""}
    for path in sorted(regular_files(root)):
        inside = os.path.relpath(path, work)
        # A name may begin with two dots and lead nowhere.
        if inside == os.pardir or inside.startswith(os.pardir + os.sep):
            told["escaped"].append(os.path.relpath(path, root))
            continue
        told["files"].append(inside)
        take(path, inside, asked["needles"], told)
    json.dump(told, sys.stdout, default=str)


def regular_files(root):
    """Yield the files below a folder, none of its own control, home and tmp folders."""
    count = 0
    for folder, folders, names in os.walk(root):
        if folder == root:
            folders[:] = [f for f in folders if f not in ("control", "home", "tmp")]
        for name in names:
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode) and count < FILES_LIMIT:
                count += 1
                yield path


def take(path, inside, needles, told):
    """Read one file into what is told."""
    is_skipped = inside.endswith(SKIPPED)
    try:
        content = content_of(path)
        if any(n.encode() in content or n in inside for n in needles):
            told["leaks"].append(inside)
        told["tables"] += [] if is_skipped else tables_of(path, inside, content)
    except Unread as error:
        told["unread"] = told["unread"] if is_skipped else "%s: %s" % (inside, error)


def content_of(path):
    """Return a file's bytes, unpacked. Raises Unread."""
    if os.path.getsize(path) > FILE_LIMIT:
        raise Unread("it is too large")
    with open(path, "rb") as file:
        content = file.read(FILE_LIMIT)
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(content)) as unpacked:
                return unpacked.read(FILE_LIMIT)
        except (OSError, EOFError) as error:
            raise Unread("it is gzip, cut off") from error
    return content


def tables_of(path, inside, content):
    """Return the tables in a file, by what its first bytes say it is."""
    name = inside[:-3] if inside.endswith(".gz") else inside
    stem = os.path.splitext(name)[0]
    if content[:16] == b"SQLite format 3\0":
        return sqlite_tables(path)
    if content[8:12] == b"DUCK":
        return duckdb_tables(path)
    if content[:4] == b"PAR1":
        return [table(stem, "parquet", parquet_rows(path))]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unread("its format is not known") from error
    if text.lstrip()[:1] in ("{", "["):
        return [table(stem, "json", json_rows(text))]
    if name.endswith(TEXTS):
        return [table(stem, "csv", csv_rows(text))]
    if text.strip():
        raise Unread("its format is not known")
    return [table(stem, "empty", [])]


def table(name, kind, rows):
    """Return rows with where they are from."""
    return {"name": name.replace(os.sep, "/"), "format": kind, "rows": rows}


def json_rows(text):
    """Return the objects of JSON lines, or of one array. The last line may be cut off."""
    lines = text.split("\n")
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows += [json.loads(line)] if line.strip() else []
        except (ValueError, RecursionError) as error:
            if number == len(lines):
                break
            if number == 1:
                return whole_json(text)
            raise Unread("its line %d is no JSON" % number) from error
    if len(rows) == 1 and isinstance(rows[0], list):
        rows = rows[0]
    return plain_rows(rows)


def whole_json(text):
    """Return the objects of a JSON document over many lines."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unread("it is no JSON") from error
    return plain_rows(said if isinstance(said, list) else [said])


def plain_rows(rows):
    """Return the rows among JSON values: the records, where a target wrote messages."""
    objects = [row for row in rows if isinstance(row, dict)]
    return [plain_row(row) for row in objects if not is_other_message(row)]


def plain_row(row):
    """Return the record, where a target wrote the whole message around it."""
    inner = row.get("record")
    return inner if isinstance(inner, dict) and "stream" in row else row


def is_other_message(row):
    """Say whether this is a message without a record, which some write between records."""
    key = OTHERS.get(row.get("type")) if isinstance(row.get("type"), str) else None
    return key is not None and key in row


def csv_rows(text):
    """Return the rows of a table in text, by the sign that its first line has most of."""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unread("it is no CSV") from error


def sqlite_tables(path):
    """Return the tables of a SQLite file, as left by whoever wrote it last."""
    try:
        with closing(sqlite3.connect(path)) as known:
            known.row_factory = sqlite3.Row
            known.text_factory = lambda raw: raw.decode("utf-8", "replace")
            asked = "select name from sqlite_master where type = 'table'"
            names = [row[0] for row in known.execute(asked)]
            found = []
            for name in names:
                rows = known.execute("select * from " + quoted(name))
                found.append(table(name, "sqlite", [dict(row) for row in rows]))
    except sqlite3.Error as error:
        raise Unread("SQLite says: %s" % error) from error
    return found


def duckdb_tables(path):
    """Return the tables of a DuckDB file. Raises Unread where there is no library."""
    duckdb = library("duckdb")
    found = []
    try:
        with closing(duckdb.connect(path, config=ALONE)) as known:
            asked = (
                "select table_schema, table_name from information_schema.tables"
                " where table_type = 'BASE TABLE'"
            )
            for schema, name in known.execute(asked).fetchall():
                rows = known.execute(
                    "select * from %s.%s" % (quoted(schema), quoted(name))
                )
                names = [column[0] for column in rows.description]
                dicts = [dict(zip(names, row)) for row in rows.fetchall()]
                found.append(table(name, "duckdb", dicts))
    except duckdb.Error as error:
        raise Unread("DuckDB says: %s" % error) from error
    return found


def parquet_rows(path):
    """Return the rows of a Parquet file. Raises Unread where there is no library."""
    parquet = library("pyarrow.parquet")
    try:
        return parquet.ParquetFile(path).read().to_pylist()
    except Exception as error:  # the library raises what it likes
        raise Unread("Parquet says: %s" % error) from error


def library(name):
    """Return a module. Raises Unread where it is not at hand."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Unread("%s is not there to read it" % name.partition(".")[0]) from error


def quoted(name):
    """Return a name as SQL writes it."""
    return '"%s"' % name.replace('"', '""')


main()
