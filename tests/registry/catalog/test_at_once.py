"""Several at work on the catalog at once: nobody waits for ever, nothing is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from registry.catalog import record
from registry.catalog.observing import observe
from registry.models import Document, Maintainer, Plugin, Variant
from registry.publishing import publish_changed
from tests.embedded.waiting import until
from tests.registry.cast import NOW, facts, look, say, source_of, variant
from tests.registry.rows import catalog, documents
from tests.registry.views.runs import packaged, ran

pytestmark = pytest.mark.django_db(transaction=True)


class InThreads(ThreadPoolExecutor):
    """Threads that give their database connection back, and their errors to us."""

    def start(self, work, *given):
        def run():
            try:
                return work(*given)
            finally:
                connection.close()

        return self.submit(run)


def waiting_for_a_lock():
    with connection.cursor() as cursor:
        # Within a transaction the first answer would stand for all.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def test_two_recordings_of_the_same_plugins_in_opposite_order_lose_nothing():
    names = [f"tap-{n}" for n in range(40)]
    sources = {"first": source_of("first"), "second": source_of("second")}
    start = threading.Barrier(2)

    def tell(who, order):
        pairs = [
            (
                look(sources[who], f"extractors/{name}"),
                facts(
                    variant(who, plugin=name), variant("ada", plugin=name), plugin=name
                ),
            )
            for name in order
        ]
        start.wait(timeout=20)
        record(pairs, now=NOW)

    with InThreads() as threads:
        told = [
            threads.start(tell, "first", names),
            threads.start(tell, "second", names[::-1]),
        ]
        for one in told:
            one.result(timeout=30)
    assert Plugin.objects.count() == 40
    assert Variant.objects.count() == 120
    assert set(Maintainer.objects.values_list("name", flat=True)) == {
        *("first", "second", "ada"),
    }


def test_new_labels_of_the_same_maintainers_in_opposite_order_do_not_deadlock():
    names = [f"m{n}" for n in range(300)]
    sources = {"first": source_of("first"), "second": source_of("second")}
    for who, source in sources.items():
        plugin = f"tap-{who}"
        said = [variant(name, plugin=plugin, settings=...) for name in names]
        say(source, *said, plugin=plugin)
    start = threading.Barrier(2)

    def tell(who, order, turn):
        plugin = f"tap-{who}"
        said = [variant(name, plugin=plugin, settings=...) for name in order]
        for one in said:
            object.__setattr__(one.maintainer, "label", f"{who} {turn}")
        start.wait(timeout=20)
        say(sources[who], *said, plugin=plugin)

    with InThreads() as threads:
        for turn in range(5):
            told = [
                threads.start(tell, "first", names, turn),
                threads.start(tell, "second", names[::-1], turn),
            ]
            for one in told:
                one.result(timeout=30)
    assert len(set(Maintainer.objects.values_list("label", flat=True))) == 1


def test_word_that_is_overtaken_while_it_waits_is_not_heard():
    source = source_of("curated")
    say(source, variant("ada"))
    old = look(source, "tap-alpha")
    with InThreads() as threads:
        with transaction.atomic():
            list(Plugin.objects.select_for_update())
            pair = (old, facts(variant("ada"), variant("late")))
            slow = threads.start(lambda: record([pair], now=NOW))
            until(waiting_for_a_lock, what="the recording waits for the plugin")
            say(source, variant("ada", description="The newest word."))
        slow.result(timeout=20)
    assert [v.name for v in Variant.objects.all()] == ["ada"]
    assert Variant.objects.get().description == "The newest word."


def test_change_that_commits_while_documents_are_built_is_published_next_time():
    source = source_of("curated")
    say(source, variant("ada"))
    publish_changed(now=NOW)
    with InThreads() as threads:
        with transaction.atomic():
            say(source, variant("ada", description="New."))
            # It can't see the change, and does not wait for it either.
            threads.start(lambda: publish_changed(now=NOW)).result(timeout=20)
            assert b"New." not in documents()["extractors/tap-alpha--ada"]
        publish_changed(now=NOW)
    assert b"New." in documents()["extractors/tap-alpha--ada"]


def test_publishers_take_turns_and_write_everything_once():
    source = source_of("curated")
    for number in range(20):
        plugin = f"tap-{number}"
        say(source, variant("ada", plugin=plugin), plugin=plugin)
    with InThreads() as threads:
        done = [threads.start(lambda: publish_changed(now=NOW)) for _ in range(4)]
        written = [one.result(timeout=30).written for one in done]
    assert sorted(written) == [0, 0, 0, 20 + 9]
    assert Document.objects.count() == 20 + 9


def test_recording_and_publishing_at_once_end_in_the_same_documents():
    source = source_of("curated")
    stop = threading.Event()

    def publish():
        while not stop.is_set():
            publish_changed(now=NOW)

    with InThreads() as threads:
        publisher = threads.start(publish)
        for turn in range(15):
            for plugin in ("tap-a", "tap-b"):
                said = variant("ada", plugin=plugin, description=f"Turn {turn}.")
                say(source, said, plugin=plugin)
        stop.set()
        publisher.result(timeout=30)
    publish_changed(now=NOW)
    for plugin in ("tap-a", "tap-b"):
        assert b"Turn 14." in documents()[f"extractors/{plugin}--ada"]
    assert len(catalog()["variants"]) == 2


def test_a_run_that_comes_while_another_is_judged_is_not_left_out():
    [source] = packaged("ada", releases=["1.0"])
    ran(source, "1.0", "3.12")
    Variant.objects.update(tried={})
    with InThreads() as threads:
        with transaction.atomic():
            list(Plugin.objects.select_for_update())
            list(Variant.objects.select_for_update())
            slow = threads.start(lambda: observe([source], now=NOW))
            until(waiting_for_a_lock, what="the judge waits for the plugin")
            ran(source, "1.0", "3.13")
        slow.result(timeout=20)
    assert Variant.objects.get().tried["pythons"] == {"3.12": "yes", "3.13": "yes"}
