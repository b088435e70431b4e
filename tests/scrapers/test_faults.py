"""What goes wrong at one place keeps no worker from the others."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from registry.models import Host, Source
from registry.vocabulary import SourceKind
from scrapers import rounds, tasks
from scrapers.rounds import OUR_MISTAKE, Round
from tests.embedded.waiting import until
from tests.scrapers.packages import Answer

HTML = "text/html"


@pytest.fixture
def packages(index):
    """Six packages at one index, due in the order of their names."""
    now = timezone.now()
    made = {}
    for place, name in enumerate("abcdef"):
        index.put(f"tap-{name}")
        due_at = now - timedelta(minutes=10 - place)
        made[name] = enrol(f"tap-{name}", due_at=due_at)
    return made


@pytest.fixture
def elsewhere():
    """A repository at another host, that nobody has to look at."""
    address = "https://git.example.org/ada/tap-x"
    return enrol(address, due_at=None, kind=SourceKind.REPOSITORY)


def enrol(address, *, due_at, kind=SourceKind.PACKAGE):
    return Source.objects.enrol(kind, address, found_by="test", due_at=due_at)


def go():
    """Go one round, and return the names of those that are not due any more."""
    Host.objects.update(open_at=None)
    now = timezone.now()
    Round(Source.objects.lease(now, limit=50), began=now).go(lambda *_: None)
    later = now + timedelta(seconds=30)
    return {one.address[4:] for one in Source.objects.filter(due_at__gt=later)}


def put_down(index, *names):
    """Have the index answer nothing fit for these."""
    for name in names:
        index.answers[f"/simple/tap-{name}/"] = Answer(500, HTML, b"")


def failing():
    return {one.address[4:] for one in Source.objects.filter(failures__gt=0)}


@pytest.mark.django_db
def test_a_mistake_of_ours_in_one_source_keeps_nobody_from_the_next(
    packages, monkeypatch
):
    follow = rounds.follow

    def mistaken(source, *, now):
        if source == packages["a"]:
            raise ZeroDivisionError
        return follow(source, now=now)

    monkeypatch.setattr(rounds, "follow", mistaken)
    assert go() == set("abcdef")
    assert failing() == {"a"}
    packages["a"].refresh_from_db()
    assert packages["a"].last_error == OUR_MISTAKE
    assert not Source.objects.exclude(lease=None).exists()


@pytest.mark.django_db
def test_the_first_of_a_round_fails_alone(packages, index):
    go()
    Source.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    Source.objects.filter(pk=packages["a"].pk).update(asked_at=timezone.now())
    put_down(index, "a")
    assert go() == set("abcdef")
    assert set(Source.objects.values_list("lease", flat=True)) == {None}


@pytest.mark.django_db
def test_three_that_do_not_answer_are_at_fault_while_another_does(packages, index):
    go()
    Source.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    put_down(index, "a", "b", "c")
    assert go() == set("abcdef")
    assert failing() == set("abc")
    assert Host.objects.get().outages == 0


@pytest.mark.django_db
def test_three_that_never_answered_let_the_others_go_first_next_time(packages, index):
    put_down(index, "a", "b", "c")
    assert go() == set()
    assert failing() == set()
    assert go() >= set("def")


@pytest.mark.django_db
def test_an_outage_takes_no_attempts_and_leaves_no_lease(packages, index):
    put_down(index, *"abcdef")
    for _ in range(3):
        go()
    assert set(Source.objects.values_list("attempts", "lease")) == {(0, None)}


@pytest.mark.django_db
def test_the_only_source_of_its_host_fails_by_itself(index):
    put_down(index, "x")
    enrol("tap-x", due_at=timezone.now())
    assert go() == {"x"}
    assert failing() == {"x"}
    assert Host.objects.get().outages == 0


@pytest.mark.django_db
def test_giving_back_what_somebody_counted_anew_does_not_fail(packages):
    taken = Source.objects.lease(timezone.now(), limit=2)
    Source.objects.update(attempts=0)
    assert Source.objects.let_go(taken) == 2


@pytest.mark.django_db
def test_a_host_where_a_look_was_asked_for_comes_before_one_that_waits_longer(
    packages, elsewhere
):
    now = timezone.now()
    elsewhere.ask(now, limit=timedelta(minutes=1))
    assert Source.objects.lease(now, limit=5) == [elsewhere]


@pytest.mark.django_db
def test_a_round_makes_way_for_a_look_that_is_asked_for_anywhere(
    packages, elsewhere, monkeypatch
):
    monkeypatch.setattr(rounds, "MAKING_WAY_S", 0.0)
    now = timezone.now()
    begun = Round(Source.objects.lease(now, limit=3), began=now)
    elsewhere.ask(now, limit=timedelta(minutes=1))
    assert begun.go(lambda *_: None) == 0
    assert Source.objects.lease(timezone.now(), limit=50) == [elsewhere]


@pytest.mark.django_db
def test_a_round_makes_no_way_for_a_host_that_is_left_alone(
    packages, elsewhere, monkeypatch
):
    monkeypatch.setattr(rounds, "MAKING_WAY_S", 0.0)
    now = timezone.now()
    Host.objects.get(name=elsewhere.host).rest(now + timedelta(hours=1))
    begun = Round(Source.objects.lease(now, limit=3), began=now)
    elsewhere.ask(now, limit=timedelta(minutes=1))
    assert begun.go(lambda *_: None) == 3


@pytest.mark.django_db
def test_a_round_makes_no_way_for_a_host_without_a_free_slot(
    packages, elsewhere, monkeypatch, settings
):
    settings.CRAWL_HOST_SLOTS = 1
    monkeypatch.setattr(rounds, "MAKING_WAY_S", 0.0)
    now = timezone.now()
    begun = Round(Source.objects.lease(now, limit=3), began=now)
    other = "https://git.example.org/ada/tap-y"
    enrol(other, due_at=now, kind=SourceKind.REPOSITORY)
    assert len(Source.objects.lease(now, limit=1)) == 1
    elsewhere.ask(now, limit=timedelta(minutes=1))
    assert begun.go(lambda *_: None) == 3


@pytest.mark.django_db(transaction=True)
def test_a_host_that_others_empty_meanwhile_does_not_hide_the_next_one(
    index, elsewhere
):
    now = timezone.now()
    first = enrol("tap-a", due_at=now - timedelta(minutes=2))
    Source.objects.filter(pk=elsewhere.pk).update(due_at=now)
    taken = []

    def take():
        try:
            taken.extend(Source.objects.lease(now, limit=5))
        finally:
            connection.close()

    with transaction.atomic():
        Host.objects.select_for_update().get(name=first.host)
        thread = threading.Thread(target=take)
        thread.start()
        until(somebody_waits, what="the other worker waits for the host's row")
        Source.objects.filter(pk=first.pk).update(due_at=now + timedelta(days=1))
    thread.join()
    assert taken == [elsewhere]


def somebody_waits():
    with connection.cursor() as cursor:
        # Within a transaction the view would stay as it was first seen.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database()"
        )
        return cursor.fetchone()


@pytest.mark.django_db
def test_a_round_that_is_killed_leaves_its_sources_to_the_next_lease(packages):
    now = timezone.now()
    Source.objects.lease(now, limit=50)
    tasks.crawl()
    assert failing() == set()
    later = now + timedelta(minutes=9)
    assert len(Source.objects.lease(later, limit=50)) == len(packages)
