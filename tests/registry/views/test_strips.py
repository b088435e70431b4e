"""The probe strip: a day's newest run as a bar for each Python, in words, and as a table."""

import gzip
from datetime import date, timedelta

import pytest

from registry.models import ProbeRun
from registry.views.runs.strips import DAYS_SHOWN, HEIGHT, of_newest, strip
from tests.registry.cast import NOW
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, failed, installed


def runs_of(*answers, python="3.12"):
    """Return a run a day that is in no database, the oldest first."""
    return [
        ProbeRun(pk=nth, ran_at=NOW + timedelta(days=nth), version="1.0", python=python,
                 installs=answer, imports=answer, starts=answer)
        for nth, answer in enumerate(answers)
    ]  # fmt: skip


def test_bars_differ_in_height_and_stand_from_the_oldest_to_the_newest():
    [lane] = strip(reversed(runs_of("yes", "no", "unknown"))).lanes
    assert [bar.word for bar in lane.bars] == ["started", "failed", "not known"]
    heights = [bar.height for bar in lane.bars]
    assert heights == sorted({*heights}, reverse=True)
    assert heights[0] == HEIGHT
    assert all(bar.y + bar.height == HEIGHT for bar in lane.bars)
    assert (
        lane.sentence
        == "Python 3.12, 3 days with runs: 1 started, 1 failed, 1 not known."
    )


def test_the_newest_day_stands_at_the_end_and_days_without_runs_are_empty():
    drawn = strip(runs_of("yes", "no", "yes")[::2])
    [lane] = drawn.lanes
    assert [bar.x + drawn.bar_width for bar in lane.bars] == [
        drawn.width - 8, drawn.width,
    ]  # fmt: skip


def test_of_a_day_the_newest_run_is_shown_for_each_python():
    early, late = runs_of("yes", "no")
    late.ran_at = early.ran_at + timedelta(hours=1)
    other = runs_of("yes", python="3.9")
    drawn = strip([late, early, *other])
    assert [lane.python for lane in drawn.lanes] == ["3.9", "3.12"]
    [(day, bars)] = drawn.days
    assert day == date(2026, 1, 1)
    assert [bar.answer for bar in bars] == ["yes", "no"]


def test_no_more_than_the_last_days_are_shown():
    drawn = strip(runs_of("no", *["yes"] * DAYS_SHOWN))
    [lane] = drawn.lanes
    assert len(lane.bars) == len(drawn.days) == DAYS_SHOWN
    assert lane.sentence == "Python 3.12, 30 days with runs: 30 started."
    assert lane.bars[0].x == 0


def test_older_releases_that_are_tried_later_are_no_news():
    runs = runs_of("yes", "yes", "no", "no")
    versions = ("1.0", "1.1", "1.0", "0.1")
    for run, version in zip(runs, versions, strict=True):
        run.version = version
    assert [one.version for one in of_newest(runs, "1.1")] == ["1.0", "1.1"]
    assert [one.version for one in of_newest(runs, "2.0")] == ["1.0", "1.1"]
    # What was taken back was the newest once.
    assert of_newest(runs, "0.1") == [runs[0], runs[1], runs[3]]


def test_before_any_run_there_is_no_strip():
    assert strip([]) is None


@pytest.mark.django_db
def test_a_page_has_the_days_of_all_pythons_and_the_same_as_a_table(
    read, client, django_assert_num_queries
):
    source = packaged()
    for nth in range(40):
        at = NOW + timedelta(days=nth)
        last = ran(source, *installed(about()), at=at)
    broken = ran(source, *installed()[:2], failed("import", "x"), python="3.9", at=at)
    page = " ".join(read("/extractors/tap-alpha--ada").split())
    drawn = page.partition('<svg class="strip"')[2].partition('<section class="panel"')[
        0
    ]
    assert 'aria-label="Python 3.9, 1 day with runs: 1 failed."' in drawn
    assert 'role="img" aria-label="Python 3.12, 30 days with runs: 30 start' in drawn
    assert drawn.count("<rect") == 31
    assert "style=" not in drawn
    table = page.partition("Show numbers")[2].partition("</table>")[0]
    assert f'<a href="/runs/{last.pk}">1.1 started</a>' in table
    assert f'<a href="/runs/{broken.pk}">1.1 failed</a>' in table
    with django_assert_num_queries(8):
        client.get("/extractors/tap-alpha--ada")


@pytest.mark.django_db
def test_a_month_of_runs_on_five_pythons_keeps_the_page_small(client):
    source = packaged()
    for python in ("3.10", "3.11", "3.12", "3.13", "3.14"):
        for nth in range(DAYS_SHOWN):
            at = NOW + timedelta(days=nth)
            ran(source, *installed(about()), at=at, python=python)
    page = client.get("/extractors/tap-alpha--ada").content
    assert page.count(b'<rect class="yes"') == 5 * DAYS_SHOWN
    assert len(gzip.compress(page)) <= 18 * 1024


@pytest.mark.django_db
def test_many_older_releases_do_not_hide_the_current_one(read, monkeypatch):
    monkeypatch.setattr("registry.views.runs.trials.RUNS_READ", 3)
    source = packaged(versions=("0.1", "0.2", "0.3", "1.0", "1.1"))
    current = ran(source, *installed(about()))
    for nth, version in enumerate(("1.0", "0.3", "0.2", "0.1"), start=1):
        broken = failed("import", "x")
        at = NOW + timedelta(hours=nth)
        ran(source, *installed()[:2], broken, version=version, at=at)
    page = read("/extractors/tap-alpha--ada")
    runs = page.partition('<section id="runs"')[2].partition("</section>")[0]
    assert f'href="/runs/{current.pk}"' in runs
    assert 'aria-label="Python 3.12, 1 day with runs: 1 started."' in page
