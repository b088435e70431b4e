"""Songbook on the real catalogue, served once for all tests here, which only read it."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import launched
from tests.browser.real.seen import tell
from tests.browser.real.states import stand


@pytest.fixture(scope="package")
def browser():
    """A browser of this package: while there is one, a thread has other connections."""
    yield from launched()


# The browser's last requests hold theirs a moment longer than it says.
END_LATER = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid() AND backend_start > %s
"""


@pytest.fixture(scope="package")
def catalogue(
    real_definitions, django_db_setup, django_db_blocker, browser, tmp_path_factory
):
    """The real definitions in the database, with runs and verdicts, until the last test.

    It ends before the browser: with that goes the connection that has to be closed.
    """
    published = tmp_path_factory.mktemp("published")
    with django_db_blocker.unblock():
        with override_settings(PUBLISHED_ROOT=published, PROBE=True):
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                [since] = cursor.fetchone()
            call_command("crawl", str(real_definitions))
            tell()
            stand(now=timezone.now())
        yield
        call_command("flush", interactive=False, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(END_LATER, [since])
        connection.close()


@pytest.fixture(scope="package")
def served(catalogue):
    """Return the address at which all of it is served."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def opened(browser, served):
    """Open an address as someone with the given browser; complaints fail the test."""
    contexts, complaints = [], []

    def opened(address, **someone):
        context = browser.new_context(base_url=served, **someone)
        contexts.append(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
