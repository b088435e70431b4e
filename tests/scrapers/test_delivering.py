"""Records reach the Songbook over lines that break, and count once."""

import uuid
from threading import Thread

import pytest
from django.db import connection
from requests import HTTPError

from registry.models import ProbeTicket
from registry.vocabulary import SourceKind
from scrapers.machine import Machine
from scrapers.trying import workshop
from tests.registry.cast import NOW, source_of
from tests.scrapers.broken_line import (
    BrokenLine,
    bad_gateway,
    lose_answer,
    pass_on,
    refuse,
    reset,
)
from tests.scrapers.machines import KEY, bearer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line(live_server, settings, monkeypatch):
    """A line to a Songbook where a release is due that no repository is there for."""
    settings.PROBE = True
    bearer()
    # Pauses are there for web servers, and these are up at once.
    monkeypatch.setattr("scrapers.machine.PAUSE_S", 0.001)
    # And these answer, however late.
    monkeypatch.setattr("scrapers.machine.LAST_WORD_S", 60.0)
    source = source_of("http://127.0.0.1:1/ada/tap-alpha", kind=SourceKind.REPOSITORY)
    ProbeTicket.objects.issue(
        source, {"HEAD": [next(iter(workshop().interpreters))]}, now=NOW,
        revisions={"HEAD": "c" * 40},
    )  # fmt: skip
    made = BrokenLine(live_server.url)
    yield made
    made.close()


@pytest.fixture
def machine(line):
    return Machine(line.url, key=KEY, say=print)


def test_a_record_is_given_again_until_it_arrives(line, machine):
    line.faults += [reset, bad_gateway, reset]
    assert not machine.try_next()
    row = ProbeTicket.objects.get()
    assert line.given() == 4
    assert (row.lease, row.failures, row.attempts) == (None, 1, 0)
    assert "127.0.0.1" in row.last_error


def test_a_record_whose_answer_was_lost_counts_once(line, machine):
    line.faults += [lose_answer, lose_answer]
    machine.try_next()
    row = ProbeTicket.objects.get()
    assert line.given() == 3
    assert (row.lease, row.failures) == (None, 1)


def test_a_record_for_a_lease_that_is_gone_is_given_once(line, machine):
    def taken_by_another(*request):
        ProbeTicket.objects.update(lease=uuid.uuid4())
        # Of this thread, which asks nothing more.
        connection.close()
        pass_on(*request)

    line.faults += [taken_by_another]
    with pytest.raises(HTTPError, match="404"):
        machine.try_next()
    assert line.given() == 1
    assert ProbeTicket.objects.get().failures == 0


def test_a_machine_that_is_stopped_gives_the_record_that_it_has(line, machine):
    def stopped(*_request):
        machine.close()

    line.faults += [reset, stopped]
    machine.try_next()
    row = ProbeTicket.objects.get()
    # Not that it was stopped: it was done.
    assert "127.0.0.1" in row.last_error
    assert (row.lease, row.failures) == (None, 1)


def test_a_record_that_is_never_taken_is_told_to_be_none(line, machine):
    line.faults += [refuse]
    assert not machine.try_next()
    row = ProbeTicket.objects.get()
    assert line.given() == 2
    assert (row.lease, row.failures, row.attempts) == (None, 1, 0)
    assert "refused" in row.last_error
    assert "413" in row.last_error


@pytest.mark.parametrize("value", [float("nan"), "\ud800"])
def test_what_no_column_takes_is_told_to_be_no_record(
    line, machine, monkeypatch, value
):
    monkeypatch.setattr("scrapers.machine.answer", lambda _: {"lock": value})
    assert not machine.try_next()
    row = ProbeTicket.objects.get()
    assert (row.lease, row.failures, row.attempts) == (None, 1, 0)


def test_a_machine_that_is_stopped_takes_no_ticket(line, machine):
    machine.close()
    assert not machine.try_next()
    assert line.asked == []


def test_a_ticket_that_was_on_its_way_to_a_stopped_machine_is_given_back(
    line, machine, monkeypatch
):
    def stopped_meanwhile(*request):
        beside.start()
        pass_on(*request)

    beside = Thread(target=machine.close)
    monkeypatch.setattr("scrapers.machine.answer", lambda _: beside.join())
    line.take_by = stopped_meanwhile
    assert not machine.try_next()
    row = ProbeTicket.objects.get()
    assert line.given() == 1
    assert (row.lease, row.failures, row.attempts) == (None, 1, 0)
    assert row.last_error == "The sandbox was stopped."


def test_what_a_stopped_machine_has_seen_is_not_told(line, machine, monkeypatch):
    def ended(_question):
        # As where all processes of a unit are asked to end together.
        machine.close()
        return {"lock": "l", "steps": [{"ending": "signalled", "signal": 15}]}

    monkeypatch.setattr("scrapers.machine.answer", ended)
    assert not machine.try_next()
    assert ProbeTicket.objects.get().tried_at is None
    assert line.given() == 1
