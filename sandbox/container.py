"""Foreign code behind the walls of an OCI runtime that the operator chose.

There is no image and no daemon: a bundle is made for one run, of what bubblewrap would bind.
The runtime itself has no more rights than the sandbox's account. It begins in namespaces of
its own, where that account is user 0 and nobody else is anybody:

- It can mount there, and so the bundle and the runtime's own notes lie in memory that is
  gone with the last process, whoever is killed before.
- Its processes are seen there alone, and end with the first of them, which ends with the
  worker's thread: a signal of the kernel's, which nobody has to be alive to send.

`crun` then makes the walls of the kernel's namespaces. gVisor's `runsc` is a kernel itself: a
call of foreign code reaches the machine's own only through that. `runc` can't be used: it
makes its container as user 0, and an account lends one number only, which is nobody's.
"""

import itertools
import os
import shutil
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from io import FileIO
from pathlib import Path

from sandbox import oci_bundle, seccomp
from sandbox.limits import MIB, Limits
from sandbox.starting import Job, Refused, Start, end_all, file_of

FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Of util-linux, and an archiver.
TOOLS = ("setpriv", "unshare", "mount", "tar")
# Every machine has this folder, and nobody lends what is in it.
PLACE = "/dev/shm"
PLACE_BYTES = 16 * MIB
CONTROL_GROUPS = "/sys/fs/cgroup"
# Where the runtime sees something else than this process does.
OF_ITS_OWN = ("/proc", PLACE, CONTROL_GROUPS)
# The word, in front of everything: who waits for it has to end with the worker already.
BEGINNING = ("setpriv", "--no-new-privs", "--pdeathsig", "KILL", "--", "/bin/sh", "-c")
GATE = 'read -r word && [ "$word" = go ] && exec "$@"; exit 125'
APART = (
    *("unshare", "--user", "--map-root-user", "--mount", "--mount-proc", "--net"),
    *("--pid", "--fork", "--kill-child", "--", "/bin/sh", "-c"),
)
# Runtimes stumble over hierarchies of control groups that they don't know; ours is outside.
# The runtime notes the number of the first process when all walls stand.
WITHIN = """
{{ [ ! -d {groups} ] || mount -t tmpfs -o ro none {groups}; }} &&
mount -t tmpfs -o mode=755,size={size} none {place} && cd {place} &&
tar -xof /proc/self/fd/{bundle} || exit 125
"$@"; code=$?
[ ! -s started ] || printf '{{"exit-code": %d}}\\n' "$code" >/proc/self/fd/{status}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A runtime that is known: its options, and what the machine counts for it.

    `own_kernel` if it is a kernel itself, and not walls of the machine's. `own_processes` are
    there for any job, `for_each` for each process of a job's.
    """

    own_kernel: bool
    options: tuple[str, ...]
    own_processes: int
    for_each: int


# Two shells, `unshare` and the runtime itself.
CRUN = Kind(
    own_kernel=False,
    options=("--cgroup-manager=disabled",),
    own_processes=4,
    for_each=1,
)
# With no network but its own loopback, and with sockets of the machine where one is lent.
RUNSC = Kind(
    own_kernel=True,
    options=(
        *("--rootless", "--ignore-cgroups", "--network=none"),
        *("--oci-seccomp", "--host-uds=open"),
    ),
    # Measured: 67 to 71, and 11.
    own_processes=80,
    for_each=12,
)
KINDS = {"crun": CRUN, "runsc": RUNSC}
NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A runtime of this machine."""

    path: Path
    version: str
    kind: Kind


@dataclass(slots=True)
class _Choice:
    name: str = ""


_choice = _Choice()


def choose(name: str) -> None:
    """Let runs of this process be held by a runtime, by its path or name; empty: by none."""
    _choice.name = name


def chosen() -> str:
    """Return the path or the name of the runtime that was asked for, or nothing."""
    return _choice.name


def runtime() -> Runtime:
    """Return the runtime that was asked for, or else one that is there.

    Raises Refused where there is none, or none that is known.
    """
    if chosen():
        return found(chosen())
    for name in KINDS:
        if shutil.which(name, path=FOLDERS):
            return found(name)
    raise Refused(f"no OCI runtime is installed: {' or '.join(KINDS)}")


@lru_cache(maxsize=4)
def found(name: str) -> Runtime:
    """Return the runtime of this path or name; raises Refused."""
    path = shutil.which(name, path=FOLDERS)
    if path is None:
        raise Refused(f"{name} is not a program of this machine")
    for tool in TOOLS:
        if shutil.which(tool, path=FOLDERS) is None:
            raise Refused(f"the program {tool} is missing, which starts it")
    version = _version(path)
    kind = KINDS.get(version.partition(" ")[0])
    if kind is None:
        raise Refused(f"{path} calls itself {version!r}, and not {' or '.join(KINDS)}")
    return Runtime(path=Path(path).absolute(), version=version, kind=kind)


def start(job: Job, held: ExitStack) -> Start:
    """Return what starts a job in a container; raises Refused."""
    machine = seccomp.machine()
    if machine is None:
        raise Refused("there is no filter of system calls for this kind of processor")
    _check(job)
    by = runtime()
    packed = oci_bundle.archive(job, machine, own_kernel=by.kind.own_kernel)
    bundle = file_of(packed, held)
    # A file, not a pipe: another account can open it anew by its number.
    status = file_of(b"", held)
    told = held.enter_context(FileIO(os.dup(status.fileno())))
    within = WITHIN.format(
        groups=CONTROL_GROUPS,
        place=PLACE,
        size=PLACE_BYTES,
        bundle=bundle.fileno(),
        status=status.fileno(),
    )
    return Start(
        program=[*BEGINNING, GATE, "sh", *APART, within, "sh", *_command(by)],
        files=(bundle, status),
        status=told,
        end=end_all,
        account=job.account,
    )


def most_processes(limits: Limits) -> int:
    """Return how many processes and threads the machine may count for a job."""
    kind = runtime().kind
    return kind.own_processes + kind.for_each * limits.processes


def _command(by: Runtime) -> list[str]:
    # Some runtimes listen at an address that they make of the name.
    name = f"songbook-{os.getpid()}-{next(NUMBERS)}"
    return [
        *(str(by.path), f"--root={PLACE}/state", *by.kind.options),
        *("run", "--bundle", PLACE, "--pid-file", f"{PLACE}/started", name),
    ]


def _check(job: Job) -> None:
    for path in job.readable:
        if any(path.is_relative_to(own) for own in OF_ITS_OWN):
            raise Refused(
                f"{path} can't be lent: the account {job.account.name!r} has another one"
                " where the runtime begins"
            )


def _version(path: str) -> str:
    try:
        asked = subprocess.run(
            [path, "--version"], capture_output=True, text=True, check=False, env={}
        )
    except OSError as error:
        raise Refused(f"{path} can't be started: {error}") from error
    return asked.stdout.partition("\n")[0].replace(" version ", " ").strip()
