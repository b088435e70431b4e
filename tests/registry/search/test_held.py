"""What a process holds of the entries follows the database, whoever changed it."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from registry.models import Plugin, SearchChange, SearchEntry
from registry.search import columns, held, index
from registry.search.columns import Columns
from registry.search.counted import Entry
from registry.search.facets import BITS
from registry.search.held import Held
from registry.search.query import Query
from registry.search.tally import COUNTED, Search, tally
from tests.registry.cast import NOW, say, source_of, variant

WORDS = ("api", "database", "file")


def same(one, other):
    """Say whether two columns answer alike, wherever in them an entry stands."""

    def answers(columns):
        told = tally(Search.of(Query(), columns, None, now=NOW), page=1, per_page=500)
        return told.total, told.plugins, told.counts, columns.ranked

    return answers(one) == answers(other)


def entry(key, plugin, chance):
    bits = tuple(chance.randrange(4) << facet.first for facet in BITS)
    released_at = chance.choice([None, NOW - timedelta(days=chance.randrange(500))])
    words = tuple(word for word in WORDS if chance.random() < 0.4)
    uses = plugin % 5
    return Entry(
        key, plugin, f"tap-{plugin}", f"by{key % 7}", uses,
        is_default=False, bits=bits, keywords=words, released_at=released_at,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_columns_that_followed_changes_answer_as_new_ones_do(seed):
    chance = random.Random(seed)  # noqa: S311  no secret
    entries = {}
    followed = Columns()
    for _ in range(40):
        gone = {key for key in entries if chance.random() < 0.1}
        written = [
            entry(key, key % 13 + 1, chance) for key in chance.sample(range(1, 60), 5)
        ]
        written = [one for one in written if one.id not in gone]
        entries = {key: one for key, one in entries.items() if key not in gone}
        entries |= {one.id: one for one in written}
        before = followed
        followed = before.changed(gone, written)
        assert same(followed, Columns.of(entries.values()))
        assert set(followed.places) == set(entries)
    assert len(followed.entries) > len(entries)
    assert same(followed.packed(), followed)
    assert len(followed.packed().entries) == len(entries)


def test_places_that_were_left_are_not_kept_for_ever(has):
    mine = Held()
    names = [f"by{n}" for n in range(12)]
    for count in range(1, 12):
        has("tap-x", *names[:count])
        held_now = mine.columns()
        assert len(held_now.entries) <= 2 * count
        assert len(held_now.places) == count


def test_many_plugins_stand_in_the_same_order_as_few(monkeypatch):
    chance = random.Random(1)  # noqa: S311  no secret
    made = Columns.of(entry(key, key % 90 + 1, chance) for key in range(1, 200))
    plugins = made.runs.met(made.everyone)
    gone_through = made.first(plugins, start=30, count=25)
    monkeypatch.setattr(columns, "SORTED_OF", 0)
    assert made.first(plugins, start=30, count=25) == gone_through
    assert gone_through == [rank[-1] for rank in made.ranked[30:55]]


def test_only_what_changed_is_read_again(has, django_assert_num_queries):
    for n in range(5):
        has(f"tap-n{n}")
    mine = Held()
    before = mine.columns()
    with django_assert_num_queries(1):
        assert mine.columns() is before
    has("tap-n3", "ada", "bo", label="Changed")
    with django_assert_num_queries(2):
        after = mine.columns()
    assert len(after.places) == 6
    assert same(after, Held().columns())


def test_an_entry_that_was_deleted_is_held_no_longer(has):
    has("tap-x", "ada", "bo")
    mine = Held()
    mine.columns()
    SearchEntry.objects.filter(name="bo").delete()
    assert [one.name for one in mine.columns().entries if one.id] == ["ada"]
    Plugin.objects.all().delete()
    assert not mine.columns().places


def test_what_was_rolled_back_is_forgotten(has):
    has("tap-x", label="Before")
    mine = Held()
    with transaction.atomic():
        has("tap-y")
        assert len(mine.columns().places) == 2
        transaction.set_rollback(True)
    has("tap-z")
    assert {one.plugin_name for one in mine.columns().entries} == {"tap-x", "tap-z"}


def test_after_more_changes_than_are_followed_all_is_read(has, monkeypatch):
    mine = Held()
    has("tap-a")
    mine.columns()
    monkeypatch.setattr(held, "FOLLOWED_MOST", 2)
    for n in range(4):
        has(f"tap-n{n}")
    assert same(mine.columns(), Held().columns())
    assert len(mine.columns().places) == 5


def test_the_newest_changes_are_kept_and_no_more(has):
    has("tap-x")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_searchchange (entry) SELECT generate_series(1, 12000)"
        )
    has("tap-y")
    assert SearchChange.objects.count() <= 10_000


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_nobody_behind():
    source = source_of("/definitions")
    for n in range(8):
        say(source, variant("ada", plugin=f"tap-n{n}"), plugin=f"tap-n{n}")
    keys = sorted(Plugin.objects.values_list("pk", flat=True))
    mine = Held()
    mine.columns()

    def write(some):
        for key in some:
            index.refresh([key])
        connections.close_all()

    writers = [threading.Thread(target=write, args=(keys[n::4],)) for n in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        mine.columns()
    assert len(mine.columns().places) == 8
    assert same(mine.columns(), Held().columns())


def test_every_facet_is_counted_without_entries(db):
    told = tally(
        Search.of(Query(), Held().columns(), None, now=NOW), page=1, per_page=20
    )
    assert told.total == 0
    assert told.counts == {key: {} for key in COUNTED}
