"""Who holds a ticket, and what comes of it where there is no result."""

from threading import Semaphore
from threading import enumerate as enumerate_threads

import pytest

from registry.catalog.records import failure, keep_record, unchanged
from registry.models import ProbeTicket, Snapshot
from registry.models.ticket import LEASE
from registry.vocabulary import SourceKind, TicketKind
from scrapers.holding import held
from scrapers.management.commands import sandbox
from scrapers.trying import names_tap
from tests.registry.cast import NOW, source_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    """One release, on one Python, that nobody has tried yet."""
    ProbeTicket.objects.issue(source_of("package"), {"1.1": ["3.12"]}, now=NOW)
    return ProbeTicket.objects.lease(NOW)


def test_who_is_too_late_takes_the_ticket_from_nobody(ticket):
    other = ProbeTicket.objects.lease(NOW + 2 * LEASE)
    ticket.failed(NOW + 2 * LEASE, "The index is away.")
    row = ProbeTicket.objects.get()
    assert (row.lease, row.attempts, row.failures) == (other.lease, 2, 0)


def test_who_renews_in_time_keeps_the_ticket(ticket):
    later = NOW + LEASE * 0.9
    assert ProbeTicket.objects.renew(ticket.lease, later)
    assert ProbeTicket.objects.lease(later + LEASE * 0.9) is None
    assert ProbeTicket.objects.held(later + LEASE * 0.9).exists()


def test_who_is_too_late_renews_nothing(ticket):
    other = ProbeTicket.objects.lease(NOW + 2 * LEASE)
    assert not ProbeTicket.objects.renew(ticket.lease, NOW + 2 * LEASE)
    assert not ProbeTicket.objects.renew(None, NOW)
    assert ProbeTicket.objects.get().lease == other.lease


def test_a_lease_is_renewed_while_work_goes_on_and_not_after():
    renewed = Semaphore(0)
    with held(renewed.release, every_s=0.001):
        assert all(renewed.acquire(timeout=30) for _ in range(3))
        [beside] = [one for one in enumerate_threads() if one.name == "lease"]
    assert not beside.is_alive()


def test_a_renewal_that_fails_ends_neither_the_work_nor_the_next_one(caplog):
    failed = Semaphore(0)

    def renew():
        failed.release()
        raise OSError("The database is away.")

    with held(renew, every_s=0.001):
        assert all(failed.acquire(timeout=30) for _ in range(2))
    assert "The database is away." in caplog.text


def test_a_failure_leaves_what_became_of_the_release_meanwhile(ticket):
    ProbeTicket.objects.issue(ticket.source, {"1.2": []}, now=NOW)
    ticket.failed(NOW, "The index is away.")
    row = ProbeTicket.objects.get()
    assert (row.is_current, row.lease, row.failures) == (False, None, 1)
    assert row.due_at > NOW


def test_a_release_that_was_never_tried_is_not_as_it_was(ticket):
    question = {"lock": "l", "python": "3.12", "patch": 4, "layout": 1}
    assert keep_record(ticket.lease, unchanged(question), now=NOW) is None
    row = ProbeTicket.objects.get()
    assert (row.tried_at, row.failures, row.lease) == (None, 1, None)


def test_what_was_tried_otherwise_since_is_not_as_it_was(ticket):
    Snapshot.objects.create(
        source=ticket.source, subject=ticket.subject, digest="", revision="newer",
        taken_at=NOW, evidence={},
    )  # fmt: skip
    question = {"lock": "older", "python": "3.12", "patch": 4, "layout": 1}
    keep_record(ticket.lease, unchanged(question), now=NOW)
    assert ProbeTicket.objects.get().tried_at is None


def test_an_index_that_is_away_for_a_sandbox_elsewhere_parks_nothing(ticket):
    for n in range(5):
        now = NOW + n * 2 * LEASE
        held = ticket if n == 0 else ProbeTicket.objects.lease(now)
        keep_record(held.lease, failure("The index is away."), now=now)
        ProbeTicket.objects.update(due_at=now)
        ProbeTicket.objects.park_crashed(now + 2 * LEASE)
    row = ProbeTicket.objects.get()
    assert (row.parked_at, row.failures, row.attempts) == (None, 5, 0)
    assert row.last_error == "The index is away."


@pytest.mark.parametrize(
    ("address", "is_tap"),
    [
        ("pipelinewise-tap-alpha", True),
        ("target-alpha", False),
        ("https://example.org/tap-house/target-alpha", False),
        ("https://example.org/ada/connectors#subdirectory=taps/tap-alpha", True),
        ("https://example.org/ada/tap-alpha#subdirectory=plugin", True),
    ],
)
def test_who_keeps_a_connector_does_not_make_it_a_tap(address, is_tap):
    assert names_tap(address) is is_tap


def test_a_sandbox_elsewhere_tells_what_it_can_not_try(monkeypatch, capsys):
    monkeypatch.setattr(sandbox, "PAUSE_S", 0)
    question = {
        "kind": TicketKind.RUN, "source": SourceKind.REPOSITORY, "python": "3.12",
        "address": "http://127.0.0.1:1/ada/tap-alpha", "version": "HEAD",
        "revision": "c" * 40, "lock": "",
    }  # fmt: skip
    record, is_tried = sandbox.Command()._record(question)
    assert not is_tried
    assert "127.0.0.1" in record["failed"]
    assert "could not be tried" in capsys.readouterr().err
