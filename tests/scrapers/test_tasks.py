"""The ticks, in this process and in real workers over real brokers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from registry.models import Snapshot, Source, Variant
from registry.vocabulary import SourceKind
from scrapers import probes, tasks
from scrapers.seed import SEED
from tests.embedded.waiting import until
from tests.scrapers.going import enrol, go

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_a_source_that_is_due_is_crawled_recorded_and_published(folder):
    source = enrol(folder)
    go(source)
    source.refresh_from_db()
    assert source.due_at > timezone.now()
    assert Variant.objects.exclude(listed_at=None).count() == 4


@pytest.mark.django_db
def test_the_next_look_at_an_unchanged_source_writes_its_due_time_alone(folder):
    source = enrol(folder)
    go(source)
    source.refresh_from_db()
    before = source.crawled_at, Snapshot.objects.count()
    go(source)
    source.refresh_from_db()
    assert (source.crawled_at, Snapshot.objects.count()) == before


@pytest.mark.django_db
def test_definitions_that_can_not_be_reached_make_us_begin_with_the_seed(closed_port):
    source = enrol(f"http://127.0.0.1:{closed_port}/hub.git")
    go(source)
    source.refresh_from_db()
    assert source.failures == 1
    assert source.due_at > timezone.now()
    seeds = Source.objects.filter(kind=SourceKind.PACKAGE, found_by="seed")
    assert set(seeds.values_list("address", flat=True)) == set(SEED)


@pytest.mark.django_db
def test_definitions_that_were_read_once_need_no_seed(folder, closed_port):
    go(enrol(folder))
    go(enrol(f"http://127.0.0.1:{closed_port}/hub.git"))
    assert not Source.objects.filter(kind=SourceKind.PACKAGE).exists()


@pytest.mark.django_db
def test_raising_the_probes_version_judges_stored_evidence_again(folder, monkeypatch):
    go(enrol(folder))
    monkeypatch.setattr(probes, "VERSION", probes.VERSION + 1)
    tasks.probe_due()
    assert set(Snapshot.objects.values_list("probed_with", flat=True)) == {
        probes.VERSION
    }


@pytest.mark.django_db
def test_judging_again_says_the_same_once(folder, monkeypatch):
    folder.defaults({"extractors": {"tap-alpha": "nobody"}})
    go(enrol(folder))
    before = list(Snapshot.objects.order_by("pk").values_list("probe_findings"))
    assert "'nobody'" in str(before)
    monkeypatch.setattr(probes, "VERSION", probes.VERSION + 1)
    tasks.probe_due()
    assert list(Snapshot.objects.order_by("pk").values_list("probe_findings")) == before


@pytest.mark.django_db(transaction=True)
def test_no_source_is_leased_twice(settings):
    settings.CRAWL_HOST_SLOTS = 100
    now = timezone.now()
    for number in range(40):
        Source.objects.enrol(
            SourceKind.PACKAGE, f"tap-{number}", found_by="test", due_at=now
        )

    def take(_):
        try:
            taken = []
            while rows := Source.objects.lease(now, limit=3):
                taken += [row.pk for row in rows]
            return taken
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        taken = [key for keys in threads.map(take, range(4)) for key in keys]
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db
def test_a_killed_workers_source_comes_back_when_its_lease_ends():
    now = timezone.now()
    Source.objects.enrol(SourceKind.PACKAGE, "tap-x", found_by="test", due_at=now)
    assert len(Source.objects.lease(now, limit=5)) == 1
    assert Source.objects.lease(now, limit=5) == []
    later = now + timedelta(minutes=10)
    assert len(Source.objects.lease(later, limit=5)) == 1


@pytest.fixture
def closed_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        yield found.getsockname()[1]


@contextlib.contextmanager
def celery(*arguments, environment):
    """Run a Celery process of ours, and end it whatever happens."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "hub", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def environment(tmp_path, folder, settings):
    """The environment of processes beside this one, on the test's own database."""
    database = connection.settings_dict
    folder.repository()
    host = database["OPTIONS"].get("host") or database["HOST"] or "127.0.0.1"
    port = database["OPTIONS"].get("port") or database["PORT"] or "5432"
    user = database["USER"] or "postgres"
    return os.environ | {
        "DATABASE_URL": f"postgresql://{user}@/{database['NAME']}"
        f"?host={str(host).replace('/', '%2F')}&port={port}",
        "DEFINITIONS_SOURCES": f"file://{folder}",
        "PUBLISHED_ROOT": str(settings.PUBLISHED_ROOT),
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "PROBE": "false",
        "SECRET_KEY": "k" * 50,
    }


WORKER = ("worker", "-P", "threads", "-c", "2", "-l", "WARNING", "-n")


def published(settings):
    path = "documents/meltano/api/v1/plugins/extractors/tap-alpha--ada"
    return (settings.PUBLISHED_ROOT / path).exists()


@pytest.mark.django_db(transaction=True)
def test_one_worker_does_everything_on_embedded_defaults(environment, settings):
    environment["CELERY_BROKER_URL"] = "memory://localhost/"
    with celery(*WORKER, "one@%h", environment=environment):
        until(lambda: published(settings), what="the worker publishes the tree")
    assert Snapshot.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_repeats_nothing(environment, settings):
    environment["CELERY_BROKER_URL"] = "memory://localhost/"
    with celery(*WORKER, "first@%h", environment=environment) as process:
        until(Source.objects.exists, what="the worker enrols the tree")
        process.kill()
        process.wait()
    # As if the lease had run out: nobody should wait for it here.
    Source.objects.update(leased_until=None)
    with celery(*WORKER, "second@%h", environment=environment):
        until(lambda: published(settings), what="the next worker publishes the tree")
    assert Snapshot.objects.count() == 3
    assert Variant.objects.count() == 4


@pytest.mark.parametrize(
    ("name", "port", "broker"),
    [
        ("Redis", 6379, "redis://127.0.0.1:6379/9"),
        ("RabbitMQ", 5672, "amqp://guest:guest@127.0.0.1:5672//"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_schedule_and_worker_are_processes_of_their_own_on_a_real_broker(
    name, port, broker, environment, settings, tmp_path
):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        pytest.skip(f"{name} does not answer on 127.0.0.1:{port}")
    environment["CELERY_BROKER_URL"] = broker
    schedule = ("beat", "-s", str(tmp_path / "beat"), "--pidfile", "", "-l", "WARNING")
    with (
        celery(*WORKER, f"{name}@%h", environment=environment),
        celery(*schedule, environment=environment),
    ):
        # The schedule's first tick of enrolment is a minute away.
        enrol(environment["DEFINITIONS_SOURCES"])
        until(lambda: published(settings), what=f"a document by way of {name}")
    assert Snapshot.objects.count() == 3


@pytest.mark.django_db
def test_what_killed_workers_left_is_swept_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (
        tmp_path / name for name in ("songbook-git-a", "songbook-git-b", "mine")
    )
    for folder in (old, new, other):
        (folder / "commits").mkdir(parents=True)
    an_hour_ago = (timezone.now() - timedelta(hours=1)).timestamp()
    for folder in (old, other):
        os.utime(folder, (an_hour_ago, an_hour_ago))
    tasks.enrol_sources()
    assert {folder.name for folder in tmp_path.iterdir()} == {"songbook-git-b", "mine"}
