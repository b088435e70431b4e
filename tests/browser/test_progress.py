"""A check that ends while somebody looks at the variant's page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from registry.catalog.following import follow_variants
from registry.models import ProbeTicket, Source
from registry.vocabulary import Origin, SourceKind
from tests.registry.cast import release_of, say, variant
from tests.registry.views.tries import ran
from tests.scrapers.probes.invocation.records import about, helped, installed

ADDRESS = "/extractors/tap-alpha--ada"
CHECKING = "Checking 1.1 on Python 3.12: a sandbox tries it now."


@pytest.fixture
def held(site):
    """Have a worker hold a ticket of what tap-alpha by ada installs; return its source."""
    curated = Source.objects.get(kind=SourceKind.DEFINITIONS)
    say(curated, variant("ada", pip_url="tap-alpha", repo=..., settings=[]))
    follow_variants(now=timezone.now())
    package = Source.objects.get(kind=SourceKind.PACKAGE)
    said = variant("package", settings=..., releases=(release_of("1.1"),))
    say(package, said, origin=Origin.PACKAGE)
    ProbeTicket.objects.issue(package, {"1.1": ["3.12"]}, now=timezone.now())
    until = timezone.now() + timedelta(minutes=20)
    ProbeTicket.objects.update(leased_until=until)
    return package


def test_the_runs_follow_and_the_end_is_told(held, visit):
    page = visit(ADDRESS)
    status = page.locator("[data-progress]")
    expect(status).to_have_text(CHECKING)
    page.evaluate("window.isTheSamePage = true")
    ran(held, *installed(about()))
    ProbeTicket.objects.update(leased_until=None)
    expect(page.locator("#runs td")).to_contain_text("runs")
    expect(status).to_contain_text("The check has ended")
    expect(page.get_by_role("link", name="Reload the page")).to_be_visible()
    assert page.title().startswith("Check ended: tap-alpha by ada")
    assert page.evaluate("window.isTheSamePage")
    asked = page.evaluate("performance.getEntriesByName(location.href).length")
    page.wait_for_timeout(3000)
    assert page.evaluate("performance.getEntriesByName(location.href).length") == asked


def test_it_asks_whether_anything_changed_and_less_and_less_often(held, visit):
    page = visit("/status")
    page.clock.install()
    asked = []
    page.on(
        "request",
        lambda one: asked.append(one) if one.resource_type == "fetch" else None,
    )
    page.goto(ADDRESS)
    for seconds in (2, 3, 5):
        with page.expect_response(lambda one: one.request.resource_type == "fetch"):
            page.clock.run_for(seconds * 1000)
        page.wait_for_load_state("networkidle")
    assert len(asked) == 3
    assert "if-none-match" not in asked[0].all_headers()
    assert asked[1].all_headers()["if-none-match"].strip('W/"')
    page.clock.run_for(6000)
    assert len(asked) == 3


def test_without_script_a_reload_shows_what_came_of_it(held, visit):
    page = visit(ADDRESS, java_script_enabled=False)
    expect(page.locator("#runs")).to_contain_text(CHECKING)
    # Without secrets: a form of several that no script divides is complained of.
    ran(held, *installed(helped()))
    ProbeTicket.objects.update(leased_until=None)
    page.reload()
    expect(page.locator("#runs td")).to_contain_text("runs")
    expect(page.locator("[data-progress]")).to_have_count(0)


def test_a_page_of_which_nothing_runs_asks_for_nothing(site, visit):
    page = visit(ADDRESS)
    assert "progress" not in page.content()
