"""Measure what a changed source costs among many: `python -m benchmarks.changed [VARIANTS]`.

The same sources change in a small catalogue (1,000 variants) and in a large one (100,000),
each in a scratch database of its own: statements, releases, settings, documents and search
entries are copies of real rows, with other names. Target: a source costs 1.3 times as much
in the large one, at most. `--explain` prints the statements that grew, with their plans.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from benchmarks.crawl import make_due

SMALL = 1_000
TARGET = 1.3
# Above all that was crawled: what is made counts from here.
BASE = 1_000_000
SETTINGS, RELEASES = 10, 5


def main() -> int:
    """Measure both catalogues and print a line for each; 1 if the target is missed."""
    parser = argparse.ArgumentParser("benchmarks.changed", description=__doc__)
    parser.add_argument("variants", type=int, nargs="?", default=100_000)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "CRAWL_ALLOWED_NETWORKS": "127.0.0.0/8", "CRAWL_PACE_S": "0",
            "DJANGO_SETTINGS_MODULE": "hub.settings", "LOG_LEVEL": "WARNING",
            "PUBLISHED_ROOT": f"{folder}/published",
        }  # fmt: skip
        django.setup()
        figures = [
            measure(count, options, Path(folder) / str(count))
            for count in (SMALL, options.variants)
        ]
    (small_s, small), (large_s, large) = figures
    ratio = large_s / small_s
    verdict = "within" if ratio <= TARGET else "MISSED"
    print(f"{ratio:.2f} times as much, {verdict} {TARGET}")
    if options.explain:
        print_growth(small, large, options.sources)
    return int(ratio > TARGET)


type Times = dict[str, tuple[float, str]]


def measure(
    count: int, options: argparse.Namespace, folder: Path
) -> tuple[float, Times]:
    """Return what a changed source costs among `count` variants, and each statement's."""
    from django.conf import settings  # noqa: PLC0415
    from django.test.runner import DiscoverRunner  # noqa: PLC0415

    from benchmarks.upstreams import Upstreams  # noqa: PLC0415

    folder.mkdir()
    settings.PUBLISHED_ROOT = folder / "published"
    upstreams = Upstreams(folder / "served")
    settings.PACKAGE_INDEX_URL = upstreams.index.url
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        enrol(upstreams, options.sources)
        rounds()
        multiply(count)
        times: Times = {}
        least_s = min(one_pass(upstreams) for _ in range(options.passes))
        change(upstreams)
        with StatementTimes(times):
            rounds()
    finally:
        runner.teardown_databases(databases)
        upstreams.close()
    each_s = least_s / options.sources
    said = f"{count} variants, {options.sources} sources changed"
    print(f"{said}: {each_s * 1000:.1f} ms each", flush=True)
    return each_s, times


def enrol(upstreams: Any, count: int) -> None:
    """Make sources of both kinds, due now."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415

    for number in range(count // 2):
        upstreams.add_package(f"tap-packed-{number}")
        upstreams.add_repository(f"tap-kept-{number}")
    places = [(one.kind, one.address) for one in upstreams.all]
    Source.objects.enrol_all(places, found_by="benchmark", due_at=timezone.now())


def one_pass(upstreams: Any) -> float:
    """Change every source, and return how long their crawls take, in seconds."""
    change(upstreams)
    began = time.perf_counter()
    rounds()
    return time.perf_counter() - began


def change(upstreams: Any) -> None:
    """Change every source, and have it due; what was made is never due."""
    from registry.models import Source  # noqa: PLC0415

    for one in upstreams.all:
        upstreams.change(one)
    make_due()
    Source.objects.filter(pk__gt=BASE).update(due_at=None)


def rounds() -> None:
    """Go rounds until nothing is due, and do what the ticks do once."""
    from django.utils import timezone  # noqa: PLC0415

    from registry import publishing  # noqa: PLC0415
    from registry.catalog.rating import rate_variants  # noqa: PLC0415
    from registry.models import Source  # noqa: PLC0415
    from scrapers.rounds import Round  # noqa: PLC0415

    now = timezone.now()
    while sources := Source.objects.lease(now, limit=50):
        Round(sources, began=now).go(lambda *_: None)
    rate_variants(now=now)
    publishing.publish_changed(now=now)


def multiply(count: int) -> None:
    """Make a catalogue of so many variants out of copies of one that was crawled."""
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        for model, template, rows, columns in copies(count):
            copy(cursor, model, template, rows, columns)
        cursor.execute(MAKE_SETTINGS, [SETTINGS, BASE])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copies(count: int) -> list[tuple[Any, int, int, dict[str, str]]]:
    """Return what is copied how often: a model, its row, and what differs, in SQL."""
    from registry import models  # noqa: PLC0415

    variant = models.Variant.objects.get(plugin__name="tap-packed-0")
    source = models.Source.objects.get(address="tap-packed-0")
    plugins = max(1, count * 2 // 3)
    name = f"'by' || n %% 4001 || CASE WHEN n > {plugins} THEN '-b' ELSE '' END"
    plugin_id = f"{BASE} + 1 + (n - 1) %% {plugins}"
    path = f"'meltano/api/v1/plugins/extractors/tap-made-' || n || '--' || {name}"
    return [
        (models.Source, source.pk, count, {"address": "'tap-made-' || n"}),
        (models.Snapshot, source.snapshots.latest("pk").pk, count, {
            "source_id": f"{BASE} + n", "digest": "md5(n::text)"}),
        (models.Plugin, variant.plugin_id, plugins, {
            "name": "'tap-made-' || n", "default_variant_id": f"{BASE} + n"}),
        (models.Variant, variant.pk, count, {
            "name": name, "plugin_id": plugin_id, "definition": DEFINITION,
            "current_release_id": f"{BASE} + n * {RELEASES}"}),
        (models.Statement, variant.statements.get().pk, count, {
            "variant_id": f"{BASE} + n", "source_id": f"{BASE} + n",
            "snapshot_id": f"{BASE} + n", "definition": DEFINITION}),
        (models.Release, variant.current_release_id or 0, count * RELEASES, {
            "variant_id": f"{BASE} + (n - 1) / {RELEASES} + 1", "version": "n || '.0'"}),
        (models.SearchEntry, models.SearchEntry.objects.get(variant=variant).pk, count, {
            "variant_id": f"{BASE} + n", "plugin_id": plugin_id,
            "plugin_name": f"'tap-made-' || 1 + (n - 1) %% {plugins}",
            "contents": "to_tsvector('simple', md5(n::text) || ' ' || n)"}),
        (models.Document, models.Document.objects.filter(
            path__contains="tap-packed-0").get().pk, count, {
                "path": path, "body": f"convert_to({DEFINITION}::text, 'UTF8')"}),
    ]  # fmt: skip


DEFINITION = """
    json_build_object('name', 'tap-made-' || n, 'description', md5(n::text), 'settings',
        (SELECT json_agg(json_build_object('name', 'setting_' || p, 'description', md5(p || ''),
        'kind', 'string')) FROM generate_series(1, 10) AS p))
"""
MAKE_SETTINGS = """
    INSERT INTO registry_setting
        (variant_id, name, kind, sensitive, position, definition)
    SELECT id, 'setting_' || p, 'string', false, p,
        json_build_object('name', 'setting_' || p, 'description', md5(p || ''))
    FROM registry_variant, generate_series(1, %s) AS p WHERE id > %s
"""


def copy(
    cursor: Any, model: Any, template: int, rows: int, columns: dict[str, str]
) -> None:
    """Copy a row so many times, with other values in these columns."""
    names = [field.column for field in model._meta.concrete_fields]  # noqa: SLF001
    columns = {"id": f"{BASE} + n"} | columns
    values = ", ".join(columns.get(name, f'one."{name}"') for name in names)
    written = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table  # noqa: SLF001
    cursor.execute(
        f"INSERT INTO {table} ({written}) SELECT {values} "  # noqa: S608  our own words
        f"FROM {table} AS one, generate_series(1, %s) AS n WHERE one.id = %s",
        [rows, template],
    )


class StatementTimes:
    """Adds up how long each statement takes, by its shape, within its block."""

    def __init__(self, times: Times) -> None:
        from django.db import connection  # noqa: PLC0415

        self._spent: dict[str, float] = defaultdict(float)
        self._example: dict[str, tuple[str, Any]] = {}
        self._times, self._connection = times, connection
        self._wrapper = connection.execute_wrapper(self._run)

    def _run(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, ctx: Any
    ) -> Any:
        shape = re.sub(r"(%s(, )?)+", "?", sql)
        began = time.perf_counter()
        try:
            return execute(sql, params, many, ctx)
        finally:
            self._spent[shape] += time.perf_counter() - began
            self._example[shape] = (sql, params)

    def __enter__(self) -> None:
        self._wrapper.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._wrapper.__exit__(*error)
        slowest = sorted(self._spent, key=lambda shape: -self._spent[shape])[:25]
        for shape, spent_s in self._spent.items():
            plan = self._plan(shape) if shape in slowest else ""
            self._times[shape] = (spent_s, plan)

    def _plan(self, shape: str) -> str:
        sql, params = self._example[shape]
        if not sql.startswith("SELECT") or "advisory" in sql:
            return ""
        with self._connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN ANALYZE {sql}", params)
            return "\n".join(row[0] for row in cursor.fetchall()[:14])


def print_growth(small: Times, large: Times, sources: int) -> None:
    """Print the statements that cost more in the large catalogue, the worst first."""
    grown = {
        shape: spent - small.get(shape, (0.0, ""))[0]
        for shape, (spent, _) in large.items()
    }
    total = sum(spent for spent, _ in large.values())
    print(f"in statements: {total / sources * 1000:.1f} ms a source in the large one")
    for shape in sorted(grown, key=lambda one: -grown[one])[:12]:
        print(f"\n+{grown[shape] / sources * 1000:.2f} ms a source: {shape[:400]}")
        print(large[shape][1])


if __name__ == "__main__":
    sys.exit(main())
