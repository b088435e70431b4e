"""The order in which sources are heard, and how often, makes no difference."""

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.catalog import record
from registry.facts import ReleaseFacts
from registry.vocabulary import Origin, SourceKind
from tests.registry.cast import NOW, facts, look, release_of, source_of, variant
from tests.registry.rows import catalog

pytestmark = pytest.mark.django_db

NAMES = ("ada", "bo", "cy")
PLUGINS = ("tap-alpha", "tap-beta")


@dataclass(frozen=True)
class Word:
    """What a source says of one plugin at one time."""

    plugin: str
    variants: tuple

    def facts(self, origin):
        return facts(*self.variants, plugin=self.plugin, origin=origin)


def words_of_a_tree(plugin):
    """Words of a source of definitions: some variants, one of which is the default."""

    def word(said, default):
        variants = [
            variant(
                name,
                plugin=plugin,
                description=text,
                hidden=text == "hidden",
                settings=[{"name": setting} for setting in text],
                is_default=name == default,
            )
            for name, text in sorted(said.items())
        ]
        return Word(plugin, tuple(variants))

    texts = st.sampled_from(["a", "b", "ab", "hidden"])
    said = st.dictionaries(st.sampled_from(NAMES), texts)
    return st.builds(word, said, st.sampled_from([*NAMES, None]))


def words_of_a_package():
    def word(name, versions):
        releases: tuple[ReleaseFacts, ...] = tuple(
            release_of(version, day=day, yanked=yanked)
            for version, (day, yanked) in sorted(versions.items())
        )
        one = variant(name, settings=..., description="Package.", releases=releases)
        return Word("tap-alpha", (one,))

    versions = st.dictionaries(
        st.sampled_from(["0.9", "1.0", "1.1rc1", "2.0"]),
        st.tuples(st.integers(0, 3), st.booleans()),
        min_size=1,
    )
    return st.builds(word, st.sampled_from(NAMES), versions)


def histories():
    """What each subject of each source said, oldest first."""
    trees = [
        st.lists(words_of_a_tree(plugin), min_size=1, max_size=3)
        for plugin in PLUGINS * 2
    ]
    return st.tuples(*trees, st.lists(words_of_a_package(), min_size=1, max_size=2))


class Hearing:
    """Sources whose words are recorded as they come, newest or stale or once more."""

    def __init__(self, histories):
        low, high = source_of("low"), source_of("high", priority=9)
        package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
        self.speakers = [
            *((low, plugin, Origin.DEFINITION) for plugin in PLUGINS),
            *((high, plugin, Origin.DEFINITION) for plugin in PLUGINS),
            (package, "", Origin.PACKAGE),
        ]
        self.left = [list(history) for history in histories]
        self.heard = []

    def hear(self, speakers):
        """Record the next words of some speakers in one batch."""
        batch = []
        for number in speakers:
            source, subject, origin = self.speakers[number]
            word = self.left[number].pop(0)
            batch.append((look(source, subject), word.facts(origin)))
        record(batch, now=NOW)
        self.heard += batch

    def repeat(self, choices):
        """Record once more some of all that was ever heard, however old."""
        batch = [self.heard[number % len(self.heard)] for number in choices]
        record(list({pair[0].pk: pair for pair in batch}.values()), now=NOW)


def outcome(run):
    with transaction.atomic():
        run()
        found = catalog()
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(said=histories(), data=st.data())
def test_any_interleaving_with_any_repeats_gives_the_same_catalog(said, data):
    def one_after_the_other():
        hearing = Hearing(said)
        for number, history in enumerate(said):
            for _ in history:
                hearing.hear([number])

    def mixed():
        hearing = Hearing(said)
        while any(hearing.left):
            able = [n for n, left in enumerate(hearing.left) if left]
            chosen = st.lists(st.sampled_from(able), min_size=1, unique=True)
            hearing.hear(data.draw(chosen))
            hearing.repeat(data.draw(st.lists(st.integers(0, 20), max_size=3)))

    assert outcome(one_after_the_other) == outcome(mixed)
