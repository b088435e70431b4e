"""Ask, take the time, and tell what was found."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import connection
from django.utils import timezone

from benchmarks.search.asking import queries
from registry.search.finding import find
from registry.search.query import parse

# Reads every entry, and does as little with it as a facet does.
BARE_READ = """
    SELECT count(*) FROM (
        SELECT plugin_id, bit_or(type) FROM registry_searchentry GROUP BY plugin_id
    ) AS plugins
"""


def measure(target_ms: float, *, explains: bool) -> int:
    """Ask all queries three times in one order by chance; return whether p95 missed."""
    kinds = queries()
    asked = [(kind, text) for kind, texts in kinds.items() for text in texts] * 3
    random.Random(3).shuffle(asked)
    took: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    slowest = (0.0, "")
    for kind, text in asked:
        both = timed_ms(lambda text=text: find(parse(text), now=timezone.now()))  # type: ignore[misc]
        took[kind].append(both)
        slowest = max(slowest, (both[1], text))
    for kind, times in took.items():
        print(f"{kind:28} {len(times):4} asked, {told(times)}")
    for name, bare in (("SELECT 1", "SELECT 1"), ("each entry read", BARE_READ)):
        times = [timed_ms(lambda bare=bare: ask(bare)) for _ in range(30)]  # type: ignore[misc]
        print(f"bare: {name:22}   30 asked, {told(times)}")
    every = [both for times in took.values() for both in times]
    p95 = percentile([wall for wall, _ in every])
    verdict = "within" if p95 <= target_ms else "MISSED"
    print(f"all: {told(every)}: {verdict} {target_ms:g} ms; slowest {slowest[1]!r}")
    if explains:
        explain(slowest[1])
    return int(p95 > target_ms)


def told(times: Sequence[tuple[float, float]]) -> str:
    """Return the figures of some answers in words."""
    wall, busy = ([both[n] for both in times] for n in (0, 1))
    return (
        f"median {statistics.median(wall):7.1f} ms, p95 {percentile(wall):7.1f} ms; "
        f"busy {statistics.median(busy):6.1f} and {percentile(busy):6.1f} ms"
    )


def percentile(times: Sequence[float]) -> float:
    """Return what 95 of 100 times are within."""
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def timed_ms(work: Callable[[], object]) -> tuple[float, float]:
    """Return how many milliseconds `work` takes, and how many a processor worked for it."""
    began, busy = time.perf_counter(), busy_ms()
    work()
    return (time.perf_counter() - began) * 1000, busy_ms() - busy


def busy_ms() -> float:
    """Return the processor time of this process and, on Linux, of its server's."""
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    of_server = int(server.read_text().split()[0]) / 1e6 if server.exists() else 0.0
    return time.process_time() * 1000 + of_server


def ask(statement: str) -> None:
    """Ask the database for something without any of ours around it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()


def explain(text: str) -> None:
    """Print the plan of a query's statements."""
    said: list[str] = []

    def explained(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {sql}", params)
            said.extend(row[0] for row in cursor.fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        find(parse(text), now=timezone.now())
    print("\n".join(said))
