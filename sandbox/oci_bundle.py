"""What an OCI runtime is given for one job: its configuration, and an empty root.

The root is a skeleton: links, and the few files of `/etc`. All else is bound or mounted into
it, read-only, as bubblewrap binds it.
Source: OCI runtime specification 1.0, config.md and config-linux.md.
"""

import json
import resource
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from sandbox import oci_seccomp
from sandbox.bubblewrap import (
    COVERED,
    EMPTIED,
    ETC,
    INSIDE_ID,
    PROGRAMS,
    SETTINGS,
    SHARED_MEMORY_BYTES,
)
from sandbox.limits import KIB
from sandbox.seccomp import Machine
from sandbox.starting import (
    ENVIRONMENT,
    SOCKET,
    WORK,
    Job,
    most_processes,
    resource_limits,
)

ROOT = "rootfs"
CONFIGURATION = "config.json"
DEVICES_BYTES = 64 * KIB
NAMESPACES = ("pid", "network", "ipc", "uts", "mount", "cgroup")
CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")
# The first process inside: it waits for the command, buries orphans, and exits as the
# command did. A command in its place would get no signals of its own, `abort` included. What
# a shell says of a child's death is not the command's to say.
INIT = 'mkdir -p /tmp/home; exec 3>&2 2>/dev/null; (exec "$@") 2>&3 3>&-; exit $?'
RESOURCES = {
    resource.RLIMIT_FSIZE: "RLIMIT_FSIZE",
    resource.RLIMIT_NOFILE: "RLIMIT_NOFILE",
    resource.RLIMIT_CORE: "RLIMIT_CORE",
    resource.RLIMIT_MEMLOCK: "RLIMIT_MEMLOCK",
    resource.RLIMIT_DATA: "RLIMIT_DATA",
    resource.RLIMIT_CPU: "RLIMIT_CPU",
}


def archive(job: Job, of: Machine, *, own_kernel: bool) -> bytes:
    """Return the bundle of a job as an archive, to be unpacked where it is run.

    `own_kernel` if the runtime is a kernel itself, and not walls of the machine's.
    """
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        said = json.dumps(configuration(job, of, own_kernel=own_kernel)).encode()
        _add(tar, CONFIGURATION, content=said)
        for name, content in ETC.items():
            _add(tar, f"{ROOT}/etc/{name}", content=content)
        for path in map(Path, PROGRAMS):
            if path.is_symlink():
                _add(tar, f"{ROOT}{path}", link=str(path.readlink()))
    return made.getvalue()


def configuration(job: Job, of: Machine, *, own_kernel: bool) -> dict[str, Any]:
    """Return the content of `config.json`."""
    rules = oci_seccomp.in_namespaces(of, names_errors=not own_kernel)
    linux: dict[str, Any] = {
        "namespaces": [{"type": name} for name in NAMESPACES],
        "seccomp": rules,
        "maskedPaths": list(EMPTIED),
        "readonlyPaths": list(COVERED),
    }
    if not own_kernel:
        linux["namespaces"].append({"type": "user"})
        # A kernel has users of its own. Any other runtime is user 0 in a namespace where
        # that is the sandbox's account.
        one = [{"containerID": int(INSIDE_ID), "hostID": 0, "size": 1}]
        linux |= {"uidMappings": one, "gidMappings": one}
    return {
        "ociVersion": "1.0.2",
        "hostname": "sandbox",
        "root": {"path": ROOT, "readonly": True},
        "process": _process(job),
        "mounts": [
            *_walls(job, own_kernel=own_kernel),
            *_lent(job, own_kernel=own_kernel),
        ],
        "linux": linux,
    }


def _process(job: Job) -> dict[str, Any]:
    values = {"HOME": "/tmp/home", "TMPDIR": "/tmp", **ENVIRONMENT, **job.environment}
    return {
        "terminal": False,
        "user": {"uid": int(INSIDE_ID), "gid": int(INSIDE_ID)},
        "args": ["/bin/sh", "-c", INIT, "sh", *job.command],
        "env": [f"{name}={value}" for name, value in values.items()],
        "cwd": job.folder,
        "noNewPrivileges": True,
        "capabilities": {name: [] for name in CAPABILITIES},
        "rlimits": _rlimits(job),
    }


def _rlimits(job: Job) -> list[dict[str, str | int]]:
    most = most_processes(job)
    named = {RESOURCES[which]: pair for which, pair in resource_limits(job).items()}
    return [
        {"type": name, "soft": soft, "hard": hard}
        for name, (soft, hard) in {**named, "RLIMIT_NPROC": (most, most)}.items()
    ]


def _walls(job: Job, *, own_kernel: bool) -> list[dict[str, Any]]:
    """Return mounts for what every job sees; links among programs are in the skeleton."""
    size = job.limits.writable_bytes
    shared = min(SHARED_MEMORY_BYTES, size)
    # gVisor would let nobody write to the devices, either; its folder is in its memory.
    closed = [] if own_kernel else ["ro"]
    terminals = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
    programs = [path for path in PROGRAMS if not Path(path).is_symlink()]
    seen = [path for path in (*programs, *SETTINGS) if Path(path).exists()]
    return [
        _mount("/proc", "proc", ["nosuid", "noexec", "nodev"]),
        _mount(
            "/dev", "tmpfs", ["nosuid", *closed, "mode=755", f"size={DEVICES_BYTES}"]
        ),
        _mount("/dev/pts", "devpts", terminals),
        _memory("/dev/shm", shared),
        *_bound({path: path for path in seen}, own_kernel=own_kernel),
        _memory("/tmp", size),
        _memory(WORK, size),
    ]


def _lent(job: Job, *, own_kernel: bool) -> list[dict[str, Any]]:
    """Return mounts for what the caller lets the job see."""
    lent = {str(outside): inside for outside, inside in job.readable.items()}
    if job.socket is not None:
        lent[str(job.socket)] = SOCKET
    return _bound(lent, own_kernel=own_kernel)


def _bound(paths: Mapping[str, str], *, own_kernel: bool) -> list[dict[str, Any]]:
    mounts = []
    for outside, inside in paths.items():
        # What is mounted below is read-only, too: gVisor has one mount of it all. Of files,
        # which have nothing below, crun says that it can't.
        closed = "rro" if not own_kernel and _is_folder(Path(outside)) else "ro"
        mounts.append(
            _mount(inside, "bind", ["rbind", closed, "nosuid", "nodev"], outside)
        )
    return mounts


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # It is closed to us, and the runtime will say so.
        return False


def _memory(path: str, size_bytes: int) -> dict[str, Any]:
    return _mount(path, "tmpfs", ["nosuid", "nodev", "mode=1777", f"size={size_bytes}"])


def _mount(
    path: str, kind: str, options: list[str], source: str = ""
) -> dict[str, Any]:
    return {
        "destination": path,
        "type": kind,
        "source": source or kind,
        "options": options,
    }


def _add(
    tar: tarfile.TarFile, name: str, *, content: bytes = b"", link: str = ""
) -> None:
    member = tarfile.TarInfo(name)
    member.mode = 0o644
    member.size = len(content)
    if link:
        member.type, member.linkname = tarfile.SYMTYPE, link
    tar.addfile(member, BytesIO(content))
