"""Entries follow their plugins: at each publication, as far as something changed."""

import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry import publishing
from registry.models import Plugin, SearchEntry, Variant
from registry.search import index
from tests.registry.cast import say, source_of, variant


def places():
    """Return where each entry's row lies: a write moves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM registry_searchentry")
        return dict(cursor.fetchall())


def keys():
    return list(Plugin.objects.values_list("pk", flat=True))


def publish():
    return publishing.publish_changed(now=timezone.now())


def test_a_publication_writes_the_entries_of_what_it_publishes(has, search):
    has("tap-alpha", "ada", "bo", refresh=False)
    assert search("alpha") == []
    publish()
    assert search("alpha") == ["tap-alpha"]
    assert SearchEntry.objects.count() == 2


def test_only_the_plugins_that_changed_are_written(has):
    for n in range(5):
        has(f"tap-n{n}", refresh=False)
    publish()
    before = places()
    plugin = has("tap-n3", label="Changed", refresh=False)
    publish()
    moved = {key for key, place in places().items() if before.get(key) != place}
    assert moved == {plugin.entries.get().pk}


def test_writing_what_is_known_writes_nothing(has):
    has("tap-alpha", "ada", "bo", keywords=["api"])
    before = places()
    assert index.refresh(keys()) == 0
    assert places() == before


def test_queries_do_not_grow_with_plugins_or_variants(has):
    counts = []
    for number in (1, 12):
        for n in range(number):
            has(f"tap-{number}-{n}", "ada", "bo", refresh=False)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            index.refresh(keys())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_a_default_that_moves_moves_in_all_entries(has):
    has("tap-x", "ada", "bo", default="ada")
    has("tap-x", "ada", "bo", default="ada")
    plugin = Plugin.objects.get()
    plugin.default_variant = Variant.objects.get(name="bo")
    plugin.save()
    assert index.refresh([plugin.pk]) == 2
    assert SearchEntry.objects.get(is_default=True).name == "bo"


def test_an_entry_goes_with_its_plugin(has):
    has("tap-x").delete()
    assert not SearchEntry.objects.exists()


def test_an_unknown_plugin_has_no_entries(db):
    assert index.refresh([123456789]) == 0
    assert index.refresh([]) == 0


def test_entries_that_were_lost_are_made_again(has, search):
    has("tap-x", "ada", "bo")
    SearchEntry.objects.filter(name="bo").delete()
    assert index.refresh(keys()) == 1
    assert search("tap-x--bo") == ["tap-x"]


@pytest.mark.parametrize("said", [
    {"label": "L" * 5000}, {"description": "word " * 50_000}, {"keywords": ["k" * 3000]},
    {"keywords": [f"keyword {n}" for n in range(3000)]}, {"label": "\\' \" : * & | !"},
    {"settings": [{"name": f"{'s' * 290}{n}"} for n in range(3000)]},
    {"keywords": None, "settings": None, "capabilities": None},
    {"keywords": "api", "capabilities": "state", "supported_python_versions": "3.12"},
    {"settings": [{"name": "''\\"}], "executable": ["a"], "label": "\u202eabc"},
    {"keywords": ["\x1f", "a\x1fb", ""]}, {"supported_python_versions": [3.12, None, "x"]},
])  # fmt: skip
def test_whatever_a_definition_says_it_has_an_entry(has, search, said):
    has("tap-x", **said)
    assert search("tap-x") == ["tap-x"]
    assert index.refresh(keys()) == 0


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_what_one_would():
    source = source_of("/definitions")
    for n in range(12):
        facts = [variant(name, plugin=f"tap-n{n}") for name in ("ada", "bo")]
        say(source, *facts, plugin=f"tap-n{n}")
    wanted, failures = keys(), []

    def write(order):
        try:
            for _ in range(5):
                SearchEntry.objects.filter(name="bo").delete()
                index.refresh(order)
        except Exception as failure:  # noqa: BLE001  told to the test's own thread
            failures.append(failure)
        finally:
            connections.close_all()

    orders = [wanted, wanted[::-1], wanted[3:], wanted[:9]]
    writers = [threading.Thread(target=write, args=(order,)) for order in orders]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    index.refresh(wanted)
    assert SearchEntry.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_waited_writes_what_it_finds_afterwards():
    source = source_of("/definitions")
    say(source, variant("ada", label="Before"))
    [key] = keys()
    index.refresh([key])
    began, done = threading.Event(), threading.Event()

    def write():
        began.set()
        index.refresh([key])
        connections.close_all()
        done.set()

    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        Plugin.objects.select_for_update().get()
        writer = threading.Thread(target=write)
        writer.start()
        assert began.wait(5)
        Variant.objects.update(label="After")
    writer.join()
    assert done.is_set()
    assert SearchEntry.objects.get().label == "after"
