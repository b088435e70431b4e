"""Measure search: `python -m benchmarks.search [VARIANTS]`.

Real definitions if a folder of them is named (`--tree`), else a made catalogue: words of
made-up syllables, three variants for two plugins, 30 fields a variant. Every query is answered
with its facets and first page, as a page is; beside it, in the same run, two bare ones: a
`SELECT 1`, and one that reads each entry once and groups it by plugin. Target: 95 of 100
answers within 20 ms over the real catalogue, within 60 ms over 100,000 variants. Trust the
ratios and the milliseconds of processor time (of the server's process and this one) on a
machine that does other things as well. `--explain` prints the plans of the slowest.
"""

import argparse
import os
import sys
from pathlib import Path

import django


def main() -> int:
    """Measure and print a line for each kind of query; 1 if the target is missed."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ.setdefault("PUBLISHED_ROOT", "/tmp/benchmark-published")  # noqa: S108
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  after set-up
    from django.test.runner import DiscoverRunner  # noqa: PLC0415

    from benchmarks.search.making import analyse, make  # noqa: PLC0415
    from benchmarks.search.measuring import measure  # noqa: PLC0415

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        if options.tree:
            call_command("crawl", str(options.tree))
        else:
            make(options.variants)
        analyse()
        target_ms = 20.0 if options.tree else 60.0
        return measure(target_ms, explains=options.explain)
    finally:
        runner.teardown_databases(databases)


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser("benchmarks.search", description=__doc__)
    parser.add_argument("variants", type=int, nargs="?", default=100_000)
    parser.add_argument("--tree", type=Path, help="a folder of definitions")
    parser.add_argument("--explain", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
