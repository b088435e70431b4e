"""Measure the main line on real definitions: `python -m benchmarks.pipeline TREE`.

Four passages down the line, in a scratch database beside the configured one: everything
from nothing; again with nothing changed; one file changed; and the bare work beside it,
in the same run: reading, judging and building the same documents without a database.
Targets: 8 s, 2 s and no row written, 2 s from the crawl to the served body. Trust the
ratio to the bare work more than the seconds.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django


def main() -> int:
    """Measure every passage and print a line for each; 1 if a target is missed."""
    parser = argparse.ArgumentParser("benchmarks.pipeline", description=__doc__)
    parser.add_argument("tree", type=Path, help="a folder of definitions")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PUBLISHED_ROOT"] = f"{folder}/published"
        django.setup()
        from django.test.runner import DiscoverRunner  # noqa: PLC0415  after set-up

        runner = DiscoverRunner(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            return measure(shutil.copytree(options.tree, Path(folder) / "tree"))
        finally:
            runner.teardown_databases(databases)


def measure(tree: Path) -> int:
    """Take a tree down the line four times; return how many targets were missed."""
    missed = 0
    bare_s = timed(lambda: build_bare(tree))
    print(f"bare work, no database         {bare_s:6.2f} s")
    for name, target_s, prepare in (
        ("from nothing", 8.0, lambda _: None),
        ("nothing changed", 2.0, lambda _: None),
        ("one file changed", 2.0, change_one),
    ):
        prepare(tree)
        before = written_rows()
        took_s = timed(lambda: crawl(tree))
        rows = written_rows() - before
        fails = took_s > target_s or (name == "nothing changed" and rows > 0)
        missed += fails
        verdict = "MISSED" if fails else "within"
        print(
            f"{name:30} {took_s:6.2f} s  {verdict} {target_s:g} s, "
            f"{took_s / bare_s:5.2f} of the bare work, {rows} rows written"
        )
    return min(missed, 1)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def crawl(tree: Path) -> None:
    """Take the tree down the whole line, from the crawl to the mirrored folder."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415
    from registry.places import parse  # noqa: PLC0415
    from scrapers.line import follow  # noqa: PLC0415

    place = parse(f"definitions:{tree}")
    source = Source.objects.enrol(place.kind, place.address, found_by="benchmark")
    follow(source, now=timezone.now())


def build_bare(tree: Path) -> int:
    """Read, judge and build every document; nothing is kept. Return how many there are."""
    from registry.documents import Address, definition, encode  # noqa: PLC0415
    from registry.lint import lint  # noqa: PLC0415
    from scrapers.crawlers.definitions import fetch_definitions  # noqa: PLC0415
    from scrapers.crawlers.definitions.tree import FolderTree  # noqa: PLC0415
    from scrapers.probes.definitions import probe_definitions  # noqa: PLC0415

    look = fetch_definitions(
        FolderTree(tree, size_limit=2**22), seen={}, previous=lambda _: {}
    )
    count = 0
    for evidence in look.evidence:
        facts = probe_definitions(evidence.body).facts
        if facts is None:
            continue
        for variant in facts.variants:
            address = Address(type=facts.type, name=facts.name, variant=variant.name)
            document = definition(address, variant.definition, base="http://localhost")
            lint(address, document)
            encode(document)
            count += 1
    return count


def change_one(tree: Path) -> None:
    """Give one definition another label."""
    file = sorted(tree.rglob("meltano/extractors/*/*.yml"))[0]
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = ["label: Changed\n" if x.startswith("label:") else x for x in lines]
    file.write_text("".join(changed), encoding="utf-8")


def written_rows() -> int:
    """Return how many rows this database's tables have had written, by its own count."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        )
        return int(cursor.fetchone()[0] or 0)


if __name__ == "__main__":
    sys.exit(main())
