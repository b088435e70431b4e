"""Foreign code behind Landlock, where a machine gives no user namespaces.

Landlock takes from a process the right to open files; the filter of system calls takes its
sockets and what Landlock lets pass. It still sees that paths exist. Nothing can be shown at
another path (see `sandbox/places.py`), and there is no network of its own: who asks for a
socket for TCP gets one that is connected with the one that was lent, or none. Before Linux
6.12, Landlock does not keep signals in; there they are sent for it, to its own run.

What it may write to is a folder on disk, whose size is looked at now and then. Files that are
open and have no name any more are not found so: a run also ends while the disk has still room.

What is done in the new process is in `sandbox/confining.py`.
"""

import ctypes
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from io import FileIO
from pathlib import Path

from sandbox import seccomp, syscalls
from sandbox.limits import GIB, Limits
from sandbox.outcome import Ending
from sandbox.sampling import processes_of
from sandbox.starting import (
    ENVIRONMENT,
    OWN_PROCESSES,
    Job,
    Refused,
    Start,
    file_of,
    pipe,
    resource_limits,
)

LAUNCHER = Path(__file__).with_name("confining.py")
# The call that tells which version of Landlock there is, and the last that we know.
NEWEST = 6
# The first that lets a file be moved to another folder: builds do that, and give up else.
OLDEST = 2
CREATE_RULESET, TELL_VERSION = 444, 1
READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs"),
    *("/dev/zero", "/dev/random", "/dev/urandom"),
    # What libraries ask when they are imported; no process is in there.
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
)
# A device that takes what is written and keeps nothing.
WRITABLE = ("/dev/null",)
# Of the folder of a run, each with a limit of its own.
PARTS = ("work", "tmp")
# The unit of `st_blocks`, whatever the file system's is.
BLOCK_BYTES = 512
# Between two looks at how much was written: a look reads whole folders.
LOOK_S = 0.5
# What no run takes of a disk. More than can be written between two looks.
DISK_RESERVE_BYTES = 2 * GIB
# What neither a shell, nor the first line of a script, nor an address takes for more.
PLAIN = re.compile(r"[\w./+-]+", re.ASCII)
# The calls that the launcher decides about, or needs.
ASKED = {**syscalls.SIGNALS, "socket": syscalls.SOCKET, "seccomp": syscalls.SECCOMP}


def version() -> int:
    """Return the version of this machine's Landlock, 0 without."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    return max(0, int(call(CREATE_RULESET, None, 0, TELL_VERSION)))


def start(job: Job, held: ExitStack) -> Start:
    """Return what starts a job behind Landlock; raises Refused."""
    machine = seccomp.machine()
    if machine is None:
        raise Refused("there is no filter of system calls for this kind of processor")
    known = min(version(), NEWEST)
    written = _check(job, known)
    told, status = pipe(held)
    lifeline, ours = pipe(held)
    door = job.socket is not None
    order = _order(job, written) | {
        "landlock": known,
        "rules": seccomp.without_namespaces(machine, known, door=door).hex(),
        "asks": seccomp.asks(known, door=door),
        "calls": {name: numbers[machine.column] for name, numbers in ASKED.items()},
        "status": status.fileno(),
        "lifeline": lifeline.fileno(),
    }
    listed = file_of(json.dumps(order).encode(), held)
    # -I and -S: neither the environment nor a package has a say in how it starts.
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(listed.fileno())]
    return Start(
        program=launcher,
        files=(status, lifeline, listed),
        status=told,
        end=partial(_end, ours),
        environment=_of_the_launcher(),
        look=_looks(written, job.limits),
    )


def _order(job: Job, written: Path) -> dict[str, object]:
    """Return what the launcher has to know of a job, as JSON has it."""
    account, said = job.account, job.places.said
    return {
        "command": list(map(said, job.command)),
        "environment": _environment(job, written),
        "folder": said(job.folder),
        "readable": [*READABLE, *map(str, job.readable)],
        "writable": [*WRITABLE, *(str(written / part) for part in PARTS)],
        "door": str(job.socket or ""),
        "account": [account.uid, account.gid] if account.changes else None,
        "limits": list(resource_limits(job).items()),
        "processes": _most_processes(job),
    }


def _check(job: Job, known: int) -> Path:
    """Return the folder that a job may write to. Raises Refused where it can't be held."""
    if known < OLDEST:
        raise Refused(
            f"this kernel's Landlock is of version {known}, and builds need {OLDEST}"
            " (Linux 5.19)"
            if known
            else "this kernel has no Landlock, or it is switched off"
        )
    written = job.places.folder
    if written is None:
        raise Refused("there is no folder that it could write to")
    for path in (written, *job.readable):
        if not PLAIN.fullmatch(str(path)):
            raise Refused(f"{str(path)!r} has characters that scripts take for others")
    for path in job.readable:
        if not job.account.can_read(path):
            raise Refused(f"the account {job.account.name!r} can't read {path}")
    if _left(written) < DISK_RESERVE_BYTES + job.limits.writable_bytes:
        raise Refused(
            f"too little room is left on the disk of {written.parent} (TMPDIR)"
        )
    return written


def _environment(job: Job, written: Path) -> dict[str, str]:
    temporary = written / "tmp"
    own = {"HOME": str(temporary / "home"), "TMPDIR": str(temporary)}
    said = {name: job.places.said(value) for name, value in job.environment.items()}
    return {**own, **ENVIRONMENT, **_of_copies(job), **said}


def _of_copies(job: Job) -> dict[str, str]:
    """Return where interpreters find their libraries that look where they were copied from."""
    copies = [copy for copy, place in job.readable.items() if str(copy) != place]
    libraries = [
        copy / "lib" for copy in copies if any(copy.glob("lib/libpython*.so*"))
    ]
    return {"LD_LIBRARY_PATH": ":".join(map(str, libraries))} if libraries else {}


def _of_the_launcher() -> dict[str, str]:
    """Return what our own Python needs to start, if it needs it."""
    path = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": path} if path else {}


def _most_processes(job: Job) -> int | None:
    """Return the limit for the account's processes, of which all count, wherever they are.

    None with a control group, which counts those of the job alone.
    """
    if job.grouped:
        return None
    return job.limits.processes + OWN_PROCESSES + processes_of(job.account.uid)


def _end(ours: FileIO, _pid: int) -> None:
    """Let the launcher see that nobody waits any more: it then kills all below it."""
    ours.close()


def _looks(folder: Path, limits: Limits) -> Callable[[], Ending | None]:
    """Return what looks whether more was written than is allowed."""
    next_look = 0.0

    def look() -> Ending | None:
        nonlocal next_look
        if time.monotonic() < next_look:
            return None
        next_look = time.monotonic() + LOOK_S
        full = _left(folder) < DISK_RESERVE_BYTES
        most = max(_size(folder / part) for part in PARTS)
        return Ending.OUTPUT if full or most > limits.writable_bytes else None

    return look


def _left(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in folder.walk():
        for name in names:
            try:
                total += (parent / name).lstat().st_blocks * BLOCK_BYTES
            except OSError:
                # It went meanwhile.
                continue
    return total
