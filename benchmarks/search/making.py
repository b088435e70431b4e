"""A made catalogue of any size, with as few sets of values as the real one has."""

import random
from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils import timezone

from registry.facts import Json
from registry.models import Maintainer, Plugin, Stream, Variant
from registry.search.entries import entry_of
from registry.search.facets import CAPABILITY
from registry.search.index import write_entries
from registry.vocabulary import PluginType

FIELDS_OF_A_VARIANT = 30
SYLLABLES = (
    "ba co da fer gi hol in ja ker lo mu nor ol pix qua ri sto tan ul ver wi xo yan zet"
)
# As in the real catalogue: two keywords stand at half of all variants, the rest at few.
# The real catalogue's 1,190 variants have 30 sets of capabilities, 85 of keywords, 22 of
# Python versions and 336 names, a few of which most variants have.
CAPABILITY_SETS, KEYWORD_SETS, PYTHON_SETS, MAINTAINERS = 300, 1000, 60, 4000
KEYWORDS = ["meltano_sdk", "api", "airbyte_protocol", "database", "file"]
BATCH = 1000
# Of 100 plugins, how many are of each type.
OF_TYPES = (62, 20, 2, 5, 3, 2, 3, 3)


def make(count: int) -> None:
    """Make a catalogue of so many variants, entries and all."""
    chance = random.Random(1)
    words = [
        "".join(chance.choices(SYLLABLES.split(), k=chance.randint(2, 4)))
        for _ in range(60_000)
    ]
    plugins = make_plugins(chance, words, count * 62 // 100)
    made = Made(chance, words)
    variants = make_variants(made, plugins, count)
    for variant in variants:
        if variant.plugin.default_variant_id is None:
            variant.plugin.default_variant = variant
    Plugin.objects.bulk_update(plugins, ["default_variant"], batch_size=BATCH)
    entries = list(entries_of(made, variants))
    for start in range(0, len(entries), BATCH):
        write_entries(entries[start : start + BATCH])


def make_plugins(
    chance: random.Random, words: Sequence[str], count: int
) -> list[Plugin]:
    """Make so many plugins, or as many as there are names."""
    names = sorted(
        {f"{w}-{chance.choice(words)}" if chance.random() < 0.3 else w for w in words}
    )
    names = chance.sample(names, k=min(len(names), count))
    kinds = chance.choices(list(PluginType), weights=OF_TYPES, k=len(names))
    now = timezone.now()
    return Plugin.objects.bulk_create(
        [
            Plugin(
                type=kind, name=f"{'target' if kind == 'loaders' else 'tap'}-{name}",
                label=name.title(), changed_at=now,
            )
            for kind, name in zip(kinds, names, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip


def make_variants(made: "Made", plugins: Sequence[Plugin], count: int) -> list[Variant]:
    """Make so many variants, more of them of the first plugins."""
    chance, now = made.chance, timezone.now()
    maintainer = Maintainer.objects.create(name="ada", label="Ada")
    pairs = {(plugin, by(chance)) for plugin in plugins}
    while len(pairs) < count:
        pairs.add((plugins[int(len(plugins) * chance.random() ** 2)], by(chance)))
    return Variant.objects.bulk_create(
        [
            Variant(
                plugin=plugin, name=name, maintainer=maintainer, seen_at=now,
                definition=made.definition(),
            )
            for plugin, name in sorted(pairs, key=lambda pair: (pair[0].pk, pair[1]))
        ],
        batch_size=BATCH,
    )  # fmt: skip


def by(chance: random.Random) -> str:
    """Return a maintainer's name, of whom a few have most."""
    return f"by{int(MAINTAINERS * chance.random() ** 3)}"


class Made:
    """Definitions of made variants, from as few sets of values as real ones have."""

    def __init__(self, chance: random.Random, words: Sequence[str]) -> None:
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


def entries_of(made: Made, variants: Sequence[Variant]) -> Iterator[Json]:
    """Yield the variants' entries, with streams that are not rows."""
    chance, words = made.chance, made.words
    for variant in variants:
        variant.description = str(variant.definition["description"])
        variant.label = variant.plugin.label
        streams = [
            Stream(
                tap_stream_id=chance.choice(words[:3000]),
                schema={"properties": dict.fromkeys(
                    chance.choices(words[:5000], k=FIELDS_OF_A_VARIANT // 3)
                )},
            )
            for _ in range(3)
        ]  # fmt: skip
        said = entry_of(variant.plugin, variant, streams)
        said["projects"] = int(chance.paretovariate(0.7)) % 1000
        yield said


def analyse() -> None:
    """Have the table as a database that has run for a while has it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_searchentry")
        cursor.execute(
            "SELECT pg_size_pretty(pg_total_relation_size('registry_searchentry'))"
        )
        print(f"the table with its indexes: {cursor.fetchone()[0]}")
