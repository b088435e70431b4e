"""Measure many tries in a row: `python -m benchmarks.endurance [--tries 500] [--state FOLDER]`.

Two workers, each a process of its own as in production, try the same releases over and over
behind all walls. Told are each worker's memory as it goes, how busy the machine's
processors were, what is left on disk and of processes, and what it costs to
ask again of a release that did not change. Targets: no worker's memory in the last quarter
more than a tenth above that of the second, nothing left, at most 50 ms to ask again.
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uv
from pypi_simple import PYPI_SIMPLE_ENDPOINT
from requests import Session

from sandbox.providing import current_lock
from sandbox.trying import Trial
from sandbox.workshop import Workshop, open_workshop

SPECS = (
    "tap-rest-api-msdk", "tap-sleeper", "tap-substack", "tap-dbt",
    "target-jsonl", "meltanolabs-target-csv", "target-csv",
)  # fmt: skip
PYTHON = "3.12"
WORKERS = 2
GROWTH_TARGET = 1.1
AGAIN_TARGET_MS = 50.0
KB = 1024


@dataclass(frozen=True, slots=True)
class Told:
    """What one worker tells: its memory in MB after each try."""

    memory_mb: list[float]


def main() -> int:
    """Measure once and print the figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser("benchmarks.endurance", description=__doc__)
    parser.add_argument("--tries", type=int, default=500)
    parser.add_argument("--state", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endurance-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        state = options.state or Path(folder, "state")
        with Session() as session:
            shop = opened(state, session)
            for spec in SPECS:
                tried(spec, shop)
            again_ms = asking_again_ms(shop)
        return measure(options.tries, state, again_ms)


def opened(state: Path, session: Session) -> Workshop:
    """Return a workshop on the index that the settings of this machine name."""
    url = os.environ.get("PACKAGE_INDEX_URL") or PYPI_SIMPLE_ENDPOINT
    binary = Path(uv.find_uv_bin())
    return open_workshop(state, index_url=url, session=session, uv=binary)


def tried(spec: str, shop: Workshop) -> object:
    """Return the record of a try."""
    trial = Trial(
        workshop=shop,
        config_for=lambda *_: {"api_key": "canary"},
        discover="tap-" in spec,
    )
    return trial.of(spec, python=PYTHON)


def measure(tries: int, state: Path, again_ms: float) -> int:
    """Have the workers go, and tell what came of it; return whether a target was missed."""
    share = tries // WORKERS
    began, before = time.monotonic(), processors()
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        told = pool.starmap(work, [(share, state)] * WORKERS, chunksize=1)
    seconds = time.monotonic() - began
    worked, idle = (now - then for now, then in zip(processors(), before, strict=True))
    busy = worked / (worked + idle)
    growth = max(grown(one.memory_mb) for one in told)
    left = list((state / "environments").iterdir())
    left += list((state / "doors").iterdir())
    for one in told:
        quarters = [one.memory_mb[len(one.memory_mb) * q // 4] for q in range(4)]
        said = ", ".join(f"{mb:.0f}" for mb in (*quarters, one.memory_mb[-1]))
        print(f"a worker's memory over {len(one.memory_mb)} tries: {said} MB")
    print(
        f"{share * WORKERS / seconds:.2f} tries a second with {WORKERS} workers, "
        f"{busy:.0%} of {os.cpu_count()} processors busy; {len(left)} folders and sockets "
        f"left; {again_ms:.1f} ms to ask again of what did not change"
    )
    return int(growth > GROWTH_TARGET or bool(left) or again_ms > AGAIN_TARGET_MS)


def work(tries: int, state: Path) -> Told:
    """Try one release after another in this process; return what that took."""
    memory_mb = []
    with Session() as session:
        shop = opened(state, session)
        for n in range(tries):
            tried(SPECS[n % len(SPECS)], shop)
            memory_mb.append(resident_mb())
    return Told(memory_mb)


def grown(memory_mb: Sequence[float]) -> float:
    """Return how many times the second quarter's memory the last quarter's is."""
    quarter = len(memory_mb) // 4
    second, last = memory_mb[quarter : 2 * quarter], memory_mb[3 * quarter :]
    return statistics.median(last) / statistics.median(second)


def processors() -> tuple[float, float]:
    """Return for how long all processors worked and waited. Source: proc(5), stat.

    Of the whole machine: what runs behind walls is nobody's child out here.
    """
    said = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
    idle = said[3] + said[4]
    return sum(said) - idle, idle


def resident_mb() -> float:
    """Return the memory that this process has now. Source: proc(5), statm."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / KB / KB


def asking_again_ms(shop: Workshop) -> float:
    """Return what it takes to see that a release would be what it was: the slowest median."""
    found = []
    for spec in SPECS:
        times = []
        for _ in range(10):
            began = time.perf_counter()
            current_lock(spec, python=PYTHON, workshop=shop)
            times.append(1000 * (time.perf_counter() - began))
        found.append(statistics.median(times))
    return max(found)


if __name__ == "__main__":
    sys.exit(main())
