"""What a target wrote is read by libraries of ours: its own would say what it likes."""

import pytest

from sandbox import assessed
from scrapers.conforming.cases import Case
from scrapers.conforming.driving import drive
from scrapers.conforming.installing import installed
from scrapers.conforming.libraries import VERSIONS
from tests.sandbox.connectors import wheel_of

# A file that begins as DuckDB's do, and one where nothing may be written.
WRITING = """
import pathlib

def main():
    pathlib.Path("rows.duckdb").write_bytes(bytes(8) + b"DUCK" + bytes(8) + b"7")
    pathlib.Path("../escaped.txt").write_text("out")
"""
# Whatever of a target's own is started in a reader's place tells of rows that are not there.
FORGING = """
import json, os, sys
forged = {"files": [], "escaped": [], "leaks": [], "unread": "", "tables": [
    {"name": "orders", "format": "duckdb", "rows": [{"id": 1}, {"id": 2}]}]}
if sys.argv[0] == "-c":
    os.write(1, json.dumps(forged).encode())
    os._exit(0)
"""
# As much of DuckDB as the reader asks for, of a file that holds one number. As DuckDB does,
# it needs what it does not say.
READING = """
import pytz

class Error(Exception):
    pass

class Rows:
    def __init__(self, names, rows):
        self.description, self.rows = [(name,) for name in names], rows

    def fetchall(self):
        return self.rows

class connect:
    def __init__(self, path, config):
        with open(path, "rb") as file:
            self.number = int(file.read()[20:])

    def execute(self, sql):
        if "information_schema" in sql:
            return Rows(["table_schema", "table_name"], [("main", "orders")])
        return Rows(["id"], [(self.number,)])

    def close(self):
        pass

def main():
    pass
"""


@pytest.fixture
def hostile(index):
    """A target that brings a library of its own, and a file that each start runs."""
    if not assessed().holds:
        pytest.skip(assessed().reason)
    more = {"forging.pth": "import forging\n", "forging.py": FORGING}
    wheel = wheel_of("target-hostile", WRITING, Requires_Dist="duckdb<2", more=more)
    index.put("target-hostile", wheel)
    own = wheel_of("duckdb", f"{FORGING}\ndef main(): pass", version="1.0")
    ours = wheel_of("duckdb", READING, version=VERSIONS["duckdb"][0])
    index.put("duckdb", own, ours)
    index.put("pytz", wheel_of("pytz", "", version=VERSIONS["pytz"][0]))
    return own


def written(workshop, python):
    with installed("target-hostile", python=python, workshop=workshop) as one:
        return drive(one.connector, [Case(name="a", read_back=True)])["a"].output


def test_rows_and_files_are_told_by_nothing_that_the_target_brought(
    hostile, workshop, python
):
    said = written(workshop, python)
    assert [list(table.rows) for table in said.tables] == [[{"id": 7}]]
    assert said.files == ("rows.duckdb",)
    assert said.escaped == ("inner/escaped.txt",)
    assert said.unread == ""


def test_rows_are_not_known_where_our_library_can_not_be_had(
    hostile, index, workshop, python
):
    index.put("duckdb", hostile)
    said = written(workshop, python)
    assert "duckdb is not there to read it" in said.unread
    assert said.tables == ()
    assert said.escaped == ("inner/escaped.txt",)
