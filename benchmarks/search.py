"""Measure search: `python -m benchmarks.search [VARIANTS]`.

Real definitions if a folder of them is named (`--tree`), else a made catalogue: words of
made-up syllables, three variants for two plugins, 30 fields a variant. Every query is answered
with its facets and first page, as a page is; beside it, in the same run, two bare ones: a
`SELECT 1`, and one that reads each entry once and groups it by plugin. Target: 95 of 100
answers within 20 ms over the real catalogue, within 60 ms over 100,000 variants. Trust the
ratios and the milliseconds of processor time (of the server's process and this one) on a
machine that does other things as well. `--explain` prints the plan of the slowest.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import django

FIELDS_OF_A_VARIANT = 30
# Reads every entry, and does as little with it as a facet does.
BARE_READ = """
    SELECT count(*) FROM (
        SELECT plugin_id, bit_or(type) FROM registry_searchentry GROUP BY plugin_id
    ) AS plugins
"""
SYLLABLES = (
    "ba co da fer gi hol in ja ker lo mu nor ol pix qua ri sto tan ul ver wi xo yan zet"
)
CAPABILITIES = 17
# As in the real catalogue: two keywords stand at half of all variants, the rest at few.
# The real catalogue's 1,190 variants have 30 sets of capabilities, 85 of keywords, 22 of
# Python versions and 336 names, a few of which most variants have.
CAPABILITY_SETS, KEYWORD_SETS, PYTHON_SETS, MAINTAINERS = 300, 1000, 60, 4000
KEYWORDS = ["meltano_sdk", "api", "airbyte_protocol", "database", "file"]


def main() -> int:
    """Measure and print a line for each kind of query; 1 if the target is missed."""
    parser = argparse.ArgumentParser("benchmarks.search", description=__doc__)
    parser.add_argument("variants", type=int, nargs="?", default=100_000)
    parser.add_argument("--tree", type=Path, help="a folder of definitions")
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ.setdefault("PUBLISHED_ROOT", "/tmp/benchmark-published")  # noqa: S108
    django.setup()
    from django.test.runner import DiscoverRunner  # noqa: PLC0415  after set-up

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        if options.tree:
            read(options.tree)
        else:
            make(options.variants)
        target_ms = 20.0 if options.tree else 60.0
        return measure(target_ms, explains=options.explain)
    finally:
        runner.teardown_databases(databases)


def read(tree: Path) -> None:
    """Take real definitions down the whole line."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("crawl", str(tree))
    analyse()


def make(count: int) -> None:
    """Make a catalogue of so many variants, entries and all."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Maintainer, Plugin, Variant  # noqa: PLC0415
    from registry.vocabulary import PluginType  # noqa: PLC0415

    chance = random.Random(1)
    syllables = SYLLABLES.split()
    words = [
        "".join(chance.choices(syllables, k=chance.randint(2, 4)))
        for _ in range(60_000)
    ]
    now = timezone.now()
    maintainer = Maintainer.objects.create(name="ada", label="Ada")
    names = sorted(
        {f"{w}-{chance.choice(words)}" if chance.random() < 0.3 else w for w in words}
    )
    names = chance.sample(names, k=min(len(names), count * 62 // 100))
    kinds = chance.choices(
        list(PluginType), weights=[62, 20, 2, 5, 3, 2, 3, 3], k=len(names)
    )
    plugins = Plugin.objects.bulk_create(
        [
            Plugin(
                type=kind, name=f"{'target' if kind == 'loaders' else 'tap'}-{name}",
                label=name.title(), changed_at=now,
            )
            for kind, name in zip(kinds, names, strict=True)
        ],
        batch_size=1000,
    )  # fmt: skip
    pairs = {(plugin, by(chance)) for plugin in plugins}
    while len(pairs) < count:
        pairs.add((plugins[int(len(plugins) * chance.random() ** 2)], by(chance)))
    made = Made(chance, words)
    variants = Variant.objects.bulk_create(
        [
            Variant(
                plugin=plugin, name=name, maintainer=maintainer, seen_at=now,
                definition=made.definition(),
            )
            for plugin, name in sorted(pairs, key=lambda pair: (pair[0].pk, pair[1]))
        ],
        batch_size=1000,
    )  # fmt: skip
    for variant in variants:
        if variant.plugin.default_variant_id is None:
            variant.plugin.default_variant = variant
    Plugin.objects.bulk_update(plugins, ["default_variant"], batch_size=1000)
    write(chance, words, plugins, variants)
    analyse()


def by(chance: random.Random) -> str:
    """Return a maintainer's name, of whom a few have most."""
    return f"by{int(MAINTAINERS * chance.random() ** 3)}"


class Made:
    """Definitions of made variants, from as few sets of values as real ones have."""

    def __init__(self, chance: random.Random, words: Sequence[str]) -> None:
        from registry.search.facets import CAPABILITY  # noqa: PLC0415

        self.chance, self.words = chance, words
        self.capabilities = [
            chance.sample(CAPABILITY.values, k=chance.randint(0, 8))
            for _ in range(CAPABILITY_SETS)
        ]
        self.keywords = [
            chance.choices(KEYWORDS, weights=[50, 43, 20, 8, 3], k=chance.randint(1, 2))
            + chance.choices(words[:500], k=n % 3)
            for n in range(KEYWORD_SETS)
        ]
        self.pythons = [
            [f"3.{n}" for n in range(chance.randint(7, 15), chance.randint(11, 16))]
            for _ in range(PYTHON_SETS)
        ]

    def one_of(self, sets: Sequence[list[str]]) -> list[str]:
        """Return one of these sets, the first ones more often."""
        return sets[int(len(sets) * self.chance.random() ** 3)]

    def definition(self) -> dict[str, object]:
        """Return what one variant says of itself."""
        chance, words = self.chance, self.words
        return {
            "description": " ".join(chance.choices(words[:2000], k=9)),
            "keywords": self.one_of(self.keywords),
            "capabilities": self.one_of(self.capabilities),
            "supported_python_versions": self.one_of(self.pythons),
            "settings": [
                {"name": f"{chance.choice(words[:500])}_{chance.choice(words[:500])}"}
                for _ in range(10)
            ],
        }


def write(
    chance: random.Random, words: Sequence[str], plugins: Sequence[object],
    variants: Sequence[object],
) -> None:  # fmt: skip
    """Write the entries as `registry.search.index` does, with streams that are not rows."""
    from registry.models import Stream  # noqa: PLC0415
    from registry.search.entries import entry_of  # noqa: PLC0415
    from registry.search.index import _write  # noqa: PLC0415

    said: list[dict[str, object]] = []
    for n, variant in enumerate(variants):
        variant.description = variant.definition["description"]  # type: ignore[attr-defined]
        variant.label = variant.plugin.label  # type: ignore[attr-defined]
        streams = [
            Stream(
                tap_stream_id=chance.choice(words[:3000]),
                schema={"properties": dict.fromkeys(
                    chance.choices(words[:5000], k=FIELDS_OF_A_VARIANT // 3)
                )},
            )
            for _ in range(3)
        ]  # fmt: skip
        said.append(entry_of(variant.plugin, variant, streams))  # type: ignore[attr-defined, arg-type]
        said[-1]["projects"] = int(chance.paretovariate(0.7)) % 1000
        if len(said) == 1000 or n == len(variants) - 1:
            _write(said)
            said = []


def analyse() -> None:
    """Have the table as a database that has run for a while has it."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_searchentry")
        cursor.execute(
            "SELECT pg_size_pretty(pg_total_relation_size('registry_searchentry'))"
        )
        print(f"the table with its indexes: {cursor.fetchone()[0]}")


def queries() -> dict[str, list[str]]:
    """Return queries of each kind, from names, words, settings and streams that there are."""
    from registry.models import SearchEntry  # noqa: PLC0415

    chance = random.Random(2)
    ids = list(SearchEntry.objects.values_list("pk", flat=True))
    some = list(
        SearchEntry.objects.filter(pk__in=chance.sample(ids, 60)).order_by("pk")
    )
    names = [entry.plugin_name for entry in some]
    abouts = [about_words(entry.about) for entry in some]
    contents = [path for entry in some for path in declared(entry.contents)]
    chance.shuffle(contents)
    kinds = ["type:loader", "type:extractor", "type:utility", "capability:batch",
             "capability:state", "python:3.13", "keyword:api", "keyword:database",
             "is:default", "license:unknown"]  # fmt: skip
    return {
        "a name": names[:40],
        "a name without its prefix": [name.partition("-")[2] for name in names[:40]],
        "a name mistyped": [mistyped(chance, name) for name in names[:40]],
        "the beginning of a name": [name.partition("-")[2][:4] for name in names[:40]],
        "a word of a description": [words[0] for words in abouts if words][:40],
        "two words": [" ".join(words[:2]) for words in abouts if words][:40],
        "a name and a filter": [
            f"{n} {k}" for n, k in zip(names, kinds * 4, strict=False)
        ],
        "a setting, stream or field": contents[:40],
        "a word everyone has": ["api", "database", "meltano sdk"],
        "a filter alone": kinds,
        "two filters": [f"{a} {b}" for a, b in zip(kinds, kinds[3:], strict=False)],
        "nothing": [""],
    }


def about_words(vector: str) -> list[str]:
    """Return the words of a tsvector's text."""
    words = [part.split("'")[1] for part in vector.split() if part.count("'") == 2]
    # By their length and not by the alphabet, which would make all of them "api".
    return sorted(words, key=len, reverse=True)


def declared(vector: str) -> list[str]:
    """Return a few of the settings, streams and fields in a tsvector's text."""
    said = [part.strip("'") for part in vector.split()]
    found = [one for one in said if one.startswith(("setting:", "stream:", "field:"))]
    return found[:: max(1, len(found) // 3)]


def mistyped(chance: random.Random, name: str) -> str:
    """Return a name with two letters swapped."""
    place = chance.randrange(4, max(5, len(name) - 1))
    return (
        name[:place]
        + name[place + 1 : place + 2]
        + name[place : place + 1]
        + name[place + 2 :]
    )


def measure(target_ms: float, *, explains: bool) -> int:
    """Ask all queries three times in one order by chance; return whether p95 missed."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.search.finding import find  # noqa: PLC0415
    from registry.search.query import parse  # noqa: PLC0415

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
    from django.db import connection  # noqa: PLC0415

    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    of_server = int(server.read_text().split()[0]) / 1e6 if server.exists() else 0.0
    return time.process_time() * 1000 + of_server


def ask(statement: str) -> None:
    """Ask the database for something without any of ours around it."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()


def explain(text: str) -> None:
    """Print the plan of a query's statements."""
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from registry.search.finding import find  # noqa: PLC0415
    from registry.search.query import parse  # noqa: PLC0415

    said: list[str] = []

    def explained(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {sql}", params)
            said.extend(row[0] for row in cursor.fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        find(parse(text), now=timezone.now())
    print("\n".join(said))


if __name__ == "__main__":
    sys.exit(main())
