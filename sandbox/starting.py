"""What a level of the sandbox is asked to start, and what it makes of it."""

import os
import re
import resource
import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from io import FileIO
from pathlib import Path

from sandbox.accounts import Account
from sandbox.limits import MIB, Limits
from sandbox.outcome import Ending
from sandbox.places import Places
from sandbox.sampling import processes_of

# The one folder that is always there; a run begins in it.
WORK = "/work"
# Where the socket of a job is.
SOCKET = "/run/index.sock"
# The word that the first process waits for on its stdin: by then its limits are set. If we
# die before, it reads the end of the file, and exits.
GO = b"go\n"
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "TERM": "dumb",
    "COLUMNS": "200",
    "NO_COLOR": "1",
}


MEMLOCK_BYTES = 1 * MIB
# Those of bubblewrap, or of the Landlock launcher.
OWN_PROCESSES = 2
# Since this Linux, each user namespace counts its processes for itself.
COUNTED_APART = (5, 14)


class Level(StrEnum):
    """What holds foreign code."""

    CONTAINER = "container"
    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    NONE = "none"


class Refused(Exception):
    """A run can't be started; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command and what it may have. `grouped` if a control group limits it.

    All of it is said in our paths; `places` is how its level has them.
    """

    command: tuple[str, ...]
    limits: Limits
    readable: Mapping[Path, str]
    environment: Mapping[str, str]
    socket: Path | None
    folder: str
    account: Account
    grouped: bool
    places: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The program that starts a job behind walls.

    It waits for GO on its stdin, and writes JSON to the other end of `status`: `exit-code`
    once the job has ended, nothing if it never began.
    """

    program: list[str]
    # Files that it inherits; ours are closed once it has them.
    files: tuple[FileIO, ...]
    status: FileIO
    # Ends it, by the id of the program's process.
    end: Callable[[int], None]
    # Laid over a PATH; the job has its own.
    environment: Mapping[str, str] = field(default_factory=dict)
    # Whom it is started as; None for ourselves.
    account: Account | None = None
    # Looks whether it took too much, besides memory and processes.
    look: Callable[[], Ending | None] | None = None


def pipe(held: ExitStack) -> tuple[FileIO, FileIO]:
    """Return a pipe's reading and writing end; both are closed at the latest with `held`."""
    # As objects, which know that they are closed: a bare number may by then be another
    # thread's file.
    reading, writing = os.pipe()
    return held.enter_context(FileIO(reading)), held.enter_context(FileIO(writing, "w"))


def end_all(pid: int) -> None:
    """Kill the first process and its group, with which the namespaces below it end."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def file_of(content: bytes, held: ExitStack) -> FileIO:
    """Return a file in memory that begins with this content, closed with `held`."""
    file = held.enter_context(FileIO(os.memfd_create("sandbox"), "r+"))
    file.write(content)
    file.seek(0)
    return file


def resource_limits(job: Job) -> dict[int, tuple[int, int]]:
    """Return the soft and the hard limit for each resource of a process of this job."""
    limits = job.limits
    wanted = {
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (MEMLOCK_BYTES, MEMLOCK_BYTES),
        # The first ends it by a signal that it can handle, the second by one it can't.
        resource.RLIMIT_CPU: (limits.cpu_s, limits.cpu_s + 1),
    }
    if not job.grouped:
        wanted[resource.RLIMIT_DATA] = (limits.memory_bytes, limits.memory_bytes)
    return {which: _allowed(which, *values) for which, values in wanted.items()}


def _allowed(which: int, soft: int, hard: int) -> tuple[int, int]:
    most = resource.getrlimit(which)[1]
    if most == resource.RLIM_INFINITY:
        return soft, hard
    return min(soft, most), min(hard, most)


def most_processes(job: Job) -> int:
    """Return the limit for processes within the job's user namespace."""
    most = job.limits.processes + OWN_PROCESSES
    release = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
    # Before, all of the account's count, wherever they are.
    return most if release >= COUNTED_APART else most + processes_of(job.account.uid)
