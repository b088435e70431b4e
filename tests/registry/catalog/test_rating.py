"""Whether anyone looks after a variant: kept for lists, and kept up with the calendar."""

import json
from datetime import timedelta

import pytest

from registry.catalog import silence
from registry.catalog.following import follow_variants
from registry.catalog.rating import rate_variants, unrate
from registry.facts import SourceFacts
from registry.models import Plugin, Variant
from registry.publishing import publish_changed
from registry.vocabulary import Origin, ProjectStatus, SourceKind
from tests.registry.cast import NOW, say, source_of, variant
from tests.registry.rows import documents

pytestmark = pytest.mark.django_db


def package(name="tap-alpha", *, active_days_ago=30, **facts):
    source = source_of(name, kind=SourceKind.PACKAGE)
    source.active_at = NOW - timedelta(days=active_days_ago)
    source.facts = SourceFacts(**facts).as_json()
    source.save()
    return source


@pytest.fixture
def curated(db):
    source = source_of("definitions")
    say(source, variant("ada", pip_url="tap-alpha", repo=...))
    return source


def rating(*, now=NOW):
    rate_variants(now=now)
    return Variant.objects.get().maintenance


def test_nothing_is_said_of_a_variant_whose_sources_were_never_read(curated):
    follow_variants(now=NOW)
    assert rating() == ""


def test_what_a_package_shows_is_said_of_the_curated_variant(curated):
    package()
    follow_variants(now=NOW)
    assert rating() == "active"


def test_the_calendar_alone_makes_an_active_variant_quiet(curated):
    package()
    follow_variants(now=NOW)
    assert rating() == "active"
    assert rating(now=NOW + timedelta(days=300)) == "active"
    assert rating(now=NOW + timedelta(days=340)) == "quiet"
    assert Variant.objects.get().maintenance_until is None


def test_only_what_had_news_is_rated_and_a_tree_has_none(curated):
    follow_variants(now=NOW)
    assert rate_variants(now=NOW) == 1
    unrate([curated])
    assert rate_variants(now=NOW) == 0
    unrate([source_of("tap-alpha", kind=SourceKind.PACKAGE)])
    assert rate_variants(now=NOW) == 1


def test_the_worst_status_and_the_latest_work_of_all_sources_count(curated):
    package(status=ProjectStatus.ARCHIVED, status_reason="done")
    follow_variants(now=NOW)
    assert rating() == "none"


def test_a_variant_is_gone_only_with_all_of_its_sources():
    first = package()
    second = source_of("https://github.com/ada/tap-alpha", kind=SourceKind.REPOSITORY)
    second.active_at = NOW
    second.save()
    say(first, variant("ada"), origin=Origin.PACKAGE)
    say(second, variant("ada"), origin=Origin.REPOSITORY)
    for source in (first, second):
        assert rating() == "active"
        source.gone_at = NOW
        source.save()
        silence(source, now=NOW)
    assert rating() == "none"


def test_a_quarantined_package_makes_way_for_another_default(curated):
    said = [
        variant("ada", pip_url="tap-alpha", repo=..., is_default=True),
        variant("bo", pip_url="tap-beta", repo=...),
    ]
    say(curated, *said)
    follow_variants(now=NOW)
    package(status=ProjectStatus.QUARANTINED)
    rate_variants(now=NOW)
    publish_changed(now=NOW)
    plugin = Plugin.objects.select_related("default_variant").get()
    assert plugin.default_variant.name == "bo"
    assert "quarantined" in plugin.default_reason
    listed = json.loads(documents()["extractors/index"])["tap-alpha"]
    assert listed["default_variant"] == "bo"
    assert listed["variants"]["ada"]["deprecated"] is True
    assert json.loads(documents()["extractors/tap-alpha--ada"])["deprecated"] is True
    package(status=ProjectStatus.ACTIVE)
    Variant.objects.update(is_rated=False)
    rate_variants(now=NOW)
    assert not Variant.objects.exclude(withheld_at=None).exists()
    assert Plugin.objects.get().default_variant.name == "ada"
