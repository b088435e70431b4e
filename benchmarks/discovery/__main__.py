"""Measure the read path: `python -m benchmarks.discovery`, from the checkout.

Servers of the same files take turns, so that what else the machine does falls on all
alike. Ratios are those of rounds side by side, and every number is a median: trust the
ratios, not the rates.
"""

import argparse
import contextlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.discovery.folder import INDEX, typical_document, write_folder
from benchmarks.discovery.load import Round, measure
from benchmarks.discovery.servers import (
    BARE,
    SHIPPED,
    Server,
    granian,
    nginx,
)
from embedded.run import WEB_FLAGS

# What each server is compared with, and the least ratio that is good enough.
AGAINST = {"granian": ("nginx bare", 0.6), "nginx": ("nginx bare", 0.95)}
ROW = "{:<14}{:<12}{:>10}{:>8}{:>9}{:>9}{:>9}  {}"


def main() -> int:
    """Measure and print a table; return 2 when a program for it is missing."""
    options = arguments()
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        print(f"Not measured: install {' and '.join(missing)} first.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="songbook-discovery-") as name:
        root = options.published
        if root is None:
            root = Path(name) / "published"
            write_folder(root)
        print_surroundings(options)
        with servers(root.resolve(), folder=Path(name)) as running:
            for kind, path in (("index", INDEX), ("document", typical_document(root))):
                size = (root / "documents" / f"{path}.gz").stat().st_size
                print(f"\n/{path}: {size:,} bytes compressed")
                compare(kind, f"/{path}", running, options)
    return 0


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser("benchmarks.discovery", description=__doc__)
    parser.add_argument("--published", type=Path, help="a folder to serve: else made")
    parser.add_argument("--rounds", type=int, default=5, help="of each, default 5")
    parser.add_argument("--seconds", type=int, default=3, help="a round, default 3")
    return parser.parse_args()


def print_surroundings(options: argparse.Namespace) -> None:
    """Print what the numbers depend on."""
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True)
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
    print(said.stderr.strip())
    print((wrk.stdout + wrk.stderr).partition(" Copyright")[0])
    print(f"granian {importlib.metadata.version('granian')} {' '.join(WEB_FLAGS)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    print(f"{options.rounds} rounds of {options.seconds} s each, 16 connections")


@contextlib.contextmanager
def servers(root: Path, *, folder: Path) -> Iterator[dict[str, Server]]:
    """Run all servers over one published folder."""
    shipped = SHIPPED.read_text()
    with (
        nginx(BARE, root=root, folder=folder / "bare") as bare,
        nginx(shipped, root=root, folder=folder / "shipped") as production,
        granian(root) as embedded,
    ):
        yield {"nginx bare": bare, "nginx": production, "granian": embedded}


def compare(
    kind: str, path: str, running: dict[str, Server], options: argparse.Namespace
) -> None:
    """Measure one path whole and unchanged, and print a row for each server."""
    print(ROW.format("", "", "req/s", "ratio", "p50 ms", "p99 ms", "CPU us", ""))
    for request, unchanged in ((kind, False), (f"{kind} 304", True)):
        rounds: dict[str, list[Round]] = {name: [] for name in running}
        for server in running.values():
            measure(server, path, unchanged=unchanged, seconds=1)
        for _ in range(options.rounds):
            for name, server in running.items():
                measured = measure(
                    server, path, unchanged=unchanged, seconds=options.seconds
                )
                rounds[name].append(measured)
        for name in running:
            print_row(request, name, rounds)


def print_row(request: str, name: str, rounds: dict[str, list[Round]]) -> None:
    """Print the medians of one server, and how it compares."""
    own = rounds[name]
    ratio, verdict = "", ""
    if name in AGAINST:
        other, target = AGAINST[name]
        pairs = zip(own, rounds[other], strict=True)
        reached = median(mine.rate / theirs.rate for mine, theirs in pairs)
        ratio = f"{reached:.2f}"
        verdict = f"of {other}, {'at least' if reached >= target else 'BELOW'} {target}"
    numbers = (
        f"{median(r.rate for r in own):,.0f}",
        ratio,
        f"{median(r.p50_ms for r in own):.2f}",
        f"{median(r.p99_ms for r in own):.2f}",
        f"{median(r.cpu_us for r in own):.1f}",
    )
    print(ROW.format(request, name, *numbers, verdict), flush=True)


if __name__ == "__main__":
    sys.exit(main())
