"""Songbook's processes: started, kept running, heard, and stopped together.

Each runs below a keeper of its own (keeper.py), in a session of its own. The keepers
wait for the lock that this process holds: whatever becomes of it, they stop their
programs, with all that those started, and end.
"""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from embedded import keeper
from embedded.failure import say

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# Who ran that long is forgiven what went before.
LONG_RUN_S = 60.0


@dataclass(slots=True)
class Process:
    """One program that is to run all the time, and how that goes."""

    name: str
    command: Sequence[str]
    # Where that is not what all are told.
    environment: Mapping[str, str] | None = None
    # Whether it has a last word for the others, who hear it before they stop.
    stops_first: bool = False
    keeper: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    pause_s: float = FIRST_PAUSE_S
    started_at: float = 0.0
    restart_at: float = 0.0
    requests: int = 0

    @property
    def is_running(self) -> bool:
        """Tell whether anything of it is left."""
        return self.keeper is not None and self.keeper.poll() is None


@dataclass(slots=True)
class Processes:
    """The processes of one `dev run`, which holds `lock` while they are needed."""

    members: Sequence[Process]
    lock: Path
    folder: Path
    environment: Mapping[str, str]
    # Open files that hold what the processes need, such as PostgreSQL, until the last
    # of them is down.
    keep_open: Collection[int] = ()

    def start(self) -> None:
        """Start them all."""
        for process in self.members:
            self.start_one(process)

    def tend(self) -> None:
        """Start again those that died, each after a pause that grows."""
        now = time.monotonic()
        for process in self.members:
            if process.keeper and process.keeper.poll() is not None:
                note_death(process, now=now)
            if process.keeper is None and now >= process.restart_at:
                self.start_one(process)

    def ask_to_stop(self, *, times: int) -> None:
        """Ask each to stop until it was asked so often; asked a second time, it is killed.

        To be called until all have stopped: once is asked who stops first, then the others.
        """
        running = [one for one in self.members if one.is_running]
        first = [one for one in running if one.stops_first]
        for process in first if first and times == 1 else running:
            if process.keeper and process.requests < times:
                process.keeper.terminate()
                process.requests += 1

    def have_stopped(self) -> bool:
        """Tell whether nothing of them is left."""
        return not any(one.is_running for one in self.members)

    def start_one(self, process: Process) -> None:
        """Start a process below its keeper and pass on what it says."""
        command = keeper.command_for(
            list(process.command), lock=self.lock, mode="shared", folder=self.folder
        )
        process.started_at = time.monotonic()
        process.requests = 0
        process.keeper = subprocess.Popen(
            command,
            env=dict(process.environment or self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.keep_open,
        )
        said = process.keeper.stdout
        threading.Thread(target=pass_on, args=(process.name, said), daemon=True).start()


def note_death(process: Process, *, now: float) -> None:
    """Write down that a process has ended, and when it is to start again."""
    if process.keeper is None:
        return
    if now - process.started_at > LONG_RUN_S:
        process.pause_s = FIRST_PAUSE_S
    say(
        f"{process.name} ended with {process.keeper.returncode};"
        f" it is started again in {process.pause_s:g} s"
    )
    process.keeper = None
    process.deaths += 1
    process.restart_at = now + process.pause_s
    process.pause_s = min(process.pause_s * 2, LONGEST_PAUSE_S)


def pass_on(name: str, said: IO[bytes]) -> None:
    """Print what a process says, a whole line at a time, with its name before each."""
    with said:
        for line in said:
            text = line.decode(errors="replace").rstrip("\r\n")
            # Nobody may be reading any more; no process has to wait for that.
            with contextlib.suppress(OSError):
                # One call of one string, so that lines of two processes do not mix.
                sys.stdout.write(f"{name:7} | {text}\n")
                sys.stdout.flush()
