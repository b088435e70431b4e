"""Targets that write to PostgreSQL, with a server of ours in their sandbox."""

import json
import shutil
from pathlib import Path

import pytest

from registry.loads import Blocked
from sandbox import Level, assessed, choose_levels
from scrapers.conforming import Connector, record
from scrapers.conforming.cases import Case
from scrapers.conforming.driving import CantRun, drive
from scrapers.conforming.installing import Installed
from scrapers.conforming.lending import Lent, lent_postgres
from scrapers.conforming.loads import loads_of
from scrapers.conforming.postgres import ADDRESS, PASSWORD
from scrapers.conforming.presets import given, made_up
from scrapers.probes.conformance import judge
from scrapers.probes.conformance.check import Result
from scrapers.probes.conformance.recording import Kind

SCRIPTS = Path(__file__).parent / "connectors"
PYTHON = shutil.which("python3", path="/usr/bin:/bin")
BROKEN = (Result.FAIL, Result.WARN, Result.INFO)
SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": ["null", "string"]}},
}
TEXT = {"type": "string"}
# A target of the tests: it says SQL to the server by `psql`, and prints what that prints.
SAYS = """
import os, subprocess, sys
known = dict(PGHOST="127.0.0.1", PGUSER="songbook", PGPASSWORD=os.environ["WORD"])
sys.exit(subprocess.run(
    [os.environ["PSQL"], "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "songbook"],
    env={"PATH": "/usr/bin:/bin", "PGCLIENTENCODING": "UTF8", **known}).returncode)
"""


@pytest.fixture(scope="module")
def lent(tmp_path_factory):
    if PYTHON is None or assessed().level is Level.NONE:
        pytest.skip("there is no sandbox, or no Python that it can read")
    found = lent_postgres(tmp_path_factory.mktemp("state"))
    if not found.folder:
        pytest.skip(found.lack)
    return found


def source():
    """Return the target of this test with what it shares with others, as one text."""
    shared = {
        name: (SCRIPTS / f"{name}.py").read_text()
        for name in ("command_line", "target")
    }
    return f"""
import sys, types
for name, text in {shared!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(text, module.__dict__)
{(SCRIPTS / "postgres_target.py").read_text()}"""


def connector(lent, text, faults=""):
    return Connector(
        name="target-postgres",
        command=(PYTHON, "-S", "-c", text),
        python=PYTHON,
        environment={"FAULTS": faults, "PSQL": f"{lent.folder}/psql", "WORD": PASSWORD},
        postgres=lent,
    )


def report(lent, faults=""):
    recording = record(Kind.TARGET, connector(lent, source(), faults))
    return recording, judge(recording)


def broken(judged):
    return {
        j.check.id: j.verdict.detail
        for j in judged.judged
        if j.verdict.result in BROKEN
    }


def said(lent, *scripts, text=SAYS):
    """Return a run for each script of SQL, each in the same sandbox."""
    cases = [
        Case(name=str(number), stdin=script.encode(), read_back=True)
        for number, script in enumerate(scripts)
    ]
    made = drive(connector(lent, text), cases, workers=1, has_postgres=True)
    return list(made.values())


def tables(run):
    assert run.is_ok, run.stderr.decode()
    assert not run.output.unread, run.output.unread
    return {table.name: list(table.rows) for table in run.output.tables}


def loaded(lent, faults=""):
    stream = {"tap_stream_id": "users", "stream": "users", "schema": SCHEMA}
    streams = [{**stream, "key_properties": ["id"]}]
    tap = {"tap": 1, "version": "1.0", "digest": "d", "streams": streams}
    one = Installed(
        kind=Kind.TARGET, connector=connector(lent, source(), faults),
        lock="", rescue="", interpreter="", platform="", level="",
    )  # fmt: skip
    return loads_of(one, [tap])


def test_good_target_is_judged_by_the_rows_that_are_in_its_database(lent):
    recording, judged = report(lent)
    assert broken(judged) == {}
    assert judged.counts[Result.SKIP] == judged.counts[Result.INCONCLUSIVE] == 0
    # Its config was made up, and something real has answered to it.
    assert not recording.is_synthetic


def test_target_that_loses_changes_and_tells_is_caught(lent):
    recording, judged = report(lent, "loses changes writes-password")
    assert {"F01", "F05", "G07", "G12"} <= broken(judged).keys()
    assert recording.runs["F01"].output.leaks == ("public/config",)


def test_rows_of_taps_are_counted_in_the_database(lent):
    told = loaded(lent)
    [one] = told["loads"]
    assert (one["answer"], one["sent"], one["read"]) == ("yes", 10, 10)
    assert not told["config_is_made_up"]


def test_rows_of_taps_that_are_gone_are_told(lent):
    [one] = loaded(lent, "loses")["loads"]
    assert (one["answer"], one["code"], one["read"]) == ("no", "rows", 9)


def test_without_a_server_nothing_is_known():
    told = loaded(Lent(lack="There is none."))
    assert told["blocked"] == {"code": Blocked.SIMPLEST, "cause": "There is none."}
    assert told["config_is_made_up"]


def test_values_are_read_as_what_they_mean(lent):
    [run] = said(
        lent,
        r"""
        CREATE TYPE mood AS ENUM ('glad');
        CREATE TABLE kinds (
          id bigint, price numeric, ratio float8, is_new boolean, at timestamptz,
          local timestamp, said jsonb, words text[], grid integer[], bytes bytea, mood mood,
          none text,
          always text GENERATED ALWAYS AS ('x') STORED
        );
        INSERT INTO kinds VALUES (
          1, 12345678901234567890.5, 0.1, true, '2024-01-02 03:04:05.5+02',
          '2024-01-02 03:04:05', '{"a": [1, null]}', ARRAY['a,"b', 'NULL', NULL, E'c\\\nd', ''],
          '[0:1]={1,2}', '\x00ff', 'glad', NULL
        );
        """,
    )
    assert tables(run)["public/kinds"] == [
        {
            "id": 1,
            "price": "12345678901234567890.5",
            "ratio": "0.1",
            "is_new": True,
            "at": "2024-01-02T01:04:05.5+00:00",
            "local": "2024-01-02T03:04:05",
            "said": {"a": [1, None]},
            "words": ['a,"b', "NULL", None, "c\\\nd", ""],
            "grid": [1, 2],
            "bytes": "\\x00ff",
            "mood": "glad",
            "none": None,
        }
    ]


def test_strange_names_and_texts_are_read_as_they_are(lent):
    odd = 'a"; DROP TABLE b; --\n\\.\n\\echo :x \t é'
    quoted = odd.replace('"', '""')
    [run] = said(
        lent,
        f"""
        SET standard_conforming_strings = on;
        CREATE SCHEMA "{quoted}";
        CREATE TABLE "{quoted}"."{quoted}" ("{quoted}" text, "B" text);
        INSERT INTO "{quoted}"."{quoted}" VALUES ('{odd}', '\\N'), ('', NULL);
        CREATE TABLE nothing ();
        INSERT INTO nothing DEFAULT VALUES;
        """,  # noqa: S608  SQL is what it says
    )
    assert tables(run) == {
        f"{odd}/{odd}": [{odd: odd, "B": "\\N"}, {odd: "", "B": None}],
        "public/nothing": [],
    }


PLANTED = """
CREATE TABLE seen (by text);
CREATE FUNCTION spy() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN INSERT INTO public.seen VALUES (session_user); RETURN true; END $$;
CREATE TABLE orders (id integer, mood text);
INSERT INTO orders VALUES (1, 'a'), (2, 'b');
-- A view, a rule of it, and a policy that hides rows and looks who asks.
CREATE VIEW wall AS SELECT spy();
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY hide ON orders USING (id = 1 AND spy());
-- A way to JSON of its own, which servers take where they make JSON of rows.
CREATE TYPE mood AS ENUM ('glad');
CREATE FUNCTION told(mood) RETURNS json LANGUAGE plpgsql AS
  $$ BEGIN PERFORM spy(); RETURN '"forged"'; END $$;
CREATE CAST (mood AS json) WITH FUNCTION told(mood);
CREATE TABLE moods (id integer, mood mood);
INSERT INTO moods VALUES (1, 'glad');
-- Operators and tables with the names of the server's own, found first.
CREATE SCHEMA first;
CREATE FUNCTION first.same(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT public.spy()';
CREATE OPERATOR first.= (LEFTARG = name, RIGHTARG = name, FUNCTION = first.same);
CREATE TABLE first.pg_class (relname text);
ALTER DATABASE songbook SET search_path = first, public, pg_catalog;
ALTER DATABASE songbook SET row_security = on;
ALTER DATABASE songbook SET default_transaction_read_only = off;
ALTER DATABASE songbook SET DateStyle = 'SQL, DMY';
"""


def test_reading_runs_nothing_that_is_planted(lent):
    [run] = said(lent, PLANTED)
    found = tables(run)
    assert found["public/seen"] == []
    assert found["public/orders"] == [{"id": 1, "mood": "a"}, {"id": 2, "mood": "b"}]
    assert found["public/moods"] == [{"id": 1, "mood": "glad"}]
    assert "public/wall" not in found


def test_what_is_planted_would_be_run_by_whoever_asks_for_it(lent):
    asking = "SELECT spy(), to_json(mood)::text FROM moods;"
    [run] = said(lent, PLANTED + asking)
    assert run.stdout == b't|"forged"\n'
    assert len(tables(run)["public/seen"]) == 2


@pytest.mark.parametrize(
    "script",
    [
        "COPY (SELECT 1) TO PROGRAM 'true';",
        "CREATE ROLE other SUPERUSER;",
        "SELECT pg_read_file('/etc/passwd');",
        "CREATE DATABASE other;",
        "\\connect postgres",
        "SET ROLE songbook_owner;",
        "SET ROLE songbook_reader;",
    ],
)
def test_role_of_a_target_owns_its_database_and_may_do_no_more(lent, script):
    [run] = said(lent, script)
    assert run.exit_code, run.stdout


def test_wrong_password_is_refused(lent):
    wrong = SAYS.replace('os.environ["WORD"]', '"guessed"')
    [run] = said(lent, "SELECT 1;", text=wrong)
    assert b"password authentication failed" in run.stderr


def test_each_case_finds_an_empty_database(lent):
    leaving = (
        "CREATE TABLE left_over (id integer); ALTER ROLE songbook SET search_path = x;"
    )
    fresh = "CREATE TABLE mine (id integer); SHOW search_path;"
    _, second = said(lent, leaving, fresh)
    assert tables(second) == {"public/mine": []}
    assert second.stdout == b'"$user", public\n'


def test_server_that_is_killed_is_there_again_for_the_next_case(lent):
    text = """
import os, signal, sys
for pid in filter(str.isdigit, os.listdir("/proc") if sys.stdin.read() == "kill" else ""):
    with open(f"/proc/{pid}/cmdline") as file:
        if file.read().split("\\0")[0].endswith("/postgres"):
            os.kill(int(pid), signal.SIGKILL)
"""
    killed, again = said(lent, "kill", "look", text=text)
    assert (killed.output.unread != "", again.output.unread) == (True, "")


def test_database_that_is_closed_is_not_read_and_the_next_is_open(lent):
    closing = "CREATE TABLE t (); REVOKE CONNECT ON DATABASE songbook FROM PUBLIC;"
    closed, next_one = said(lent, closing, "CREATE TABLE few (id integer);")
    assert "permission denied" in closed.output.unread
    assert tables(next_one) == {"public/few": []}


def test_reading_ends_where_there_is_too_much(lent):
    much = (
        "CREATE TABLE much AS SELECT repeat('x', 1000000) FROM generate_series(1, 70);"
    )
    much_more, next_one = said(lent, much, "CREATE TABLE few (id integer);")
    assert much_more.output.unread == "it is too large"
    assert tables(next_one) == {"public/few": []}


def settings(*names):
    return {
        "settings": {"properties": dict.fromkeys(names, TEXT), "required": names[:2]}
    }


@pytest.mark.parametrize(
    "names",
    [
        ("host", "port", "user", "password", "database", "default_target_schema"),
        ("host", "port", "user", "password", "dbname", "default_target_schema"),
        ("postgres_host", "postgres_port", "postgres_username", "postgres_password",
         "postgres_database", "postgres_schema"),
        ("host", "port", "user", "password", "dbname", "schema", "url"),
        ("sqlalchemy_url", "batch_size_rows"),
    ],
)  # fmt: skip
def test_config_of_a_target_that_writes_to_postgres_leads_to_ours(names):
    made = made_up(Kind.TARGET, "target-postgres", settings(*names))
    assert made.needs_postgres
    assert PASSWORD in made.secrets
    assert PASSWORD in json.dumps(made.config)


def test_older_target_that_does_not_say_its_settings_is_told_all_names():
    made = made_up(Kind.TARGET, "target-postgres", None)
    assert made.config["dbname"] == made.config["postgres_database"] == "songbook"


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("target-mysql", ("host", "port", "user", "password", "database")),
        ("target-redshift", ("host", "port", "user", "password", "dbname")),
        ("target-postgres", ("account", "api_key")),
        ("target-postgres", ("host", "user", "database")),
    ],
)
def test_config_that_leads_elsewhere_is_left_alone(name, names):
    made = made_up(Kind.TARGET, name, settings(*names))
    assert not made.needs_postgres
    assert made.is_synthetic


def test_config_of_a_person_that_leads_to_ours_has_a_server():
    assert given({**ADDRESS, "load_method": "upsert"}).needs_postgres
    assert not given(
        {"host": "db.example.org", "password": "their-own-word"}
    ).needs_postgres


def test_without_a_loopback_there_is_no_server(tmp_path):
    before = choose_levels()
    try:
        assert "no loopback" in lent_postgres(tmp_path).lack
    finally:
        choose_levels(*before)


def test_server_that_can_not_start_is_told_of_the_machine(lent):
    one = connector(Lent(folder="/nowhere", lack=""), SAYS)
    with pytest.raises(CantRun, match="PostgreSQL did not start"):
        drive(one, [Case(name="a")], has_postgres=True)
