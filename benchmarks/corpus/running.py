"""From a corpus and options to what is printed."""

import time
from argparse import Namespace
from collections.abc import Sequence

from benchmarks.corpus import reporting
from benchmarks.corpus.explaining import read_explanations
from benchmarks.corpus.tries import kept, try_all, usual_pythons
from registry.facts import Json
from scrapers.seed import SEED


def run(corpus: Sequence[Json], options: Namespace) -> bool:
    """Try or judge all, print what came of it, and return whether it is as it should be."""
    rows = {row["pip_url"]: row for row in corpus}
    specs = options.specs or list(dict.fromkeys([*rows, *SEED]))
    pythons, further = (options.python, []) if options.python else usual_pythons()
    if not pythons:
        print("No configured Python is here.")
        return False
    began = time.monotonic()
    found = (
        kept(specs, [*pythons, *further], options.records)
        if options.kept
        else try_all(specs, pythons, further, options.records)
    )
    tries = {of[0].spec: of for of in map(reporting.told, found) if of}
    seconds = time.monotonic() - began
    reporting.print_shares(tries, {"corpus": rows, "seed list": SEED}, pythons[0])
    print(f"{sum(map(len, tries.values()))} tries in {seconds:.0f} s")
    # Only where all was tried can an explanation be one that nothing needs.
    is_whole = not (options.specs or options.python)
    is_explained = reporting.compare(
        rows, tries, read_explanations(), is_whole=is_whole
    )
    is_shown = reporting.trace(tries)
    return is_explained and is_shown and len(tries) == len(specs)
