"""A real browser, where there is one, on a served catalog of a few connectors."""

import os
import shutil

import pytest
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from registry.models import Source
from registry.vocabulary import SourceKind
from scrapers.line import follow

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser of its own accord asks the network for updates and accounts.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip

# What is waited for comes at once, but where the machine does other things as well.
START_MS = 180_000
expect.set_options(timeout=30_000)
# A hint of Chromium for forms that sign in or change a password: several secrets in one
# form are several accounts to it.
FOR_SIGNING_IN = "Multiple forms should be contained in their own form elements"


@pytest.fixture(scope="session")
def browser():
    """A browser for all tests that write to the database, which come last."""
    yield from launched()


def launched():
    """Yield a browser until it is no longer needed; skip the test where there is none."""
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if not found:
        pytest.skip(f"no browser: CHROMIUM is not set and none of {NAMES} is on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=QUIET, timeout=START_MS
        )
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db, folder, live_server):
    """Return the address of a site that has crawled the folder."""
    folder.write("extractors", "tap-" + "long" * 20, "ada", description="x" * 3000)
    source = Source.objects.enrol(
        SourceKind.DEFINITIONS, str(folder), found_by="a test"
    )
    follow(source, now=timezone.now())
    return live_server.url


@pytest.fixture
def visit(browser, site):
    """Open an address as someone with the given browser; complaints fail the test."""
    contexts, complaints = [], []

    def heard(message):
        if FOR_SIGNING_IN not in message.text:
            complaints.append(message.text)

    def visit(address, **someone):
        context = browser.new_context(base_url=site, **someone)
        contexts.append(context)
        context.on("console", heard)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
