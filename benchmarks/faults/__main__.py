"""Kill at random while much is crawled: `python -m benchmarks.faults [--minutes N]`.

Several hundred sources on loopback keep changing; workers, their children, the schedule,
the broker and the database are killed with SIGKILL and started again. After the last kill
everything has to come right by itself, within a lease (8 minutes) and a little more.
Needs `redis-server`, Git, and PostgreSQL's programs.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import django

from embedded.postgres import Postgres

GRACE_S = 11 * 60.0
KILL_EVERY_S = (1.0, 6.0)


def main() -> int:
    """Run, and print what was killed and what was found; 1 if anything is amiss."""
    parser = argparse.ArgumentParser("benchmarks.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    options = parser.parse_args()
    # Asked to stop, it stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="songbook-faults-"))
    # PostgreSQL's own account has to pass through.
    folder.chmod(0o755)
    print(f"seed {options.seed}, in {folder}", flush=True)
    try:
        with Postgres(folder) as postgres:
            return run(options, folder, postgres)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def run(options: argparse.Namespace, folder: Path, postgres: Postgres) -> int:
    """Set everything up, let it go wrong, and look at what has become of it."""
    from benchmarks.faults.parts import MARK, Parts, free_port  # noqa: PLC0415
    from benchmarks.upstreams import Upstreams  # noqa: PLC0415

    (folder / "served").mkdir()
    (folder / "tmp").mkdir()
    chance, port = random.Random(options.seed), free_port()
    upstreams = Upstreams(folder / "served")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "DATABASE_URL": postgres.url,
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "PACKAGE_INDEX_URL": upstreams.index.url,
        "DEFINITIONS_SOURCES": f"{upstreams.git.url}/ada/hub.git",
        "CRAWL_ALLOWED_NETWORKS": "127.0.0.0/8",
        "CRAWL_PACE_S": "0.01",
        "PUBLISHED_ROOT": str(folder / "published"),
        "SONGBOOK_STATE": str(folder),
        "SECRET_KEY": "k" * 50,
        "LOG_LEVEL": "WARNING",
    }
    marks = {MARK: folder.name, "TMPDIR": str(folder / "tmp")}
    parts = Parts(folder, postgres, os.environ | marks, port)
    set_up(upstreams, options.sources)
    try:
        parts.start()
        return torment(options, folder, parts, upstreams, chance)
    finally:
        parts.stop()
        upstreams.close()


def set_up(upstreams: Any, count: int) -> None:
    """Make the tables, and sources of all kinds that are due now."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, check=True)
    django.setup()
    from django.utils import timezone  # noqa: PLC0415  after set-up

    from registry.models import Source  # noqa: PLC0415

    upstreams.add_definitions("hub.git")
    for number in range(count // 2):
        upstreams.add_package(f"tap-packed-{number}")
        upstreams.add_repository(f"tap-kept-{number}")
    places = [(one.kind, one.address) for one in upstreams.all]
    Source.objects.enrol_all(places, found_by="benchmark", due_at=timezone.now())


def torment(
    options: argparse.Namespace,
    folder: Path,
    parts: Any,
    upstreams: Any,
    chance: random.Random,
) -> int:
    """Kill and change for the time given, wait for calm, and print what was found."""
    from benchmarks.faults.load import Changes, Readers  # noqa: PLC0415

    changes = Changes(upstreams, random.Random(options.seed))
    readers = Readers(folder / "published")
    changes.start()
    readers.start()
    backlog = kill(parts, chance, seconds=options.minutes * 60)
    changes.stop()
    print("killed:", ", ".join(f"{n} × {kind}" for kind, n in parts.kills.items()))
    print(f"changed meanwhile: {changes.changed} times, {len(upstreams.all)} sources")
    print(f"messages in the broker: {backlog} at most", flush=True)
    calm_s, left = wait_for_calm(parts, upstreams)
    readers.stop()
    print(f"calm after {calm_s:.0f} s; files read all the time: {readers.read}")
    parts.stop()
    return report(folder, upstreams, left, readers.broken)


def kill(parts: Any, chance: random.Random, *, seconds: float) -> int:
    """Kill one process after another; return the longest backlog of messages."""
    from redis import Redis, RedisError  # noqa: PLC0415

    backlog, ends = 0, time.monotonic() + seconds
    kill_at = time.monotonic() + KILL_EVERY_S[1]
    redis = Redis(port=parts.broker_port)
    while time.monotonic() < ends:
        parts.tend()
        try:
            waiting = [redis.llen(name) for name in ("crawl", "ticks", "publish")]
            backlog = max(backlog, sum(map(int, waiting)))
        except RedisError:
            pass
        if time.monotonic() > kill_at:
            parts.kill_one(chance)
            kill_at = time.monotonic() + chance.uniform(*KILL_EVERY_S)
        time.sleep(0.1)
    return backlog


def wait_for_calm(parts: Any, upstreams: Any) -> tuple[float, dict[str, int]]:
    """Wait until nothing is to be done; return how long, and what is left if it is not."""
    from django.db import InterfaceError, OperationalError, connection  # noqa: PLC0415

    from benchmarks.faults.checks import unsettled  # noqa: PLC0415

    began, said_at = time.monotonic(), 0.0
    left: dict[str, int] = {"unknown": 1}
    while left and time.monotonic() - began < GRACE_S:
        parts.tend()
        try:
            left = unsettled(upstreams.all)
        except (OperationalError, InterfaceError):
            connection.close()
        if time.monotonic() - said_at > 30:
            said_at = time.monotonic()
            print(f"  {said_at - began:4.0f} s: {left}", flush=True)
        time.sleep(1)
    return time.monotonic() - began, left


def report(
    folder: Path, upstreams: Any, left: dict[str, int], broken: list[str]
) -> int:
    """Print a line for each thing that may be amiss; 1 if one is."""
    from benchmarks.faults import checks  # noqa: PLC0415
    from benchmarks.faults.parts import marked  # noqa: PLC0415

    time.sleep(1)
    places = folder / "published"
    rows: list[tuple[str, object]] = [
        ("what is still to be done", left),
        ("sources not at their newest state", checks.behind(upstreams.all)),
        ("documents that tell an older state", checks.stale_documents(upstreams.all)),
        ("snapshots equal to the one before", checks.doubled()),
        ("documents that do not fit together", checks.broken_documents(places)),
        ("folder behind the database", 0 if checks.is_mirrored(places) else 1),
        ("broken files that a reader saw", broken),
        ("named by an index and not there", checks.unknown_references()),
        ("events when all is judged again", checks.differs_when_judged_again()),
        ("bodies that differ when built again", checks.differs_when_built_again()),
        ("processes left", list(marked(folder.name).values())),
        ("temporary folders left", temporary(folder / "tmp")),
    ]
    for name, found in rows:
        count = found if isinstance(found, int) else len(found)  # type: ignore[arg-type]
        verdict = "AMISS" if count else "none"
        print(f"{name:38} {count:5}  {verdict}  {found if count else ''}"[:200])
    for error, count in errors(folder).most_common(12):
        print(f"  logged {count:4} ×  {error[:120]}")
    return int(any(found for _, found in rows))


def temporary(folder: Path) -> list[str]:
    """Return what is left in the folder of temporary files.

    Not the empty ones that Python's own `multiprocessing` makes for a pool and removes when
    it ends: a pool that was killed has nobody to do that.
    """
    return sorted(
        one.name
        for one in folder.iterdir()
        if not (one.name.startswith("pymp-") and not any(one.iterdir()))
    )


def errors(folder: Path) -> Counter[str]:
    """Return the last lines of the tracebacks that the processes logged."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.log"):
        is_within = False
        for line in path.read_text(errors="replace").splitlines():
            if line.startswith("Traceback"):
                is_within = True
            elif is_within and line and not line.startswith(" "):
                found[line] += 1
                is_within = False
    return found


if __name__ == "__main__":
    sys.exit(main())
