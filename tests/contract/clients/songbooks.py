"""A running Songbook: a database, a folder and a web server of its own, and what it crawled.

The server is the one that is deployed, started by its own command. What is crawled and
published goes through `manage.py`, in processes of their own, so that the server learns of
it as it does in earnest: from the folder.
"""

import json
import os
import random
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from hub.settings import ROOT, env
from registry.vocabulary import PluginType
from tests.embedded.waiting import until

ADDRESS = "127.0.0.1"
# Below the ports that systems give to outgoing connections, which would race with ours.
PORTS = range(20_000, 30_000)
PORTS_TRIED = 20
# What of them each of so many workers has to itself.
SHARES = 64
SERVER = "--interface wsgi --http 1 --no-ws --log-level warning hub.wsgi:application"


class Songbook:
    """A Songbook to ask. `start` it, and `stop` it even if that failed."""

    def __init__(self, name: str, folder: Path) -> None:
        self.database = f"songbook_clients_{name}"
        self.folder = folder
        self.port = 0
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    @property
    def database_url(self) -> str:
        return database_url(self.database)

    def start(self) -> None:
        """Make an empty Songbook and start to serve it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database)
        administer("CREATE DATABASE {}", self.database)
        self._serve()
        self.manage("migrate", "--verbosity=0")

    def stop(self) -> None:
        """Stop the server and drop the database."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
        administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database)

    def crawl(self, tree: object, *options: str) -> str:
        """Take a tree of definitions down the whole line, and return what was said."""
        return self.manage("crawl", str(tree), *options)

    def manage(self, *arguments: str) -> str:
        """Run one of Django's commands, and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def document(self, kind: str, name: str, variant: str) -> dict[str, Any]:
        """Return a definition document as it is served."""
        return self._get(f"plugins/{kind}/{name}--{variant}")

    def index(self, kind: str) -> dict[str, Any]:
        """Return the index of a type as it is served."""
        return self._get(f"plugins/{kind}/index")

    def indexes(self) -> dict[str, dict[str, Any]]:
        """Return the indexes of all types."""
        return {kind.value: self.index(kind) for kind in PluginType}

    def _get(self, path: str) -> Any:
        address = f"http://{ADDRESS}:{self.port}/meltano/api/v1/{path}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    def _serve(self) -> None:
        """Start the server on a port that nobody has, and wait until it answers."""
        # Two servers of this kind may have one port, and each answers every other time.
        share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % SHARES
        for self.port in random.sample(PORTS[share::SHARES], PORTS_TRIED):
            program = Path(sys.executable).with_name("granian")
            with (self.folder / "server.log").open("ab") as log:
                self._server = subprocess.Popen(
                    [str(program), *SERVER.split(), "--port", str(self.port)],
                    cwd=ROOT,
                    env=self._environment(),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            until(lambda: self._has_ended() or self._answers(), what="an answer")
            if not self._has_ended():
                return
        raise AssertionError((self.folder / "server.log").read_text())

    def _has_ended(self) -> bool:
        return self._server is None or self._server.poll() is not None

    def _answers(self) -> bool:
        try:
            self.index(PluginType.MAPPERS)
        except urllib.error.HTTPError:
            # Nothing is published yet, and it says so.
            return True
        except (OSError, HTTPException):
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.url,
            "PROBE": "false",
            "PUBLISHED_ROOT": str(self.folder / "published"),
            "SONGBOOK_STATE": str(self.folder),
        }


def database_url(name: str) -> str:
    """Return the address of another database on the server of the tests."""
    ours = env.str("DATABASE_URL", default="postgresql://localhost/songbook")
    return urlsplit(ours)._replace(path=f"/{name}").geturl()


def administer(statement: str, database: str) -> None:
    """Run a statement about a database, from another one that is always there."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(database)))
