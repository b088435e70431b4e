"""Try the corpus and compare with its recorded truth: `python -m benchmarks.corpus`.

The corpus are real packages with what was once observed of each, beside the project in
`../shared`. Each is tried in the sandbox; printed are the shares that install, answer and
describe themselves, and every difference. No figure is a target: a difference is explained by
a person, or it is a defect.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
CORPUS = SHARED / "data" / "probe-corpus.json"


def main() -> int:
    """Try all and print the table; 1 if the corpus is not there."""
    parser = argparse.ArgumentParser("benchmarks.corpus", description=__doc__)
    parser.add_argument(
        "specs", nargs="*", help="only these, as the corpus writes them"
    )
    parser.add_argument("--python", default="3.11")
    parser.add_argument("--records", type=Path, help="keep each record in this folder")
    options = parser.parse_args()
    if not CORPUS.exists():
        print(f"The corpus is not at {CORPUS}.")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    django.setup()
    rows = json.loads(CORPUS.read_text(encoding="utf-8"))
    wanted = [
        row for row in rows if not options.specs or row["pip_url"] in options.specs
    ]
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        told = list(threads.map(lambda row: tried(row, options), wanted))
    seconds = time.monotonic() - began
    summary(told)
    print(f"{len(told)} tries on Python {options.python} in {seconds:.0f} s")
    return 0


def tried(row: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Try one package, print its line, and return what is counted."""
    from scrapers.probes.invocation import probe_record  # noqa: PLC0415  needs settings
    from scrapers.trying import try_spec, workshop  # noqa: PLC0415

    began = time.monotonic()
    # All at once would open it as often.
    workshop()
    record = try_spec(
        row["pip_url"], python=options.python, is_tap=row["type"] == "extractors"
    )
    if options.records:
        options.records.mkdir(parents=True, exist_ok=True)
        name = row["pip_url"].replace("/", "-")
        (options.records / f"{name}.json").write_text(json.dumps(record))
    seen = probe_record(record).as_json()
    answers = {one["question"]: one["answer"] for one in seen["outcomes"]}
    differences = list(differing(row["observed"], seen, answers, options.python))
    shown = " ".join(f"{key}:{value}" for key, value in answers.items())
    line = f"{row['pip_url']:32} {seen['version']:9} {shown}  {time.monotonic() - began:.1f} s"
    causes = [
        f"    {one['question']}: {one['cause']['message']}"
        for one in seen["outcomes"]
        if one["cause"] and one["question"] in {"installs", "imports", "discovers"}
    ]
    print(
        "\n".join([line, *causes, *(f"    ≠ {said}" for said in differences)]),
        flush=True,
    )
    return {"answers": answers, "seen": seen, "differences": differences}


def differing(
    truth: dict[str, Any], seen: dict[str, Any], answers: dict[str, str], python: str
) -> Iterator[str]:
    """Yield what was recorded otherwise, in words."""
    if seen["version"] != truth["version"]:
        yield f"version {seen['version'] or 'none'}, recorded {truth['version']}"
    if python == "3.11":
        recorded = "yes" if truth["install_311"] else "no"
        if answers["installs"] != recorded:
            yield f"installs {answers['installs']}, recorded {recorded}"
    # The truth has the best of all Pythons and rescues for the rest.
    for question, key in (("help", "help_ok"), ("about", "about_ok")):
        recorded = "yes" if truth[key] else "no"
        if answers[question] != recorded:
            yield f"{question} {answers[question]}, recorded {recorded}"
    for key in ("capabilities", "settings"):
        fact = seen[key]
        names = {
            one["name"] if isinstance(one, dict) else one
            for one in (fact["value"] if fact else ())
        }
        recorded_names = set(truth[key] or ())
        basis = fact["basis"] if fact else "not known"
        if names != recorded_names:
            more, less = names - recorded_names, recorded_names - names
            yield f"{key} ({basis}): +{sorted(more)} -{sorted(less)}"


def summary(told: list[dict[str, Any]]) -> None:
    """Print the shares."""
    total = len(told)
    counts: Counter[str] = Counter()
    for one in told:
        counts.update(f"{k} {v}" for k, v in one["answers"].items())
        for key in ("settings", "capabilities", "streams"):
            fact = one["seen"][key]
            counts[f"{key} {fact['basis'] if fact else 'not known'}"] += 1
        counts["as recorded" if not one["differences"] else "otherwise"] += 1
    for key, count in sorted(counts.items()):
        print(f"{key:28} {count:3} of {total}")


if __name__ == "__main__":
    sys.exit(main())
