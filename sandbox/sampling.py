"""What a tree of processes takes, by looking at it now and then.

This is for machines that give us no control groups. It sees what is held for longer than
the pause between two looks; resource limits stop the rest, each for one process.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a tree took at one moment; pages that a fork shares count for both sides."""

    processes: int
    memory_bytes: int
    # With that of the children they have buried.
    cpu_seconds: float


def sample(root: int) -> Sample:
    """Return what a process and all below it take now; those that just ended are left out."""
    pids = tree(root)
    return Sample(
        processes=len(pids),
        memory_bytes=sum(_memory(pid) for pid in pids),
        cpu_seconds=sum(_cpu(pid) for pid in pids),
    )


def tree(root: int) -> list[int]:
    """Return a process and all below it, parents first."""
    found = [root]
    for pid in found:
        found += _children(pid)
    return found


def processes_of(uid: int) -> int:
    """Return how many processes and threads of this machine are a user's."""
    return sum(_owner(folder) == uid for folder in PROC.glob("[0-9]*/task/[0-9]*"))


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for task in (PROC / str(pid) / "task").iterdir():
            children += map(int, (task / "children").read_text().split())
    except OSError:
        # It ended meanwhile, or this kernel keeps no such list.
        return children
    return children


def _memory(pid: int) -> int:
    try:
        fields = (PROC / str(pid) / "statm").read_text().split()
    except OSError:
        return 0
    # Resident pages, without those of files.
    return (int(fields[1]) - int(fields[2])) * PAGE_BYTES


def _cpu(pid: int) -> float:
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return 0.0
    # The name before may hold anything, even brackets. Then: utime, stime, cutime, cstime.
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except OSError:
        return None
