"""What a limit of the machine ended is tried again; what a connector answered is not."""

from datetime import timedelta

import pytest

from registry.catalog.questions import question_of
from registry.catalog.records import keep_record
from registry.models import ProbeTicket
from registry.models.run import LIMITS
from registry.models.ticket import RECHECK
from registry.vocabulary import TicketKind
from scrapers import tasks
from scrapers.probes.invocation import causes
from scrapers.probes.invocation.rules import LIMITED
from tests.registry.cast import NOW
from tests.registry.views.tries import packaged
from tests.scrapers.probes.invocation.records import (
    failed,
    helped,
    installed,
    record,
    step,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _package(settings):
    settings.PROBE = True
    ProbeTicket.objects.issue(packaged(), {"1.1": ["3.12"]}, now=NOW)


def given(*calls):
    """Give what came of the one ticket, have it judged, and return the ticket."""
    ProbeTicket.objects.update(due_at=NOW)
    ticket = ProbeTicket.objects.lease(NOW)
    shown = record(*installed(*calls), lock="l", interpreter="3.12.4", version="1.1")
    keep_record(ticket.lease, shown, now=NOW)
    tasks.probe_due()
    # Judging it asks for more than runs.
    ProbeTicket.objects.exclude(kind=TicketKind.RUN).delete()
    return ProbeTicket.objects.get()


def stopped(ending, log=""):
    return step("help", args=["--help"], ending=ending, exit_code=None, stderr=log)


@pytest.mark.parametrize(
    "call",
    [
        *map(stopped, sorted(causes.LIMITS)),
        failed("help", "OSError: [Errno 28] No space left on device"),
        failed("help", "MemoryError"),
        failed("help", "OSError: [Errno 24] Too many open files: '/opt/x'"),
        failed("help", "RuntimeError: can't start new thread"),
        failed("help", "OSError: [Errno 30] Read-only file system: '/opt/x'"),
        step("help", ending="signalled", exit_code=None, signal=24),
        step("help", ending="signalled", exit_code=None, signal=9),
    ],
)
def test_what_a_limit_ended_is_run_again_though_nothing_else_would_be_installed(call):
    assert question_of(given(call))["lock"] == ""


@pytest.mark.parametrize(
    "call",
    [
        helped(),
        failed("help", "ModuleNotFoundError: No module named 'requests'"),
        step("help", ending="signalled", exit_code=None, signal=11),
    ],
)
def test_an_answer_of_the_connector_needs_no_other_run(call):
    assert question_of(given(call))["lock"] == "l"


@pytest.mark.parametrize("log", ["", "{:%H:%M} INFO began", "No space left on device"])
def test_what_a_limit_ended_is_run_again_less_and_less_often(log):
    waits = []
    for hour in range(8):
        said = log.format(NOW + timedelta(hours=hour))
        call = failed("help", said) if "space" in said else stopped("timed-out", said)
        waits.append((given(call).due_at - NOW) / RECHECK)
    assert waits == [1, 2, 4, 8, 16, 32, 32, 32]
    assert given(helped()).due_at == NOW + RECHECK


def test_limits_are_what_the_probes_call_so():
    codes = {code for code, _ in causes.LIMITS.values()}
    assert codes | set(causes.LIMITS) | LIMITED == LIMITS
