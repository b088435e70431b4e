"""The home page, with a catalog and before there is one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import Event, Source, Variant
from registry.vocabulary import EventVerb, SourceKind

pytestmark = pytest.mark.django_db


def test_it_searches_counts_and_tells_programs_where_to_look(catalog, read):
    page = read("/")
    assert 'action="/search"' in page
    assert "Extractors <span>2</span>" in page
    assert "Orchestrators <span>0</span>" in page
    assert "curl --compressed http" in page
    assert "/meltano/api/v1/plugins/extractors/index" in page


def test_it_shows_plugins_and_what_changed(catalog, read):
    page = read("/")
    assert 'href="/extractors/tap-alpha"' in page
    assert "Added, " in page


@pytest.mark.parametrize("verb", EventVerb)
def test_whatever_happened_has_words(catalog, read, verb):
    row = Variant.objects.select_related("plugin").first()
    later = timezone.now() + timedelta(hours=1)
    Event.objects.create(at=later, verb=verb, plugin=row.plugin, variant=row)
    assert row.plugin.name in read("/")


def test_the_footer_has_the_numbers(catalog, read):
    page = " ".join(read("/").split())
    assert "3 plugins, 4 variants." in page
    assert "Last change read from a source on" in page


def test_an_empty_catalog_says_that_the_first_crawl_runs(read):
    page = read("/")
    assert "The catalog is empty" in page
    assert "No source is known yet" in page


def test_an_empty_catalog_shows_the_last_error_of_a_source(read):
    source = Source.objects.enrol(
        SourceKind.DEFINITIONS, "https://git.example.org/hub", found_by="settings"
    )
    source.crawl_failed(timezone.now(), "<b>The host</b> was not found.")
    page = read("/")
    assert "https://git.example.org/hub" in page
    assert "1 attempt failed." in page
    assert "&lt;b&gt;The host&lt;/b&gt; was not found." in page


def test_an_empty_catalog_shows_what_is_being_read(read):
    now = timezone.now()
    address = "https://git.example.org/hub"
    source = Source.objects.enrol(
        SourceKind.DEFINITIONS, address, found_by="settings", due_at=now
    )
    assert "Waiting for its turn" in read("/")
    Source.objects.filter(pk=source.pk).update(leased_until=now + timedelta(minutes=7))
    assert "Being read now." in read("/")


def test_it_makes_four_queries(catalog, client, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get("/")
