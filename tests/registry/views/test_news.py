"""What the home page calls news: releases, failures, who needs a maintainer."""

import gzip
import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import (
    ProbeRun,
    Release,
    Snapshot,
    Source,
    Statement,
    Variant,
)
from registry.vocabulary import Origin, SourceKind

pytestmark = pytest.mark.django_db
FAILING = "Started failing this week"
RELEASED = "Released this week"
NEEDING = "Needs a maintainer"
WHEEL = {"a.whl": "0" * 64}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plain(page):
    return " ".join(html.unescape(page).split())


@pytest.fixture
def section(read):
    """Return what stands below a heading, nothing where there is no such heading."""

    def section(title):
        found = re.search(rf">{title}</h2>(.*?)</section>", read("/"), re.DOTALL)
        return plain(found[1]) if found else ""

    return section


def variant_of(plugin, name="ada"):
    return Variant.objects.get(plugin__name=plugin, name=name)


def release(plugin, version, *, ago, name="ada", artifacts=WHEEL):
    """Make a release the current one."""
    row = variant_of(plugin, name)
    row.current_release = Release.objects.create(
        variant=row,
        version=version,
        released_at=timezone.now() - ago,
        artifacts=artifacts,
    )
    row.save()


def run(plugin, version, says, *, ago, python="3.13", name="ada", is_current=True):
    """Keep a run of a variant's package; what it is installed from is this version now."""
    row = variant_of(plugin, name)
    source = Source.objects.enrol(
        SourceKind.PACKAGE, f"https://index.example/simple/{plugin}/", found_by="a test"
    )
    at = timezone.now() - ago
    snapshot = Snapshot.objects.create(
        source=source, subject=f"run/{version}/{python}", digest="", taken_at=at,
        evidence={},
    )  # fmt: skip
    Statement.objects.get_or_create(
        variant=row, source=source, origin=Origin.PACKAGE,
        defaults={"snapshot": snapshot, "definition": {}},
    )  # fmt: skip
    if is_current:
        row.tried = {
            "version": version,
            "pythons": {python: says},
            "at": at.isoformat(),
        }
        row.save()
    cause = {"message": "psycopg2 needs pg_config."}
    return ProbeRun.objects.create(
        snapshot=snapshot, source=source, version=version, python=python, ran_at=at,
        installs=says, imports="yes" if says == "yes" else "unknown", starts=says,
        outcomes=[{"cause": None}, {"cause": cause if says == "no" else None}],
    )  # fmt: skip


def test_a_catalog_of_one_day_shows_no_empty_lists(catalog, section):
    for title in (RELEASED, FAILING, NEEDING):
        assert not section(title)


def test_releases_of_this_week_are_shown_the_newest_first(catalog, section):
    release("tap-alpha", "1.0", ago=6 * DAY)
    release("tap-beta", "2.0", ago=HOUR)
    release("target-gamma", "0.1", ago=8 * DAY)
    said = section(RELEASED)
    assert said.index("2.0 <span") < said.index("1.0 <span")
    assert '<time datetime="' in said
    assert "target-gamma" not in said


def test_a_release_of_the_future_and_one_of_what_is_gone_are_no_news(catalog, section):
    release("tap-alpha", "1.0", ago=-DAY)
    release("tap-beta", "2.0", ago=DAY)
    Variant.objects.filter(plugin__name="tap-beta").update(gone_at=timezone.now())
    assert not section(RELEASED)


def test_what_installs_the_same_thing_is_one_piece_of_news(catalog, section):
    for plugin, name in (
        ("tap-alpha", "ada"),
        ("tap-alpha", "bo"),
        ("tap-beta", "ada"),
    ):
        release(plugin, "3.0", ago=DAY, name=name)
    Variant.objects.filter(plugin__name="tap-alpha").update(pip_url="alpha")
    assert section(RELEASED).count("<li>") == 2


def test_a_release_that_ran_before_and_fails_now_is_shown_with_its_run(
    catalog, section
):
    run("tap-alpha", "1.0", "yes", ago=30 * DAY)
    failed = run("tap-alpha", "1.0", "no", ago=2 * DAY)
    said = section(FAILING)
    assert 'href="/extractors/tap-alpha--ada"' in said
    assert "Fails on Python 3.13" in said
    assert f'1.0, seen in <a href="/runs/{failed.pk}">a run</a> on <time' in said
    assert "psycopg2 needs pg_config." in said


def test_a_release_that_fails_where_the_one_before_it_ran_is_shown(catalog, section):
    run("tap-alpha", "1.0", "yes", ago=30 * DAY)
    run("tap-alpha", "2.0", "no", ago=DAY)
    assert "2.0, seen in <a" in section(FAILING)


def test_several_pythons_are_one_failure(catalog, section):
    for python in ("3.12", "3.13", "3.14"):
        run("tap-alpha", "1.0", "yes", ago=2 * DAY, python=python)
        run("tap-alpha", "1.0", "no", ago=DAY, python=python)
    said = section(FAILING)
    assert said.count("<li>") == 1
    assert "Fails on Python 3.12–3.14" in said


@pytest.mark.parametrize("runs", [
    # It never ran.
    [("1.0", "no", 2)],
    # It failed before this week, and did so again with other packages.
    [("1.0", "yes", 30), ("1.0", "no", 20), ("1.0", "no", 2)],
    [("1.0", "yes", 30), ("1.0", "no", 20)],
    # It runs again.
    [("1.0", "yes", 3), ("1.0", "no", 2), ("1.0", "yes", 1)],
    # Nobody could tell before.
    [("1.0", "unknown", 3), ("1.0", "no", 2)],
    # An older release was tried after it.
    [("2.0", "no", 3), ("1.0", "yes", 2)],
    [("2.0", "no", 3), ("1.0", "yes", 2), ("2.0", "no", 1)],
    # A newer one is what is installed.
    [("1.0", "yes", 4), ("1.0", "no", 3), ("2.0", "yes", 2)],
])  # fmt: skip
def test_what_did_not_start_failing_now_is_not_said_to(catalog, section, runs):
    current = max(version for version, _, _ in runs)
    for version, says, days in runs:
        ago, is_current = days * DAY, version == current
        run("tap-alpha", version, says, ago=ago, is_current=is_current)
    assert not section(FAILING)


def test_what_ran_on_another_python_only_did_not_start_failing(catalog, section):
    run("tap-alpha", "1.0", "yes", ago=2 * DAY, python="3.12")
    run("tap-alpha", "1.0", "no", ago=DAY, python="3.13")
    assert not section(FAILING)


def test_of_variants_of_one_package_the_most_used_is_told_of(catalog, section):
    Variant.objects.filter(name="bo").update(counters={"all_projects": 9})
    run("tap-alpha", "1.0", "yes", ago=2 * DAY, name="bo")
    run("tap-alpha", "1.0", "yes", ago=2 * DAY)
    run("tap-alpha", "1.0", "no", ago=DAY)
    said = section(FAILING)
    assert said.count("<li>") == 1
    assert "tap-alpha--bo" in said


@pytest.mark.parametrize(("changed", "words"), [
    ({"maintenance": "seeking"}, "Its maintainer seeks help."),
    ({"maintenance": "none"}, "Its project takes no more changes."),
    ({"maintenance_status": "inactive"}, "Its curated definition calls it inactive."),
    ({"maintenance_status": "inactive", "maintenance": "quiet"}, "Its curated"),
])  # fmt: skip
def test_who_needs_a_maintainer_is_shown_with_the_reason(
    catalog, section, changed, words
):
    Variant.objects.filter(name="bo").update(**changed)
    said = section(NEEDING)
    assert "tap-alpha--bo" in said
    assert words in said
    assert said.count("<li>") == 1


def test_what_somebody_works_on_needs_no_maintainer_whatever_a_definition_says(
    catalog, section
):
    Variant.objects.update(maintenance_status="inactive", maintenance="active")
    assert not section(NEEDING)


def test_of_those_who_need_a_maintainer_the_three_most_used_are_shown(catalog, section):
    Variant.objects.update(maintenance="none")
    for number, row in enumerate(Variant.objects.order_by("pk")):
        row.counters = {"all_projects": number} if number else {}
        row.save()
    said = section(NEEDING)
    shown = re.findall(r"(\d) projects?</span>", said)
    assert shown == ["3", "2", "1"]


@pytest.fixture
def busy(catalog):
    """A week in which everything happened to everybody."""
    Variant.objects.filter(name="bo").update(maintenance="seeking")
    for plugin in ("tap-alpha", "tap-beta", "target-gamma"):
        release(plugin, "1.0", ago=DAY)
        run(plugin, "1.0", "yes", ago=2 * DAY)
        run(plugin, "1.0", "no", ago=DAY)


def test_it_makes_eight_queries_however_much_happened(
    busy, client, section, django_assert_num_queries
):
    assert section(RELEASED)
    assert section(NEEDING)
    assert section(FAILING).count("<li>") == 3
    with django_assert_num_queries(8):
        client.get("/")


def test_it_is_at_most_12_kb_packed(busy, client):
    assert len(gzip.compress(client.get("/").content)) <= 12 * 1024


def test_what_a_branch_holds_was_released_by_nobody(catalog, section):
    release("tap-alpha", "HEAD", ago=HOUR, artifacts={})
    assert section(RELEASED) == ""


def test_a_failure_is_told_of_who_installs_what_failed(catalog, section):
    run("tap-alpha", "1.0", "yes", ago=2 * HOUR)
    failed = run("tap-alpha", "1.0", "no", ago=HOUR)
    other = variant_of("tap-alpha", "bo")
    Variant.objects.filter(pk=other.pk).update(counters={"all_projects": 900})
    Statement.objects.create(
        variant=other, source=failed.source, snapshot=failed.snapshot,
        origin=Origin.PACKAGE, definition={},
    )  # fmt: skip
    assert "tap-alpha by ada" in section(FAILING)
    assert "tap-alpha by bo" not in section(FAILING)
