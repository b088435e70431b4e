"""Measure what is seen of pages, and when: `python -m benchmarks.paint TREE`.

The web server as `dev run` starts it, on the real catalogue, is asked by a browser with empty
caches and a processor slowed down four times, as that of a cheap telephone. Largest paint is
when the largest thing on the screen was there, in milliseconds after the address was asked
for, the median of rounds; shift is how far things moved about once they were there, in the
worst round. Targets: 1200 ms and no shift at all.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.pages import catalogue, server

PAGES = {
    "home": "/",
    "browse": "/extractors",
    "browse, words": "/search?q=google+ads",
    "plugin": "/extractors/tap-github",
    "variant": "/extractors/tap-github--meltanolabs",
    "variant, largest": "/extractors/tap-rest-api-msdk--widen",
    "compare": "/extractors/tap-github/compare?v=meltanolabs,singer-io",
    "services": "/services",
    "maintainer": "/maintainers/meltanolabs",
    "checks": "/conformance",
    "guide": "/guide/messages",
    "status": "/status",
}
SLOWER = 4
SCREEN = (360, 740)
TARGET_MS = 1200.0
# Runs before the page's own scripts.
WATCH = """
globalThis.painted = 0
globalThis.shifted = 0
const watch = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each))
    .observe({ type, buffered: true })
watch("largest-contentful-paint", (one) => { painted = one.startTime })
watch("layout-shift", (one) => { shifted += one.hadRecentInput ? 0 : one.value })
"""
# What moves or is painted that long after the page was loaded still counts.
QUIET_MS = 300


def main() -> int:
    """Measure and print a line for each page; 1 if one misses a target."""
    parser = argparse.ArgumentParser("benchmarks.paint", description=__doc__)
    parser.add_argument("tree", type=Path, help="a folder of definitions")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PAGES}
    with (
        tempfile.TemporaryDirectory() as folder,
        catalogue(options.tree, folder),
        server(folder) as asked,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        address = f"http://127.0.0.1:{asked.port}"
        for number in range(options.rounds + 1):
            for name, path in PAGES.items():
                seen = open_page(browser, address + path)
                # What is asked for the first time is read and compiled.
                found[name] += [seen] if number else []
        browser.close()
    return told(found)


def open_page(browser: Browser, address: str) -> tuple[float, float]:
    """Open a page with empty caches; return its largest paint in ms, and its shift.

    Raises ValueError for an answer that is not 200.
    """
    width, height = SCREEN
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_init_script(WATCH)
    page = context.new_page()
    debugger = context.new_cdp_session(page)
    debugger.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise ValueError(f"{address} was not answered with a page")
    page.wait_for_timeout(QUIET_MS)
    painted_ms, shifted = page.evaluate("[painted, shifted]")
    context.close()
    return float(painted_ms), float(shifted)


def told(found: dict[str, list[tuple[float, float]]]) -> int:
    """Print a line for each page; return whether one missed a target."""
    missed = False
    for name, rounds in found.items():
        painted_ms = statistics.median(one for one, _ in rounds)
        shifted = max(one for _, one in rounds)
        missed |= painted_ms > TARGET_MS or shifted > 0
        print(f"{name:18} largest paint {painted_ms:6.0f} ms, shift {shifted:.4f}")
    print(f"{'MISSED' if missed else 'within'} {TARGET_MS:g} ms and no shift")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
