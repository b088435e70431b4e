"""The database a command works on: the person's own, or this state's PostgreSQL."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

from embedded.children import run_to_end
from embedded.environment import is_given
from embedded.failure import Failure, say
from embedded.postgres import Postgres
from embedded.state import ROOT, State, lock

# What a program answers that was asked to stop, by Ctrl-C or by SIGTERM.
STOPPED = (130, 143)


@dataclass(frozen=True, slots=True)
class Database:
    """What a command's processes need to use the database."""

    # None for the person's own.
    postgres: Postgres | None

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that lead to the database, if it is ours."""
        if self.postgres is None:
            return {}
        # PGHOST is for `dev manage dbshell`: `psql` is not told of a host in OPTIONS.
        sockets = str(self.postgres.cluster.sockets())
        return {"DATABASE_URL": self.postgres.url, "PGHOST": sockets}

    @property
    def keep_open(self) -> list[int]:
        """Return the open files that keep the database up as long as they are open."""
        users = self.postgres and self.postgres.users
        return [users.fileno()] if users else []

    def is_behind(self) -> bool:
        """Tell whether a migration of this checkout is missing from our database.

        The person's own is never behind: it is theirs to change.
        """
        if self.postgres is None:
            return False
        files = ROOT.glob("*/migrations/[0-9]*.py")
        known = {(file.parent.parent.name, file.stem) for file in files}
        with psycopg.connect(self.postgres.url) as connection:
            try:
                applied = connection.execute("SELECT app, name FROM django_migrations")
            except psycopg.errors.UndefinedTable:
                return True
            return not known.issubset(applied.fetchall())

    def migrate(self, state: State, *, environment: Mapping[str, str]) -> None:
        """Bring the database up to this checkout. Raises Failure."""
        say("preparing the database")
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        with lock(state.folder / "migrate.lock"):
            code = run_to_end(
                command, environment=environment, keep_open=self.keep_open
            )
        if code in STOPPED:
            raise KeyboardInterrupt
        if code != 0:
            raise Failure("the database could not be prepared, for the reason above")


@contextlib.contextmanager
def database(
    state: State, *, given: Mapping[str, str] = os.environ, durable: bool = True
) -> Iterator[Database]:
    """Give the database to work on; our own is started, or joined, and left again."""
    if is_given("DATABASE_URL", given):
        yield Database(None)
        return
    with Postgres(state.folder, durable=durable) as postgres:
        yield Database(postgres)
