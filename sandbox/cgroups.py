"""Limits for all processes of a run together: control groups, version 1 and 2.

Resource limits count for one process, and for root not at all. A control group counts for
a whole tree, tells what it used, and is ended as one. It needs a part of the hierarchy that
we may write to: root has one, others where it was delegated (a service with systemd's
`Delegate=yes`, or whatever a user's own systemd started; a login is neither). What was
delegated to us alone is taken first: its limits then count for the runs, too. Where there is
none, `sampling` looks on.

In version 2 a group that is divided has no processes of its own, so those of a delegated group
are moved into one below it, us among them.
Source: Linux, Documentation/admin-guide/cgroup-v2.rst; systemd, docs/CGROUP_DELEGATION.md.
"""

import contextlib
import itertools
import os
import signal
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sandbox.limits import Limits

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
# Version 1 has a hierarchy for each; without the first two there are no limits.
CONTROLLERS = ("memory", "pids", "cpuacct")
# Where the processes of a group go that is divided.
ASIDE = "songbook"
# What systemd marks a group with that it leaves to its processes, the second for root only.
MARKS = ("user.delegate", "trusted.delegate")
# Others of the group may start some while it is emptied.
EMPTYINGS = 10
# bubblewrap's own two processes, which are in the group too.
OWN_PROCESSES = 2
# How long the kernel may take to bury what was killed.
BURIAL_S = 5.0
PAUSE_S = 0.002
NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Where groups can be made: a folder for each controller, or one for all (version 2)."""

    version: int
    folders: dict[str, Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a group used, and how often it was refused more."""

    peak_bytes: int
    cpu_seconds: float
    memory_kills: int
    forks_refused: int


@lru_cache(maxsize=1)
def hierarchy() -> Hierarchy | None:
    """Return where this process can make groups, or None; what others left is removed."""
    found = _delegated() or _version_1()
    if found is not None:
        _sweep(found)
    return found


class Group:
    """The group of one run. Remove it in the end, whatever happens."""

    def __init__(self, where: Hierarchy, limits: Limits) -> None:
        """Make the group with its limits, without a process; raises OSError."""
        self.version = where.version
        name = f"songbook-{os.getpid()}-{next(NUMBERS)}"
        self.folders = {key: path / name for key, path in where.folders.items()}
        try:
            for folder in self.folders.values():
                folder.mkdir()
            self._limit(limits)
        except OSError:
            self.remove()
            raise

    def add(self, pid: int) -> None:
        """Put a process into the group, and with it all that it will start."""
        for folder in self.folders.values():
            (folder / "cgroup.procs").write_text(str(pid))

    def kill(self) -> None:
        """End every process of the group."""
        if self.version == 2:
            with contextlib.suppress(OSError):
                (self.folders["all"] / "cgroup.kill").write_text("1")
                return
        # Nothing is started any more, so one pass finds them all.
        with contextlib.suppress(OSError):
            (self._folder("pids") / "pids.max").write_text("0")
        for pid in _processes(self._folder("pids")):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def usage(self) -> Usage:
        """Return what the group used up to now."""
        forks = _counts(self._folder("pids") / "pids.events").get("max", 0)
        if self.version == 2:
            folder = self.folders["all"]
            return Usage(
                peak_bytes=_number(folder / "memory.peak"),
                cpu_seconds=_counts(folder / "cpu.stat").get("usage_usec", 0) / 1e6,
                memory_kills=_counts(folder / "memory.events").get("oom_kill", 0),
                forks_refused=forks,
            )
        memory = self.folders["memory"]
        cpu = self.folders.get("cpuacct")
        return Usage(
            peak_bytes=_number(memory / "memory.max_usage_in_bytes"),
            cpu_seconds=_number(cpu / "cpuacct.usage") / 1e9 if cpu else 0.0,
            memory_kills=_counts(memory / "memory.oom_control").get("oom_kill", 0),
            forks_refused=forks,
        )

    def remove(self) -> None:
        """End what is left in the group and remove it."""
        end = time.monotonic() + BURIAL_S
        for folder in self.folders.values():
            while not _removed(folder) and time.monotonic() < end:
                self.kill()
                time.sleep(PAUSE_S)

    def _folder(self, controller: str) -> Path:
        return self.folders["all" if self.version == 2 else controller]

    def _limit(self, limits: Limits) -> None:
        memory, processes = self._folder("memory"), self._folder("pids")
        most = str(limits.memory_bytes)
        (processes / "pids.max").write_text(str(limits.processes + OWN_PROCESSES))
        if self.version == 2:
            (memory / "memory.max").write_text(most)
            # Kernels without swap have no such file. The last: all go, not the largest.
            for file, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
                with contextlib.suppress(OSError):
                    (memory / file).write_text(value)
            return
        (memory / "memory.limit_in_bytes").write_text(most)
        with contextlib.suppress(OSError):
            (memory / "memory.memsw.limit_in_bytes").write_text(most)


def _delegated() -> Hierarchy | None:
    """Return the nearest group of version 2, ours or above, that lends what is needed."""
    if not (ROOT / "cgroup.controllers").exists():
        return None
    folder = ROOT / _own_paths().get("", "").lstrip("/")
    if _is_ours_alone(folder):
        _empty(folder)
    while folder.is_relative_to(ROOT) and os.access(folder / "cgroup.procs", os.W_OK):
        if _lends(folder):
            return Hierarchy(version=2, folders={"all": folder})
        folder = folder.parent
    return None


def _is_ours_alone(folder: Path) -> bool:
    """Tell whether a group was delegated as a whole, and to nobody but its processes."""
    if not os.access(folder / "cgroup.procs", os.W_OK):
        return False
    for mark in MARKS:
        with contextlib.suppress(OSError):
            return os.getxattr(folder, mark) == b"1"
    # A systemd before 251 shows no mark to others than root. What it leaves to us is then the
    # last group that we may write to.
    above = folder.parent / "cgroup.procs"
    return above.exists() and not os.access(above, os.W_OK)


def _empty(folder: Path) -> None:
    """Move the processes of a group into one below it."""
    aside = folder / ASIDE
    with contextlib.suppress(OSError):
        aside.mkdir(exist_ok=True)
        for _ in range(EMPTYINGS):
            for pid in _processes(folder):
                with contextlib.suppress(ProcessLookupError):
                    (aside / "cgroup.procs").write_text(str(pid))


def _lends(folder: Path) -> bool:
    lent = folder / "cgroup.subtree_control"
    # Refused while the group itself has processes, or has nothing to lend.
    with contextlib.suppress(OSError):
        if not {"memory", "pids"} <= set(lent.read_text().split()):
            lent.write_text("+memory +pids")
        return os.access(folder, os.W_OK)
    return False


def _version_1() -> Hierarchy | None:
    own = _own_paths()
    folders = {}
    for controller in CONTROLLERS:
        folder = ROOT / controller / own.get(controller, "").lstrip("/")
        # A container sees its own group as the root, and may be told the host's path.
        folder = folder if folder.exists() else ROOT / controller
        if os.access(folder / "cgroup.procs", os.W_OK) and os.access(folder, os.W_OK):
            folders[controller] = folder
    needed = {"memory", "pids"} <= set(folders)
    return Hierarchy(version=1, folders=folders) if needed else None


def _own_paths() -> dict[str, str]:
    """Return the path of our own group for each controller; "" is version 2's."""
    paths = {}
    for line in OWN.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    return paths


def _sweep(where: Hierarchy) -> None:
    """Remove the groups of workers that were killed."""
    for folder in where.folders.values():
        for left in folder.glob("songbook-*-*"):
            if not Path("/proc", left.name.split("-")[1]).exists():
                _removed(left)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _processes(folder: Path) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]
    return []


def _counts(file: Path) -> dict[str, int]:
    with contextlib.suppress(OSError):
        pairs = (line.split() for line in file.read_text().splitlines())
        return {name: int(value) for name, value in pairs}
    return {}


def _number(file: Path) -> int:
    with contextlib.suppress(OSError):
        return int(file.read_text())
    # Kernels before 5.19 have no `memory.peak`.
    return 0
