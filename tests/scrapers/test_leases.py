"""Who holds a ticket, and what comes of it where there is no result."""

from queue import Queue
from threading import Semaphore
from threading import enumerate as enumerate_threads

import pytest

from registry.catalog.questions import question_of
from registry.catalog.records import failure, keep_record, unchanged
from registry.models import ProbeTicket, Snapshot, Source
from registry.models.ticket import RECHECK
from registry.models.ticketing import CRASHES_LIMIT, LEASE
from registry.vocabulary import SourceKind, TicketKind
from sandbox.progress import Progress, Word, begin, followed, printing
from scrapers import trying
from scrapers.holding import held
from scrapers.trying import names_tap
from tests.registry.cast import NOW, source_of
from tests.scrapers.machines import machine

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


def test_what_is_told_while_the_record_is_taken_is_no_fault(ticket):
    keep_record(ticket.lease, failure("The index was away."), now=NOW)
    assert ProbeTicket.objects.renew(ticket.lease, NOW)
    ticket.refresh_from_db()
    assert (ticket.lease, ticket.leased_until) == (None, None)


def test_a_lease_is_renewed_while_work_goes_on_and_not_after():
    renewed = Semaphore(0)
    with held(lambda _: renewed.release(), Progress(), every_s=0.001):
        assert all(renewed.acquire(timeout=30) for _ in range(3))
        [beside] = [one for one in enumerate_threads() if one.name == "lease"]
    assert not beside.is_alive()


def test_a_renewal_that_fails_ends_neither_the_work_nor_the_next_one(caplog):
    failed = Semaphore(0)

    def renew(_word):
        failed.release()
        raise OSError("The database is away.")

    with held(renew, Progress(), every_s=0.001):
        assert all(failed.acquire(timeout=30) for _ in range(2))
    assert "The database is away." in caplog.text


def test_a_new_phase_and_what_it_prints_is_told_before_the_lease_needs_it(monkeypatch):
    monkeypatch.setattr("scrapers.holding.LOOK_S", 0.01)
    heard = Queue()
    printed = bytearray(b"first")
    with followed() as progress, held(heard.put, progress, every_s=60):
        begin("building")
        assert heard.get(timeout=30) == Word("building")
        with printing(lambda: bytes(printed)):
            assert heard.get(timeout=30) == Word("building", b"first")
            printed += b" and second"
            assert heard.get(timeout=30) == Word("building", b"first and second")
        begin("installing")
        assert heard.get(timeout=30) == Word("installing")
    assert heard.empty()


def test_what_a_lost_try_was_at_stays_with_its_ticket_until_there_is_a_result(ticket):
    later = NOW + 2 * LEASE
    said = {"doing": "building tap-x 1.0", "tail": "gcc: here it hangs"}
    assert ProbeTicket.objects.renew(ticket.lease, NOW, said=said)
    other = ProbeTicket.objects.lease(later)
    assert not ProbeTicket.objects.renew(ticket.lease, later, said={"doing": "late"})
    lost, begun = ProbeTicket.objects.get().log
    assert (lost["doing"], lost["tail"]) == ("building tap-x 1.0", "gcc: here it hangs")
    assert (begun["began_at"], begun["doing"]) == (later.isoformat(), "")
    tried(other)
    assert ProbeTicket.objects.get().log == []


def test_a_lease_is_not_renewed_for_ever():
    with held(lambda _: None, Progress(), every_s=0.001, longest_s=0.01) as over:
        assert over.wait(timeout=30)


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


def test_a_machine_tells_what_it_could_not_try(settings, capsys):
    settings.PROBE = True
    source = source_of("http://127.0.0.1:1/ada/tap-alpha", kind=SourceKind.REPOSITORY)
    for python in trying.workshop().interpreters:
        ProbeTicket.objects.issue(
            source, {"HEAD": [python]}, now=NOW, revisions={"HEAD": "c" * 40}
        )
    assert not machine().try_next()
    [row] = ProbeTicket.objects.filter(failures=1)
    assert "127.0.0.1" in row.last_error
    assert (row.lease, row.attempts) == (None, 0)
    assert "could not be tried" in capsys.readouterr().out


def test_a_machine_that_is_stopped_gives_its_tickets_back(settings, monkeypatch):
    settings.PROBE = True
    source = source_of("package")
    ProbeTicket.objects.issue(source, {"1.1": trying.workshop().interpreters}, now=NOW)
    ours = machine()

    def stopped(_question):
        ours.close()
        raise SystemExit

    monkeypatch.setattr("scrapers.machine.answer", stopped)
    with pytest.raises(SystemExit):
        ours.try_next()
    [row] = ProbeTicket.objects.filter(failures=1)
    assert (row.lease, row.attempts) == (None, 0)
    assert row.last_error == "The sandbox was stopped."


@pytest.fixture
def branch():
    """What a branch of a repository holds, which somebody is trying."""
    source = source_of("https://example.org/ada/tap-alpha", kind=SourceKind.REPOSITORY)
    Source.objects.filter(pk=source.pk).update(revision="a" * 40)
    ProbeTicket.objects.issue(source, {"HEAD": ["3.12"]}, now=NOW)
    return ProbeTicket.objects.lease(NOW)


def tried(ticket, **said):
    """Give a result for a leased ticket; return the ticket as it is then."""
    keep_record(ticket.lease, {"lock": "l", "interpreter": "3.12.4", **said}, now=NOW)
    return ProbeTicket.objects.get()


def test_a_branch_that_moved_while_it_was_tried_is_tried_again_at_once(branch):
    assert question_of(branch)["revision"] == "a" * 40
    Source.objects.update(revision="b" * 40)
    row = tried(branch)
    assert Snapshot.objects.count() == 1
    assert (row.due_at, row.lease, row.tried_at) == (NOW, None, NOW)
    again = ProbeTicket.objects.lease(NOW)
    assert question_of(again)["revision"] == "b" * 40
    assert tried(again).due_at == NOW + RECHECK


@pytest.mark.parametrize("kind", TicketKind)
def test_a_commit_that_was_asked_for_during_a_try_is_tried_next(branch, kind):
    ProbeTicket.objects.all().delete()
    for commit in ("a" * 40, "b" * 40):
        ProbeTicket.objects.issue(
            branch.source, {"HEAD": ["3.12"]}, now=NOW, kind=kind,
            revisions={"HEAD": commit},
        )  # fmt: skip
        if commit == "a" * 40:
            first = ProbeTicket.objects.lease(NOW)
    assert tried(first).due_at == NOW
    second = ProbeTicket.objects.lease(NOW)
    assert question_of(second)["revision"] == "b" * 40
    assert tried(second).due_at != NOW


def test_what_a_package_last_showed_is_no_commit(ticket):
    Source.objects.update(revision="another ETag")
    assert tried(ticket).due_at == NOW + RECHECK


def parked(ticket, now=NOW):
    """End every worker that tries the ticket, until nobody is to."""
    for _ in range(CRASHES_LIMIT):
        now += 2 * LEASE
        ProbeTicket.objects.filter(pk=ticket.pk).update(due_at=NOW)
        ProbeTicket.objects.lease(now)
    ProbeTicket.objects.park_crashed(now + 2 * LEASE)
    return ProbeTicket.objects.get(pk=ticket.pk)


def test_what_was_parked_is_tried_once_more_by_a_newer_python_or_sandbox(ticket):
    tried(ticket, layout=1)
    assert parked(ticket).parked_at is not None
    unpark = ProbeTicket.objects.unpark
    assert unpark("3.12", patch=4, layout=1) == unpark("3.11", patch=5, layout=1) == 0
    for patch, layout in ((5, 1), (5, 2)):
        assert unpark("3.12", patch=patch, layout=layout) == 1
        assert ProbeTicket.objects.due(NOW).exists()
        assert parked(ticket).parked_at is not None
        assert unpark("3.12", patch=patch, layout=layout) == 0


def test_what_never_gave_a_result_is_parked_by_what_others_were_tried_with(ticket):
    tried(ticket, layout=1)
    ProbeTicket.objects.issue(ticket.source, {"1.2": ["3.12"]}, now=NOW)
    other = ProbeTicket.objects.get(version="1.2")
    ProbeTicket.objects.filter(version="1.1").update(due_at=None)
    assert parked(other).parked_at is not None
    assert ProbeTicket.objects.unpark("3.12", patch=4, layout=1) == 0
    assert ProbeTicket.objects.unpark("3.12", patch=5, layout=1) == 1


def test_a_commit_that_came_since_is_not_what_was_parked(branch):
    assert parked(branch).parked_at is not None
    ProbeTicket.objects.pushed(branch.source, now=NOW)
    row = ProbeTicket.objects.due(NOW).get()
    assert (row.parked_at, row.attempts) == (None, 0)


def test_a_commit_that_is_pinned_anew_is_not_what_was_parked(branch):
    def pinned(commit):
        ProbeTicket.objects.issue(
            branch.source, {"0.1": ["3.12"]}, now=NOW, revisions={"0.1": commit}
        )
        return ProbeTicket.objects.get(version="0.1")

    ProbeTicket.objects.all().delete()
    parked(pinned("a" * 40))
    assert pinned("a" * 40).parked_at is not None
    row = pinned("b" * 40)
    assert (row.parked_at, row.attempts) == (None, 0)
