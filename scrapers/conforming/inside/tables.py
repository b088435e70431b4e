"""Reads back the tables of a PostgreSQL database, without running anything that is in it.

Whoever made the database owns it, and may have planted functions, casts, views, policies and
settings. So only tables are read, not views; by COPY, which calls no more than the functions
that print a value, and those are the server's own; by a role that may read and nothing else;
and with settings that come with the connection, which are stronger than those of a database.

Run by a Python that no connector has touched. What can't be read is told, never an error.
"""

import json
import re
import secrets
import subprocess
import sys
import tempfile

BYTES_LIMIT = 64_000_000
TABLES_LIMIT = 2_000
OPTIONS = {
    "search_path": "pg_catalog",
    "row_security": "off",
    "default_transaction_read_only": "on",
    "statement_timeout": "20s",
    "lock_timeout": "5s",
    "client_min_messages": "error",
    "DateStyle": "ISO",
    "TimeZone": "UTC",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "jit": "off",
}
# Generated columns are left out: newer servers work them out when they are read.
COLUMNS = """
COPY (
  SELECT n.nspname, c.relname, a.attname, coalesce(b.typname, t.typname),
    coalesce(e.typname, '')
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
  WHERE c.relkind = 'r' AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  ORDER BY 1, 2, a.attnum
) TO STDOUT
"""
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?")
PROBLEM = re.compile(r"(?:ERROR|FATAL): +(.*)")
# An element of an array as the server prints it: in quotes, or bare.
ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^{},"\\]+)', re.DOTALL)


class Unread(Exception):
    """The database can't be read, and why."""


def main():
    """Tell of the database that stdin names."""
    asked = json.load(sys.stdin)
    told = {"tables": [], "leaks": [], "unread": ""}
    try:
        for place, columns, lines in rows_in(asked, tables_in(asked)):
            if any(needle in line for needle in asked["needles"] for line in lines):
                told["leaks"].append(place)
            rows = [row_of(line, columns) for line in lines]
            told["tables"].append({"name": place, "format": "postgres", "rows": rows})
    except Unread as error:
        told = {"tables": [], "leaks": told["leaks"], "unread": str(error)}
    json.dump(told, sys.stdout)


def tables_in(asked):
    """Return the columns of each table, by schema and name, with their types."""
    tables = {}
    for line in said_by(asked, COLUMNS + ";\n").split("\n")[:-1]:
        schema, name, column, kind, element = fields_of(line)
        columns = tables.setdefault((schema, name), [])
        if column is not None:
            columns.append((column, kind, element))
    if len(tables) > TABLES_LIMIT:
        raise Unread("it made more than %d tables" % TABLES_LIMIT)
    return tables


def rows_in(asked, tables):
    """Yield each table's path, its columns, and the lines of its rows. Raises Unread."""
    # Nobody in there knows this word; no line but ours begins with it.
    word = secrets.token_hex(16)
    asking = []
    for (schema, name), columns in tables.items():
        asking.append("\\echo %s\n" % word)
        names = ", ".join(quoted(column[0]) for column in columns)
        place = "%s.%s (%s)" % (quoted(schema), quoted(name), names)
        asking.append("COPY %s TO STDOUT;\n" % place if names else "")
    found = said_by(asked, "".join(asking)).split(word + "\n")[1:]
    if len(found) != len(tables):
        raise Unread("its tables could not be told apart")
    left = BYTES_LIMIT
    for (place, columns), text in zip(tables.items(), found):
        lines = text.split("\n")[:-1]
        # As JSON, each row has the names of its columns.
        left -= len(text) + len(lines) * sum(len(column[0]) for column in columns)
        if left < 0:
            raise Unread("it is too large")
        yield "/".join(place), columns, lines


def said_by(asked, script):
    """Return what `psql` prints for a script. Raises Unread."""
    command = [asked["psql"], "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    options = " ".join("-c %s=%s" % one for one in OPTIONS.items())
    with tempfile.TemporaryFile() as file:
        file.write(script.encode())
        file.seek(0)
        process = subprocess.Popen(
            [*command, asked["database"]],
            env={"PATH": "/usr/bin:/bin", **asked["environment"], "PGOPTIONS": options},
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    said = process.stdout.read(BYTES_LIMIT + 1)
    if len(said) > BYTES_LIMIT:
        process.kill()
        raise Unread("it is too large")
    complaint = process.stderr.read(10_000).decode("utf-8", "replace")
    if process.wait():
        problem = PROBLEM.search(complaint)
        reason = problem[1][:300] if problem else "no reason was given"
        raise Unread("PostgreSQL says: %s" % reason)
    return said.decode("utf-8", "replace")


def row_of(line, columns):
    """Return a row by the names of its columns."""
    values = fields_of(line) if columns else []
    return {
        name: value_of(text, kind, element)
        for (name, kind, element), text in zip(columns, values)
    }


def fields_of(line):
    """Return the fields of a line as COPY writes it; None for NULL."""
    return [None if text == "\\N" else unescaped(text) for text in line.split("\t")]


def unescaped(text):
    """Return a text as it was before COPY put signs for its signs."""
    if "\\" not in text:
        return text
    return ESCAPED.sub(lambda found: SIGNS.get(found[1], found[1]), text)


def value_of(text, kind, element=""):
    """Return a value as JSON has it; what JSON has not stays a text."""
    if text is None:
        return None
    try:
        if kind in ("json", "jsonb"):
            return json.loads(text)
        if kind in ("int2", "int4", "int8"):
            return int(text)
        if element:
            return array_of(text, element)
    except (ValueError, LookupError, RecursionError):
        return text
    if kind == "bool":
        return text == "t"
    moment = MOMENT.fullmatch(text) if kind in ("timestamp", "timestamptz") else None
    if moment:
        return "%sT%s%s" % (moment[1], moment[2], "+00:00" if moment[3] else "")
    return text


def array_of(text, kind):
    """Return the list that an array's text names. Raises ValueError."""
    # Bounds that do not begin with 1 stand before it: [0:1]={a,b}.
    text = text.partition("=")[2] if text.startswith("[") else text
    outermost, at = [], 0
    open_lists = [outermost]
    while at < len(text):
        sign = text[at]
        if sign == "{":
            inner = []
            open_lists[-1].append(inner)
            open_lists.append(inner)
        elif sign == "}":
            open_lists.pop()
        elif sign != ",":
            found = ELEMENT.match(text, at)
            if found is None:
                raise ValueError("it is no array")
            open_lists[-1].append(element_of(found, kind))
            at = found.end() - 1
        at += 1
    if len(outermost) != 1 or len(open_lists) != 1:
        raise ValueError("it is no array")
    return outermost[0]


def element_of(found, kind):
    """Return what an element of an array means: bare NULL is nothing."""
    quoted_text, bare = found.groups()
    if quoted_text is None:
        return None if bare == "NULL" else value_of(bare, kind)
    return value_of(re.sub(r"\\(.)", r"\1", quoted_text, flags=re.DOTALL), kind)


def quoted(name):
    """Return a name as SQL writes it."""
    return '"%s"' % name.replace('"', '""')


main()
