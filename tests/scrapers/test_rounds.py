"""Rounds: a host's sources one after another, outages, absences, and asking for a look."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Event, Host, Snapshot, Source, Variant, Visit
from registry.models.source import ABSENCES_NEEDED
from registry.vocabulary import Outcome, SourceKind
from scrapers import tasks
from scrapers.http import Gone, Throttled, Unreachable
from scrapers.rounds import Round, fail
from tests.scrapers.git_server import GitServer, Given
from tests.scrapers.going import go

pytestmark = pytest.mark.django_db

PROJECT = """[project]
name = "tap-{name}"
version = "{version}"
dependencies = ["singer-sdk"]
"""


@pytest.fixture
def server(tmp_path):
    (tmp_path / "served").mkdir()
    made = GitServer(tmp_path / "served")
    yield made
    made.close()


@pytest.fixture
def repositories(server):
    """Three connectors at one host, each with one release, due now."""
    made = {}
    for name in ("alpha", "beta", "gamma"):
        upstream = server.make(f"tap-{name}")
        text = PROJECT.format(name=name, version="1.0")
        upstream.commit(tag="v1.0", pyproject__toml="", **{"pyproject.toml": text})
        made[name] = Source.objects.enrol(
            SourceKind.REPOSITORY,
            f"{server.url}/ada/tap-{name}",
            found_by="test",
            due_at=timezone.now(),
        )
        # Repositories lie at /tap-name; their addresses have an owner, as on a forge.
        upstream.bare.close()
        place = server.root / "ada" / f"tap-{name}"
        place.parent.mkdir(exist_ok=True)
        (server.root / f"tap-{name}").rename(place)
    return made


def due_again():
    past = timezone.now() - timedelta(seconds=1)
    Source.objects.update(due_at=past)
    Host.objects.update(open_at=None)


def test_a_round_reads_every_repository_of_its_host(repositories):
    tasks.crawl()
    rows = Variant.objects.order_by("plugin__name")
    assert [(v.plugin.name, v.name) for v in rows] == [
        ("tap-alpha", "ada"),
        ("tap-beta", "ada"),
        ("tap-gamma", "ada"),
    ]
    assert {v.releases.get().version for v in rows} == {"1.0"}
    assert Visit.objects.filter(outcome=Outcome.CHANGED).count() == 3


def test_nothing_new_costs_one_request_a_source_and_one_update_a_round(
    repositories, server
):
    tasks.crawl()
    due_again()
    server.asked.clear()
    before = Snapshot.objects.count(), Visit.objects.count()
    with CaptureQueriesContext(connection) as queries:
        tasks.crawl()
    assert [one.method for one in server.asked] == ["GET"] * 3
    assert (Snapshot.objects.count(), Visit.objects.count()) == before
    updates = [q["sql"] for q in queries if "SET looked_at" in q["sql"]]
    assert len(updates) == 1
    assert not Source.objects.filter(leased_until__isnull=False).exists()
    assert set(Source.objects.values_list("quiet_looks", flat=True)) == {1}


def test_a_host_that_asks_to_wait_is_left_alone_by_all(repositories, server):
    path = "/ada/tap-alpha/info/refs"
    server.given[path] = Given(429, {"Retry-After": "300"}, b"")
    sources = Source.objects.lease(timezone.now(), limit=10)
    Round(sources, began=timezone.now()).go(lambda *_: None)
    host = Host.objects.get(name=sources[0].host)
    assert timedelta(minutes=4) < host.open_at - timezone.now() < timedelta(minutes=6)
    assert set(Source.objects.values_list("failures", flat=True)) == {0}
    assert Source.objects.lease(timezone.now(), limit=10) == []
    later = timezone.now() + timedelta(minutes=6)
    assert Source.objects.lease(later, limit=10) != []


def test_an_outage_of_a_host_is_no_failure_of_its_sources(repositories, server):
    tasks.crawl()
    server.close()
    before = list(Event.objects.values_list("pk", flat=True))
    for _ in range(4):
        due_again()
        tasks.crawl()
    assert set(Source.objects.values_list("failures", flat=True)) == {0}
    assert Host.objects.get(outages__gt=0).outages == 4
    assert list(Event.objects.values_list("pk", flat=True)) == before
    assert not Variant.objects.exclude(gone_at=None).exists()


def absent(source, *, days):
    """Fail a source as a worker does whose host says that nothing is there."""
    now = timezone.now() + timedelta(days=days)
    source.refresh_from_db()
    fail(source, Gone("Nothing is there."), now=now)
    source.refresh_from_db()


def test_gone_takes_three_absences_a_day_apart_while_the_host_answers(repositories):
    tasks.crawl()
    source = repositories["alpha"]
    for hour in (0, 1, 2, 3):
        absent(source, days=hour / 24)
    assert (len(source.absences), source.gone_at) == (1, None)
    absent(source, days=1.1)
    assert source.gone_at is None
    absent(source, days=2.2)
    assert source.gone_at is not None
    assert len(source.absences) == ABSENCES_NEEDED
    variant = Variant.objects.get(plugin__name="tap-alpha")
    assert variant.gone_at is not None
    assert variant.releases.count() == 1
    assert Variant.objects.filter(gone_at=None).count() == 2


def test_nothing_is_gone_where_nothing_else_at_its_host_answers(repositories, server):
    tasks.crawl()
    server.close()
    for day in range(6):
        absent(repositories["alpha"], days=day * 1.1)
    assert repositories["alpha"].absences == []
    assert "can't be told" in repositories["alpha"].last_error
    assert not Variant.objects.exclude(gone_at=None).exists()


def test_what_is_there_again_is_listed_again(repositories):
    tasks.crawl()
    source = repositories["alpha"]
    for day in (0, 1.1, 2.2):
        absent(source, days=day)
    Source.objects.filter(pk=source.pk).update(validators={}, revision="")
    go(source)
    tasks.probe_due()
    assert source.gone_at is None
    assert Variant.objects.get(plugin__name="tap-alpha").gone_at is None
    verbs = Event.objects.filter(plugin__name="tap-alpha").values_list(
        "verb", flat=True
    )
    assert set(verbs) == {"added", "gone", "returned"}


def test_a_host_has_so_many_slots_and_no_more(repositories, settings):
    settings.CRAWL_HOST_SLOTS = 2
    now = timezone.now()
    assert len(Source.objects.lease(now, limit=1)) == 1
    assert len(Source.objects.lease(now, limit=1)) == 1
    assert Source.objects.lease(now, limit=1) == []


def test_asked_for_comes_first_and_is_not_lost_while_it_is_looked_at(repositories):
    tasks.crawl()
    due_again()
    source = repositories["gamma"]
    assert source.ask(timezone.now(), limit=timedelta(minutes=10)) is None
    [first] = Source.objects.lease(timezone.now(), limit=1)
    assert first == source
    began = timezone.now()
    # Asked for again by a hook while a worker is at it.
    Source.objects.filter(pk=source.pk).update(asked_at=timezone.now())
    later = timezone.now() + timedelta(days=1)
    Source.objects.ended_quietly(
        first.lease, {source.pk: later}, began=began, now=timezone.now()
    )
    source.refresh_from_db()
    assert source.due_at <= timezone.now()


def test_who_lost_its_lease_writes_nothing(repositories):
    now = timezone.now()
    [source] = Source.objects.lease(now, limit=1)
    much_later = now + timedelta(hours=1)
    Source.objects.lease(much_later, limit=1)
    due = {source.pk: much_later}
    assert Source.objects.ended_quietly(source.lease, due, began=now, now=now) == 0


def test_the_same_failure_again_is_no_visit_of_its_own(repositories):
    source = repositories["alpha"]
    for _ in range(3):
        fail(source, Unreachable("No answer."), now=timezone.now())
    assert Visit.objects.filter(source=source).count() == 1
    fail(source, Throttled("Wait.", timedelta(1)), now=timezone.now())
    assert Visit.objects.filter(source=source).count() == 2
