"""Measure trying connectors: `python -m benchmarks.probe [SPECS] [--state FOLDER]`.

The incumbent's way takes one connector after another: a fresh environment by uv, `--help`
and `--about`, nothing between them and the machine. Ours asks more (also `--version`,
`--discover`, a missing config, and a rescue where a module is missing) behind all walls,
with a worker for each processor. Both have warm caches, and take turns package by package
in one run. Targets: at least 5 times the throughput, at most 30 ms for the walls of one
command.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uv
from pypi_simple import PYPI_SIMPLE_ENDPOINT
from requests import Session

import sandbox
from sandbox.trying import Trial
from sandbox.workshop import Workshop, open_workshop

# Built with the SDK and before it; with wheels alone, and with sources to build.
SPECS = (
    "tap-rest-api-msdk", "tap-sleeper", "tap-substack", "tap-dbt",
    "tap-3plcentral", "target-jsonl", "meltanolabs-target-csv", "target-csv",
)  # fmt: skip
PYTHON = "3.12"
RATIO_TARGET = 5.0
OVERHEAD_TARGET_MS = 30.0
CALLS = (("--help",), ("--about", "--format=json"))


def main() -> int:
    """Measure once and print the figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser("benchmarks.probe", description=__doc__)
    parser.add_argument("specs", nargs="*", default=SPECS)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="probe-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        state = options.state or Path(folder, "state")
        url = os.environ.get("PACKAGE_INDEX_URL") or PYPI_SIMPLE_ENDPOINT
        with Session() as session:
            shop = open_workshop(
                state, index_url=url, session=session, uv=Path(uv.find_uv_bin())
            )
            theirs = Incumbent(Path(folder), shop, url)
            return measure(options.specs, options.rounds, shop, theirs)


class Incumbent:
    """A fresh environment for each connector, and two calls of it."""

    def __init__(self, folder: Path, shop: Workshop, index_url: str) -> None:
        self.folder = folder
        self.uv = str(shop.uv)
        self.python = str(shop.interpreters[PYTHON].executable)
        cache = str(folder / "cache")
        self.environment = os.environ | {
            "UV_CACHE_DIR": cache,
            "UV_DEFAULT_INDEX": index_url,
            "UV_LINK_MODE": "hardlink",
        }

    def probe(self, spec: str) -> bool:
        """Install a connector and ask it what it is."""
        place = self.folder / "theirs"
        executable = place / "bin" / spec.removeprefix("meltanolabs-")
        self.run(self.uv, "venv", "-q", "--python", self.python, str(place))
        python = str(place / "bin" / "python")
        self.run(self.uv, "pip", "install", "-q", "--python", python, spec)
        for call in CALLS if executable.exists() else ():
            self.run(str(executable), *call)
        shutil.rmtree(place)
        return True

    def run(self, *command: str) -> None:
        """Run a command to its end, however that is."""
        subprocess.run(
            command,
            check=False,
            capture_output=True,
            env=self.environment,
            timeout=300,
            cwd=self.folder,
        )


def measure(
    specs: Sequence[str], rounds: int, shop: Workshop, theirs: Incumbent
) -> int:
    """Warm up both ways, then have them take turns; return whether a target was missed."""

    def ours(spec: str) -> object:
        trial = Trial(
            workshop=shop,
            config_for=lambda *_: {"api_key": "canary"},
            discover="tap-" in spec,
        )
        return trial.of(spec, python=PYTHON)

    print(f"level {sandbox.assessed().level}, Python {PYTHON}, {len(specs)} packages")
    for spec in specs:
        ours(spec)
        theirs.probe(spec)
    workers = os.cpu_count() or 1
    spent: dict[str, list[float]] = {"theirs": [], "ours, one": [], "ours": []}
    with ThreadPoolExecutor(workers) as pool:
        for _ in range(rounds):
            spent["theirs"].append(timed(lambda: all(map(theirs.probe, specs))))
            spent["ours, one"].append(timed(lambda: all(map(ours, specs))))
            spent["ours"].append(timed(lambda: all(pool.map(ours, specs))))
    best = {way: min(times) / len(specs) for way, times in spent.items()}
    for way, seconds in best.items():
        print(f"{way:>10}: {seconds:.3f} s a probe, {1 / seconds:.2f} probes a second")
    ratio, walls_ms = best["theirs"] / best["ours"], overhead_ms()
    print(
        f"{ratio:.1f} times the throughput; {walls_ms:.1f} ms a command for the walls"
    )
    return int(ratio < RATIO_TARGET or walls_ms > OVERHEAD_TARGET_MS)


def overhead_ms() -> float:
    """Return what the walls add to a command that does nothing: the median of 20."""
    command = ["/bin/true"]
    bare = [timed(lambda: subprocess.run(command, check=True)) for _ in range(20)]
    held = [timed(lambda: sandbox.run(command)) for _ in range(20)]
    return 1000 * (statistics.median(held) - statistics.median(bare))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
