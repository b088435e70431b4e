"""Machines that are killed at a try, as processes are, and what is known of it afterwards."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings as configured
from django.utils import timezone

from registry.models import ProbeTicket
from registry.models.ticketing import CRASHES_LIMIT
from registry.vocabulary import TicketKind
from scrapers import tasks
from tests.embedded.waiting import until
from tests.sandbox.connectors import sdist_of, wheel_of
from tests.scrapers.machines import KEY, bearer

HANGS = """
    import sys, time
    print("\\x1b[31mIt hangs <here>", file=sys.stderr, flush=True)
    time.sleep(9999)
"""
# A machine's start has a selftest, and other tests run beside.
PATIENCE_S = 240.0
# What a workshop gives an import.
IMPORT_S = 60.0


@pytest.fixture
def started(settings, live_server, tmp_path):
    """Start `manage.py sandbox` as a process of its own, killed at the end of the block."""
    told = {
        "SANDBOX_KEY": KEY,
        "PACKAGE_INDEX_URL": settings.PACKAGE_INDEX_URL,
        "SANDBOX_STATE": settings.SANDBOX_STATE,
        "SANDBOX_FETCH_PYTHONS": "false",
        "CRAWL_ALLOWED_NETWORKS": "127.0.0.0/8",
        "SONGBOOK_STATE": str(tmp_path),
        "PROBE_SLOTS": "1",
    }
    bearer("killed")

    @contextmanager
    def start():
        with subprocess.Popen(
            [sys.executable, "manage.py", "sandbox", live_server.url],
            cwd=configured.ROOT,
            env={"PATH": os.environ["PATH"], **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return start


def wait_until(is_so, process):
    """Wait for what a process brings about."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        assert process.poll() is None, "the machine has ended by itself"
        assert time.monotonic() < give_up_at, ProbeTicket.objects.values("log")
        time.sleep(0.05)


def is_building(tries):
    """Say whether so many were begun, and the last builds something that has spoken."""
    log = ProbeTicket.objects.get(kind=TicketKind.RUN).log
    if len(log) != tries:
        return False
    return log[-1]["doing"] == "building tap-alpha 1.7" and "hangs" in log[-1]["tail"]


@pytest.mark.django_db(transaction=True)
def test_a_release_that_ended_three_machines_is_parked_with_its_log(
    songbook, crawl, started, client
):
    songbook.put("tap-alpha", sdist_of("tap-alpha", version="1.7", prepare=HANGS))
    crawl("pypi:tap-alpha")
    for tries in range(1, CRASHES_LIMIT + 1):
        with started() as process:
            wait_until(partial(is_building, tries), process)
        # Five minutes later: nobody renews it.
        past = timezone.now() - timedelta(seconds=1)
        ProbeTicket.objects.update(leased_until=past)
    tasks.ticket_due()
    row = ProbeTicket.objects.get(kind=TicketKind.RUN)
    assert row.parked_at is not None
    assert [one["doing"] for one in row.log] == ["building tap-alpha 1.7"] * 3
    page = client.get(f"/sources/{row.source_id}").content.decode()
    assert page.count("building tap-alpha 1.7") == CRASHES_LIMIT
    assert page.count("It hangs &lt;here&gt;") == CRASHES_LIMIT
    assert "\x1b" not in page
    assert page.count(" on killed") == CRASHES_LIMIT
    assert (
        "Given up"
        in client.get("/extractors/tap-alpha--package/versions/1.7").content.decode()
    )
    crawled = client.get("/status/crawl").content.decode()
    assert "It was last building tap-alpha 1.7" in crawled


def is_importing():
    """Say whether the try is where threads of its own wait for the connector."""
    [entry] = ProbeTicket.objects.get(kind=TicketKind.RUN).log or [{"doing": ""}]
    return entry["doing"] == "importing it"


def leased():
    """Return the tickets that somebody holds."""
    return ProbeTicket.objects.filter(lease__isnull=False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_machine_that_is_stopped_gives_back_what_it_tries_and_ends(
    songbook, crawl, started, number
):
    songbook.put("tap-alpha", wheel_of("tap-alpha", "import time\ntime.sleep(9999)\n"))
    crawl("pypi:tap-alpha")
    with started() as process:
        wait_until(is_importing, process)
        process.send_signal(number)
        # An import may take longer, and is not waited for.
        said, _ = process.communicate(timeout=0.8 * IMPORT_S)
    assert process.returncode == 0
    assert "Traceback" not in said
    # It does not wait long to be told that this was heard.
    until(lambda: not leased(), what="the ticket is given back")
    row = ProbeTicket.objects.get(kind=TicketKind.RUN)
    assert (row.lease, row.attempts, row.log) == (None, 0, [])
    assert row.last_error == "The sandbox was stopped."
