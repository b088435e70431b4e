"""Whether the status pages say how the work stands, and no more than was counted."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from registry.models import Host, Plugin, ProbeTicket, Source, Variant, Visit
from registry.publishing import publish_changed
from registry.views.status import standing
from registry.vocabulary import Outcome, SourceKind, TicketKind

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def package():
    """A package on another index, due for two hours."""
    source = Source.objects.enrol(
        SourceKind.PACKAGE, "https://index.example.org/simple/tap-alpha/", found_by="x"
    )
    Source.objects.filter(pk=source.pk).update(due_at=timezone.now() - 2 * HOUR)
    source.refresh_from_db()
    return source


@pytest.fixture
def numbers(client):
    """Return what /status.json says."""
    return lambda: client.get("/status.json").json()


def ticket(source, version="1.0", python="3.13", **said):
    return ProbeTicket.objects.create(
        kind=TicketKind.RUN, source=source, version=version, python=python, **said
    )


def fail(source, error, *, times=1):
    for nth in range(times):
        source.crawl_failed(timezone.now(), f"{error} {nth}")


def test_before_anything_is_known_it_says_so(client, read, numbers):
    assert "No source is known yet" in read("/status")
    assert numbers()["sources"]["counted"] == 0
    assert numbers()["sources"]["in_time_percent"] is None
    assert "Nothing waits at any host." in read("/status/crawl")


def test_a_catalog_that_is_read_and_published_has_no_trouble(catalog, read, numbers):
    publish_changed(now=timezone.now())
    assert numbers()["troubles"] == []
    page = read("/status")
    assert "Sources are looked at in time, and what changed is published." in page
    assert numbers()["published"]["serial"] > 0


def test_a_source_that_waits_for_more_than_an_hour_is_late(package, read, numbers):
    said = numbers()["sources"]
    assert (said["late"], said["due"], said["in_time_percent"]) == (1, 1, 0)
    assert "0.0 % of the sources were looked at in time; 95.0 % should be." in read(
        "/status"
    )


def test_a_source_that_a_worker_has_is_not_late(package, numbers):
    until = timezone.now() + HOUR
    Source.objects.filter(pk=package.pk).update(leased_until=until)
    said = numbers()["sources"]
    assert (said["late"], said["held"]) == (0, 1)


def test_looks_are_counted_by_the_hour_and_the_day(catalog, package, numbers):
    looked_at = timezone.now() - 5 * HOUR
    Source.objects.filter(pk=package.pk).update(looked_at=looked_at)
    said = numbers()["sources"]
    total = Source.objects.count()
    assert said["counted"] == total
    # The tree of definitions was read just now; what it names, never.
    assert (said["within_hour"], said["within_day"]) == (1, 2)
    assert said["never"] == total - 2


def test_plugins_that_are_not_published_are_said(catalog, read, numbers):
    publish_changed(now=timezone.now())
    Plugin.objects.filter(name="tap-beta").update(revision=99)
    assert numbers()["published"]["unpublished"] == 1
    assert "1 plugin waits for its documents to be published." in read("/status")


def test_a_host_that_rests_is_said_with_its_time(package, read, numbers):
    until = timezone.now() + HOUR
    Host.objects.filter(name="index.example.org").update(open_at=until, outages=3)
    assert numbers()["hosts_resting"][0]["name"] == "index.example.org"
    page = " ".join(read("/status/crawl").split())
    assert "rests</span> until" in page
    assert "3 outages in a row" in page
    assert "1 host is left alone for now" in read("/status")


def test_what_is_asked_for_waits_as_well(package, numbers):
    Source.objects.filter(pk=package.pk).update(asked_at=timezone.now())
    assert numbers()["sources"]["due"] == 1


def test_the_last_errors_lead_to_their_sources_and_variants(catalog, package, read):
    Variant.objects.filter(plugin__name="tap-alpha", name="bo").update(package=package)
    fail(package, "<b>No</b> answer")
    page = read("/status/crawl")
    assert "&lt;b&gt;No&lt;/b&gt; answer 0" in page
    assert f'href="/sources/{package.pk}"' in page
    assert 'href="/extractors/tap-alpha--bo"' in page
    assert "1 failure in a row" in page


def test_an_error_that_is_over_is_shown_as_over(package, read):
    fail(package, "No answer")
    package.crawl_succeeded(timezone.now(), outcome=Outcome.UNCHANGED)
    assert "(answered since)" in read("/status/crawl")


def test_no_more_than_twenty_errors_are_shown_the_newest_first(package, read):
    fail(package, "Failure", times=25)
    page = read("/status/crawl")
    assert Visit.objects.count() == 25
    assert "Failure 24" in page
    assert "Failure 5 " in page.replace("\n", " ")
    assert "Failure 4 " not in page.replace("\n", " ")


def test_tickets_are_counted_by_what_becomes_of_them(package, numbers):
    now = timezone.now()
    ticket(package, due_at=now)
    ticket(package, "0.9", due_at=now, leased_until=now + HOUR)
    ticket(package, "0.8", due_at=now, parked_at=now)
    ticket(package, "0.7", due_at=now + HOUR)
    said = numbers()["tickets"]
    assert (said["counted"], said["due"], said["held"], said["parked"]) == (4, 1, 1, 1)


def test_a_current_release_counts_once_however_many_pythons(package, numbers):
    now = timezone.now()
    ticket(package, python="3.12", is_current=True)
    ticket(package, python="3.13", is_current=True, tried_at=now)
    ticket(package, "0.9", tried_at=now)
    said = numbers()["tickets"]
    assert (said["current"], said["current_tried"]) == (1, 1)


def test_a_ticket_that_was_given_up_shows_its_last_line(package, read):
    now = timezone.now()
    ticket(package, parked_at=now, last_error="Traceback:\n<i>The worker ended.</i>\n")
    page = read("/status/crawl")
    assert "&lt;i&gt;The worker ended.&lt;/i&gt;" in page
    assert "Traceback" not in page


def test_it_says_that_trying_is_switched_off(read, settings):
    settings.PROBE = False
    assert "Trying is switched off here" in read("/status")


def test_releases_that_wait_while_nothing_is_tried_are_trouble(
    package, numbers, settings
):
    settings.PROBE = True
    ticket(package, due_at=timezone.now())
    trouble = "Releases wait to be tried, and none was in the last day."
    assert trouble in numbers()["troubles"]
    ticket(package, "0.9", leased_until=timezone.now() + HOUR)
    assert trouble not in numbers()["troubles"]


def test_a_table_that_is_too_large_is_counted_in_a_sample(package):
    now = timezone.now()
    ticket(package)
    for counted in (standing.freshness, standing.tickets):
        assert (counted(now).is_sample, counted(now).counted) == (False, 1)
        assert counted(now, pages=0).is_sample


def test_a_sample_is_said_to_be_one(package):
    found = standing.freshness(timezone.now(), pages=0)
    context = {"sources": found, "in_time_target": 95}
    page = render_to_string("components/status_sources.html", context)
    assert "Sources in a sample" in page


@pytest.mark.parametrize(
    ("address", "count"), [("/status", 7), ("/status/crawl", 6), ("/status.json", 6)]
)
def test_it_makes_the_same_queries_whatever_there_is(
    catalog, package, client, django_assert_num_queries, address, count
):
    fail(package, "Failure", times=5)
    ticket(package, parked_at=timezone.now())
    with django_assert_num_queries(count):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/status", "/status/crawl", "/status.json"])
def test_it_is_kept_for_half_a_minute(client, address):
    assert "max-age=30" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(9996, 10000, 99.9), (1, 1, 100.0), (0, 0, None)]
)
def test_a_share_is_never_rounded_up(part, whole, said):
    assert standing.percent(part, whole) == said
