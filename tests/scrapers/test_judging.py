"""Snapshots that wait for the probes: in batches, and whatever one of them holds."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection

from registry.models import Snapshot
from scrapers import tasks
from scrapers.line import judge_due
from scrapers.probes import VERSION
from tests.registry.cast import NOW
from tests.registry.views.tries import packaged
from tests.scrapers.probes.invocation.records import helped, installed, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def package():
    return packaged()


def waiting(source, *pythons, **said):
    """Keep a run on each Python that nothing has judged yet."""
    for python in pythons:
        shown = record(*installed(helped()), version="1.1", python=python, **said)
        Snapshot.objects.create(
            source=source, subject=f"run/1.1/{python}", digest="", taken_at=NOW,
            evidence=shown,
        )  # fmt: skip


@pytest.mark.parametrize(
    "error", [OperationalError, InterfaceError, SoftTimeLimitExceeded]
)
def test_what_is_no_fault_of_a_snapshot_has_it_judged_again(
    package, monkeypatch, caplog, error
):
    waiting(package, "3.12")

    def ended(_record):
        raise error("The database is away, or the time is over.")

    with monkeypatch.context() as patch:
        patch.setattr("scrapers.line.probe_record", ended)
        with pytest.raises(error):
            tasks.probe_due()
    assert "could not be judged" not in caplog.text
    assert Snapshot.objects.unprobed(VERSION).count() == 1
    tasks.probe_due()
    assert not Snapshot.objects.unprobed(VERSION).exists()


def test_our_own_errors_leave_a_snapshot_behind(package, monkeypatch, caplog):
    waiting(package, "3.12")

    def broken(_record):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("scrapers.line.probe_record", broken)
        tasks.probe_due()
    assert "could not be judged" in caplog.text
    assert not Snapshot.objects.unprobed(VERSION).exists()


@pytest.mark.parametrize(("room", "batches"), [(0, 3), (2, 2), (3, 1)])
def test_no_more_evidence_is_read_at_once_than_there_is_room_for(
    package, monkeypatch, room, batches
):
    waiting(package, "3.10", "3.11", "3.12", "3.13")
    with connection.cursor() as cursor:
        packed = "SELECT max(pg_column_size(evidence)) FROM registry_snapshot"
        [size] = cursor.execute(packed).fetchone()
    judged = []

    def judge(snapshots, *, now):
        judged.append([one.subject for one in snapshots])

    monkeypatch.setattr("scrapers.line.judge", judge)
    assert judge_due(limit=3, now=NOW, batch_bytes=room * size) == 3
    assert len(judged) == batches
    assert [one for batch in judged for one in batch] == [
        "run/1.1/3.10", "run/1.1/3.11", "run/1.1/3.12",
    ]  # fmt: skip
