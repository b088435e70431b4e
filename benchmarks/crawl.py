"""Measure crawls with little or nothing new: `python -m benchmarks.crawl [SOURCES]`.

Half of the sources are repositories and half packages, all on one server on loopback that
has been read before. Two workers take all of them, round by round; beside them, in the same
run, two bare loops make the same conditional requests and do nothing else. Targets: a
request for each source and no more, no snapshot, memory flat, at least half the loops' rate.

Then 100 of them have a new release, and then 200: what that adds to a pass with nothing new,
in requests, snapshots, rows written and processor time, has to be in proportion.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django

from benchmarks.loopback import COMMIT, JSON, serve
from benchmarks.pipeline import written_rows

WORKERS = 2
CHANGED = (100, 200)
# How far what is counted may be from proportion. Time is only told: others use the machine.
TOLERANCE = 1.1


def main() -> int:
    """Measure one pass and print its figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser("benchmarks.crawl", description=__doc__)
    parser.add_argument("sources", type=int, nargs="?", default=10_000)
    count = parser.parse_args().sources
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ |= {"CRAWL_ALLOWED_NETWORKS": "127.0.0.0/8", "CRAWL_PACE_S": "0"}
    asked = multiprocessing.Value("q", 0)
    port = multiprocessing.Value("i", 0)
    news = multiprocessing.Array("q", [0, 0])
    server = multiprocessing.Process(
        target=serve, args=(port, asked, news), daemon=True
    )
    server.start()
    while not port.value:
        time.sleep(0.01)
    os.environ["PACKAGE_INDEX_URL"] = f"http://127.0.0.1:{port.value}/simple/"
    django.setup()
    from django.test.runner import DiscoverRunner  # noqa: PLC0415  after set-up

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        missed = measure(count, f"http://127.0.0.1:{port.value}", asked)
        return max(missed, measure_changes(asked, news))
    finally:
        runner.teardown_databases(databases)
        server.kill()


def measure(count: int, url: str, asked: Any) -> int:
    """Take all sources twice, beside bare loops; return whether a target was missed."""
    from registry.models import Snapshot, Source  # noqa: PLC0415

    enrol(count, url)
    run(lambda share: rounds())
    make_due()
    before, asked.value = Snapshot.objects.count(), 0
    ours_s = run(lambda share: rounds())
    requests, news = asked.value, Snapshot.objects.count() - before
    left = Source.objects.filter(leased_until__isnull=False).count()
    addresses = [
        f"{url}/simple/tap-x{n}/"
        if n % 2
        else f"{url}/ada/tap-r{n}/info/refs?service=git-upload-pack"
        for n in range(count)
    ]
    bare_s = run(lambda share: loop(addresses[share::WORKERS]))
    ratio = bare_s / ours_s
    print(
        f"{count} sources, nothing new: {count / ours_s:,.0f} a second, "
        f"{ratio:.2f} of {WORKERS} bare loops ({count / bare_s:,.0f} a second); "
        f"{requests / count:.3f} requests each, {news} snapshots, {left} leases left"
    )
    return int(ratio < 0.5 or requests > count or news > 0 or left > 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a pass over all sources took."""

    requests: int
    snapshots: int
    rows: int
    cpu_s: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            self.requests - other.requests,
            self.snapshots - other.snapshots,
            self.rows - other.rows,
            self.cpu_s - other.cpu_s,
        )


def measure_changes(asked: Any, news: Any) -> int:
    """Print what releases add to a pass; return whether that is out of proportion."""
    # A first release makes a connector; what is measured is the next ones.
    pass_with(max(CHANGED), asked, news)
    base = pass_with(0, asked, news)
    print(
        f"a pass with nothing new: {base.rows} rows written, {base.cpu_s:.1f} s of CPU"
    )
    added = [pass_with(count, asked, news) - base for count in CHANGED]
    for count, cost in zip(CHANGED, added, strict=True):
        print(
            f"{count} changed add {cost.requests} requests, {cost.snapshots} snapshots, "
            f"{cost.rows} rows ({cost.rows / count:.1f} each), {cost.cpu_s:.1f} s of CPU "
            f"({cost.cpu_s / count * 1000:.0f} ms each)"
        )
    few, many = added
    limit = CHANGED[1] / CHANGED[0] * TOLERANCE
    return int(
        any(
            more > limit * less
            for less, more in (
                (few.requests, many.requests),
                (few.snapshots, many.snapshots),
                (few.rows, many.rows),
            )
        )
    )


def pass_with(changed: int, asked: Any, news: Any) -> Cost:
    """Have so many packages release, take all sources, and return what that took."""
    from registry.models import Snapshot  # noqa: PLC0415

    with news.get_lock():
        news[0], news[1] = changed, news[1] + 1
    make_due()
    before = cost_so_far(asked, Snapshot.objects.count())
    run(lambda share: rounds(tells=False))
    return cost_so_far(asked, Snapshot.objects.count()) - before


def cost_so_far(asked: Any, snapshots: int) -> Cost:
    """Return what all workers that have ended used, since this process began."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(asked.value, snapshots, written_rows(), used.ru_utime + used.ru_stime)


def enrol(count: int, url: str) -> None:
    """Make sources of both kinds, due now."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415
    from registry.vocabulary import SourceKind  # noqa: PLC0415

    places = [
        (SourceKind.PACKAGE, f"tap-x{n}")
        if n % 2
        else (SourceKind.REPOSITORY, f"{url}/ada/tap-r{n}")
        for n in range(count)
    ]
    now = timezone.now()
    Source.objects.enrol_all(places, found_by="benchmark", due_at=now)
    # As if read before: what a first look fetches is no part of this measurement.
    from scrapers.crawlers.git import References  # noqa: PLC0415
    from scrapers.crawlers.repository.looking import digest_of  # noqa: PLC0415

    known = References(
        head=COMMIT, branch="main", tags={}, moved_to="", etag="", wait=None
    )
    Source.objects.filter(kind=SourceKind.REPOSITORY).update(
        validators={"references": digest_of(known)}
    )


def make_due() -> None:
    """Have every source due again."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Host, Source  # noqa: PLC0415

    Source.objects.update(due_at=timezone.now())
    Host.objects.update(open_at=None)


def run(work: Callable[[int], None]) -> float:
    """Run `work` in every worker at once; return the seconds until the last is done."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    workers = [multiprocessing.Process(target=work, args=(n,)) for n in range(WORKERS)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - began


def rounds(*, tells: bool = True) -> None:
    """Go rounds until nothing is due, and say how much memory that took."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415
    from scrapers.rounds import Round  # noqa: PLC0415

    sizes = []
    while Source.objects.due(timezone.now()).exists():
        now = timezone.now()
        if sources := Source.objects.lease(now, limit=50):
            Round(sources, began=now).go(lambda *_: None)
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    if tells and len(sizes) > 10:
        print(
            f"  memory: {sizes[len(sizes) // 10]} MB early, {sizes[-1]} MB at the end"
        )


def loop(addresses: list[str]) -> None:
    """Make the same conditional requests, and do nothing else."""
    from scrapers.http import ask, session  # noqa: PLC0415

    with session(10) as http:
        for address in addresses:
            headers = {"Accept": JSON, "If-None-Match": '"one"'}
            ask(http, address, what="it", limit_bytes=10**6, headers=headers)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.exit(main())
