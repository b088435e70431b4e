"""The parts of a Songbook on several processes, each of which is killed and started again.

Three workers (two with child processes, one with threads, as on one machine), a schedule,
a Redis and a PostgreSQL of their own. Nothing here cleans up after the killed: what they
leave behind is what is asked about.
"""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from embedded.keeper import descendants
from embedded.postgres import Postgres, server_of

ROOT = Path(__file__).resolve().parent.parent.parent
# In the environment of all that is started here, and of what that starts.
MARK = "SONGBOOK_FAULTS"
CELERY = (
    *(sys.executable, "-W", "ignore:You're running the worker with superuser"),
    *("-m", "celery", "--quiet", "-A", "hub"),
)
WORKER = ("worker", "-l", "WARNING", "--without-gossip", "--without-mingle", "-n")
POOLS = {"one": "prefork", "two": "prefork", "three": "threads"}
RESTART_AFTER_S = 0.5
STOP_PATIENCE_S = 30.0


@dataclass(slots=True)
class Part:
    """One program that is to run all the time."""

    name: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    died_at: float = 0.0


@dataclass(slots=True)
class Parts:
    """All of them; `kills` counts what was killed, by its kind."""

    folder: Path
    postgres: Postgres
    environment: Mapping[str, str]
    broker_port: int
    kills: dict[str, int] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    def start(self) -> None:
        """Start everything but the database, which runs."""
        self.parts = [Part("broker", broker(self.broker_port, self.folder))]
        for name, pool in POOLS.items():
            command = (*CELERY, *WORKER, f"{name}@%h", "-P", pool, "-c", "2")
            self.parts.append(Part(f"worker {name}", command))
        schedule = ("beat", "-s", str(self.folder / "beat"), "--pidfile", "")
        self.parts.append(Part("scheduler", (*CELERY, *schedule, "-l", "WARNING")))
        self.tend()

    def tend(self) -> None:
        """Start again what has ended, after a short while."""
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                part.process, part.died_at = None, time.monotonic()
            due = time.monotonic() - part.died_at > RESTART_AFTER_S
            if part.process is None and (due or not part.died_at):
                self._start_one(part)
        if not self.postgres.is_running():
            self.postgres.ensure_running()

    def _start_one(self, part: Part) -> None:
        with (self.folder / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                cwd=ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill_one(self, chance: random.Random) -> None:
        """Kill one process of any kind with SIGKILL."""
        kind = chance.choice(
            ["worker", "worker's child", "scheduler", "broker", "database", "backend"]
        )
        victims = self._victims(kind)
        if not victims:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(victims), signal.SIGKILL)
            self.kills[kind] = self.kills.get(kind, 0) + 1

    def _victims(self, kind: str) -> list[int]:
        """Return the processes of a kind, by their ids."""
        if kind in {"database", "backend"}:
            server = server_of(self.postgres.cluster)
            if server is None:
                return []
            return [server] if kind == "database" else sorted(descendants(server))
        running = {
            part.name: part.process.pid
            for part in self.parts
            if part.process is not None and part.process.poll() is None
        }
        if kind == "worker's child":
            workers = [pid for name, pid in running.items() if "worker" in name]
            return sorted(pid for worker in workers for pid in descendants(worker))
        return [pid for name, pid in running.items() if name.startswith(kind)]

    def stop(self) -> None:
        """Ask everything but the database to end, workers first; kill what does not."""
        for part in reversed(self.parts):
            if part.process is None:
                continue
            part.process.terminate()
            try:
                part.process.wait(STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()


def broker(port: int, folder: Path) -> tuple[str, ...]:
    """Return the command of a Redis that keeps nothing: what it has is lost when it dies."""
    return (
        *("redis-server", "--bind", "127.0.0.1", "--port", str(port)),
        *("--save", "", "--appendonly", "no", "--dir", str(folder)),
    )


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def marked(mark: str) -> dict[int, str]:
    """Return the processes that bear a mark, and what each is: its command."""
    found = {}
    wanted = f"{MARK}={mark}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        # It may end meanwhile, or be none that can be read.
        with contextlib.suppress(OSError):
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                words = (place / "cmdline").read_bytes().split(b"\0")
                found[int(place.name)] = b" ".join(words).decode(errors="replace")[:100]
    return found
