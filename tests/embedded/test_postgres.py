import contextlib
import os
import signal
import subprocess
import sys

import environ
import psycopg
import pytest

from embedded.failure import Failure
from embedded.postgres import Postgres
from embedded.state import ROOT, lock
from tests.embedded.waiting import is_alive, until

# A user of the server that stays until it is killed or its input ends.
USER = """
import sys
from pathlib import Path
from embedded.postgres import Postgres
with Postgres(Path(sys.argv[1]), durable=False) as postgres:
    print(postgres.url, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def user_process(state):
    command = [sys.executable, "-c", USER, str(state)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    ) as user:
        try:
            yield user
        finally:
            user.stdin.close()
            user.wait()


def server_pid(postgres):
    return int((postgres.cluster.data / "postmaster.pid").read_text().split()[0])


def value(postgres, query):
    with psycopg.connect(postgres.url) as connection:
        return connection.execute(query).fetchone()[0]


def execute(url, statement):
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def test_server_starts_with_what_search_needs_and_is_gone_afterwards(state_folder):
    with Postgres(state_folder, durable=False) as postgres:
        execute(postgres.url, "CREATE EXTENSION pg_trgm")
        execute(postgres.url, "CREATE EXTENSION unaccent")
        assert value(postgres, "SELECT unaccent('Çà')") == "Ca"
        pid = server_pid(postgres)
        sockets = postgres.cluster.sockets()
        assert sockets.stat().st_mode & 0o077 == 0
    assert not is_alive(pid)
    assert not sockets.exists()


def test_address_is_understood_by_django_as_by_libpq(state_folder):
    with Postgres(state_folder, durable=False) as postgres:
        found = environ.Env.db_url_config(postgres.url)
        assert (found["NAME"], found["USER"]) == ("songbook", "songbook")
        assert found["OPTIONS"]["host"] == str(postgres.cluster.sockets())
        assert value(postgres, "SELECT current_database()") == "songbook"


def test_server_outlives_the_one_who_started_it_as_long_as_another_uses_it(
    state_folder,
):
    with user_process(state_folder) as first:
        assert first.stdout.readline()
        with Postgres(state_folder, durable=False) as second:
            pid = server_pid(second)
            first.stdin.close()
            assert first.wait() == 0
            assert value(second, "SELECT 1") == 1
            assert server_pid(second) == pid
        assert not is_alive(pid)


def test_two_who_start_at_once_share_one_server(state_folder):
    with user_process(state_folder) as first, user_process(state_folder) as second:
        assert first.stdout.readline() == second.stdout.readline() != "\n"


def test_killing_the_only_user_stops_the_server_and_loses_nothing(state_folder):
    with user_process(state_folder) as user:
        url = user.stdout.readline().strip()
        execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        pid = int(
            (state_folder / "postgres/data/postmaster.pid").read_text().split()[0]
        )
        user.kill()
        until(lambda: not is_alive(pid), what="the server stops")
    with Postgres(state_folder, durable=False) as postgres:
        assert value(postgres, "SELECT answer FROM kept") == 42


def test_server_that_was_killed_is_started_again(state_folder):
    with Postgres(state_folder) as postgres:
        execute(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server_pid(postgres), signal.SIGKILL)
        until(lambda: not postgres.is_running(), what="the keeper ends")
        postgres.ensure_running()
        assert value(postgres, "SELECT answer FROM kept") == 42


def test_making_of_the_data_can_be_killed_half_way(state_folder):
    with user_process(state_folder) as user:
        place = state_folder / "postgres"
        until(lambda: list(place.glob("new-*/base")), what="initdb is at work")
        user.kill()
        assert not (place / "data").exists()
    with Postgres(state_folder, durable=False) as postgres:
        assert value(postgres, "SELECT 1") == 1
        assert not list(place.glob("new-*"))


def test_socket_folder_of_somebody_else_is_refused(state_folder):
    with Postgres(state_folder, durable=False) as postgres:
        sockets = postgres.cluster.sockets()
    sockets.symlink_to(state_folder)
    try:
        with pytest.raises(Failure, match="belongs to someone else"), postgres:
            pass
        with lock(postgres.cluster.users_lock, wait=False):
            pass  # Who was refused does not hold the server open.
    finally:
        sockets.unlink()


def test_data_of_another_version_is_left_alone(state_folder):
    data = state_folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Failure, match="no fit PostgreSQL 9"), Postgres(state_folder):
        pass
    assert (data / "PG_VERSION").read_text() == "9\n"
