"""Foreign code behind Landlock, where a machine gives no user namespaces.

Landlock takes from a process the right to open files; the filter of system calls takes its
sockets and what Landlock lets pass. It still sees that paths exist. What it may write to is
a folder on disk, whose size is looked at now and then. Before Linux 6.12, Landlock does not
keep signals in, so there it can send none at all, not even to its own children.

What is done in the new process is in `sandbox/confining.py`.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from io import FileIO
from pathlib import Path

from sandbox import seccomp
from sandbox.limits import Limits
from sandbox.outcome import Ending
from sandbox.sampling import processes_of
from sandbox.starting import (
    ENVIRONMENT,
    OWN_PROCESSES,
    WORK,
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
CREATE_RULESET, TELL_VERSION = 444, 1
READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs"),
    *("/dev/zero", "/dev/random", "/dev/urandom"),
)
# A device that takes what is written and keeps nothing.
WRITABLE = ("/dev/null",)
# The unit of `st_blocks`, whatever the file system's is.
BLOCK_BYTES = 512
# Between two looks at how much was written: a look reads whole folders.
LOOK_S = 0.5


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
    if known == 0:
        raise Refused("this kernel has no Landlock, or it is switched off")
    _check(job)
    written = _folders(job, held)
    told, status = pipe(held)
    lifeline, ours = pipe(held)
    order = _order(job, written) | {
        "landlock": known,
        "rules": seccomp.without_namespaces(machine, known).hex(),
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
    account = job.account
    return {
        "command": job.command,
        "environment": _environment(job, written),
        "folder": str(written / "work") if job.folder == WORK else job.folder,
        "readable": [*READABLE, *map(str, job.readable)],
        "writable": [*WRITABLE, str(written)],
        "account": [account.uid, account.gid] if account.changes else None,
        "limits": list(resource_limits(job).items()),
        "processes": _most_processes(job),
    }


def _check(job: Job) -> None:
    if job.socket is not None:
        raise Refused("Landlock can't lend a single socket: use bubblewrap")
    moved = [str(host) for host, path in job.readable.items() if str(host) != path]
    if moved:
        raise Refused(
            f"Landlock can't show {moved[0]} at another path: lend it at its own"
        )
    for path in job.readable:
        if not job.account.can_read(path):
            raise Refused(f"the account {job.account.name!r} can't read {path}")


def _folders(job: Job, held: ExitStack) -> Path:
    """Return a folder of the account's with `work`, `tmp` and `home`, removed in the end."""
    made = Path(tempfile.mkdtemp(prefix=f"songbook-run-{os.getpid()}-"))
    held.callback(_remove, made)
    for folder in (made / "work", made / "tmp", made / "home", made):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if job.account.changes:
            os.chown(folder, job.account.uid, job.account.gid)
    return made


def _environment(job: Job, written: Path) -> dict[str, str]:
    own = {"HOME": str(written / "home"), "TMPDIR": str(written / "tmp")}
    return {**own, **ENVIRONMENT, **job.environment}


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
        return Ending.OUTPUT if _size(folder) > limits.writable_bytes else None

    return look


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


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        # Folders can be made without rights for their owner.
        subprocess.run(
            ["/bin/chmod", "-R", "u+rwX", "--", str(folder)], check=False, env={}
        )
        shutil.rmtree(folder, ignore_errors=True)
