"""When a current release stops running, and when it runs again: once each, and no more."""

from datetime import timedelta

import pytest
from django.utils.html import escape

from registry.catalog.stopping import keep_turns
from registry.models import Event, Plugin, ProbeRun, Snapshot, Statement, Variant
from registry.vocabulary import EventVerb, Origin
from scrapers.line import judge
from scrapers.probes import VERSION
from tests.registry.cast import NOW
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, failed, installed, step

pytestmark = pytest.mark.django_db
RUNS = installed(about())
FAILS = [*installed()[:2], failed("import", "ModuleNotFoundError: No module named 'x'")]
LIMITED = [*installed()[:2], step("import", ending="timed-out", exit_code=None)]
OLD = [{"name": "tap-alpha", "version": "1.1"}, {"name": "pkg", "version": "1.2"}]
NEW = [{"name": "tap-alpha", "version": "1.1"}, {"name": "pkg", "version": "2.0"}]
PAGE = "/extractors/tap-alpha"


@pytest.fixture
def package():
    return packaged()


@pytest.fixture
def tries(package):
    """Return a function that tries 1.1 on Python 3.12, each time an hour later."""
    hours = iter(range(1, 100))

    def tried(steps, **said):
        return ran(package, *steps, at=NOW + timedelta(hours=next(hours)), **said)

    return tried


def ada():
    return Variant.objects.get(name="ada")


def told():
    verbs = [EventVerb.STOPPED, EventVerb.RUNS_AGAIN]
    return list(Event.objects.filter(verb__in=verbs).order_by("pk"))


def test_a_current_release_that_ran_and_no_longer_does_is_told_with_what_moved(tries):
    first = tries(RUNS, packages=OLD)
    run = tries(FAILS, packages=NEW, lock="1" * 64, interpreter="3.12.2")
    [event] = told()
    assert (event.verb, event.variant.name, event.at) == ("stopped", "ada", run.ran_at)
    assert event.data == {
        "version": "1.1",
        "python": "3.12",
        "run": run.pk,
        "run_before": first.pk,
        "moved": ["pkg 1.2 → 2.0"],
        "interpreters": ["3.12.1", "3.12.2"],
        "cause": run.outcomes[1]["cause"]["message"],
    }


def test_it_is_told_again_when_it_runs_again_and_when_it_stops_again(tries):
    for steps in (RUNS, FAILS, FAILS, RUNS, RUNS, FAILS):
        tries(steps)
    assert [one.verb for one in told()] == ["stopped", "runs-again", "stopped"]


def test_what_a_release_offers_outlives_that_it_runs(tries, client):
    """Something that comes with it moved, and it is the same release."""
    seen = tries(RUNS, packages=OLD)
    before = ada().definition
    assert {one["name"] for one in before["settings"]}
    tries(FAILS, packages=NEW, lock="1" * 64)
    assert ada().definition == before
    assert ada().tried["pythons"] == {"3.12": "no"}
    said = Statement.objects.get(variant=ada(), origin=Origin.PROBE)
    assert said.snapshot == seen.snapshot
    assert not Event.objects.filter(verb=EventVerb.CHANGED, at__gt=seen.ran_at).exists()
    page = client.get(f"{PAGE}--ada").content.decode()
    assert f'said it of itself in <a href="/runs/{seen.pk}">' in page


def test_a_release_that_never_ran_offers_nothing_of_the_one_before(tries):
    before = ada().definition["settings"]
    tries(RUNS, version="1.0")
    tries(FAILS)
    assert ada().definition["settings"] == before


def test_newer_rules_judge_what_was_seen_before_it_stopped(tries):
    seen, _ = tries(RUNS), tries(FAILS)
    before = ada().definition
    # As rules of before would have had it.
    ProbeRun.objects.filter(pk=seen.pk).update(surface={})
    Snapshot.objects.filter(run__isnull=False).update(probed_with=VERSION - 1)
    left = Snapshot.objects.unprobed(VERSION)
    judge(list(left.select_related("source")), now=NOW)
    assert ada().definition == before
    seen.snapshot.refresh_from_db()
    assert seen.snapshot.probed_with == VERSION


def test_the_first_look_is_no_news(tries):
    tries(FAILS)
    tries(RUNS)
    assert told() == []


def test_another_python_is_another_matter(tries):
    tries(RUNS)
    tries(FAILS, python="3.13")
    assert told() == []


def test_no_limit_makes_news_and_none_hides_them(tries):
    tries(RUNS)
    tries(LIMITED)
    assert told() == []
    tries(RUNS)
    assert told() == []
    tries(LIMITED)
    tries(FAILS)
    assert [one.verb for one in told()] == ["stopped"]


def test_an_older_release_that_stops_is_no_news(tries):
    tries(RUNS)
    tries(RUNS, version="1.0")
    tries(FAILS, version="1.0")
    assert told() == []


def test_what_is_judged_again_is_told_once(tries, package):
    tries(RUNS)
    run = tries(FAILS)
    judge([run.snapshot], now=NOW)
    assert len(told()) == 1
    # Whoever judged it at the same moment did not see the row yet.
    Snapshot.objects.get(pk=run.snapshot_id).run.delete()
    again = Snapshot.objects.select_related("source").get(pk=run.snapshot_id)
    judge([again], now=NOW)
    assert [one.data["version"] for one in told()] == ["1.1"]


def test_rules_that_changed_are_no_news(tries, package):
    first = tries(RUNS)
    Snapshot.objects.filter(pk=first.snapshot_id).update(probed_with=VERSION - 1)
    run = tries(FAILS)
    assert told() == []
    type(run).objects.filter(pk=run.pk).update(starts="yes")
    judge([run.snapshot], now=NOW)
    assert told() == []


def test_nothing_new_costs_two_queries(tries, django_assert_num_queries):
    run = [tries(RUNS) for _ in range(2)][-1]
    with django_assert_num_queries(2):
        keep_turns([run])


def test_history_and_feeds_say_it_and_lead_to_both_runs(tries, client):
    first = tries(RUNS, packages=OLD)
    run = tries(FAILS, packages=NEW)
    tries(RUNS, packages=OLD)
    page = client.get(f"{PAGE}/history").content.decode()
    said = escape("1.1 no longer runs on Python 3.12: pkg 1.2 → 2.0 came with it.")
    assert said in page
    assert "1.1 runs on Python 3.12 again: pkg 2.0 → 1.2 came with it." in page
    assert f'href="/runs/{first.pk}"' in page
    assert f'href="/runs/{run.pk}"' in page
    for feed in ("/feed", f"{PAGE}/feed", f"{PAGE}--ada/feed"):
        atom = client.get(feed).content.decode()
        assert "has a release that no longer runs: 1.1 on Python 3.12" in atom
        assert said in atom
        assert 'term="stopped"' in atom


def test_what_stopped_since_is_nothing_that_the_release_broke(tries, package):
    Event.objects.create(
        at=NOW, verb=EventVerb.RELEASED, plugin=Plugin.objects.get(),
        variant=Variant.objects.get(name="ada"), data={"version": "1.1"},
    )  # fmt: skip
    tries(RUNS, version="1.0")
    tries(RUNS)
    for _ in range(2):
        tries(FAILS)
    assert [one.verb for one in told()] == ["stopped"]
    assert not Event.objects.filter(verb=EventVerb.BREAKING).exists()


def test_of_very_many_packages_some_are_named_and_the_rest_is_counted(tries, client):
    tries(RUNS, packages=[{"name": f"p{n:02}", "version": "1"} for n in range(30)])
    tries(FAILS, packages=[{"name": f"p{n:02}", "version": "2"} for n in range(30)])
    [event] = told()
    assert (len(event.data["moved"]), event.data["moved_more"]) == (20, 10)
    page = client.get(f"{PAGE}/history").content.decode()
    assert "p09 1 → 2 and 20 more came with it" in page
    assert "p10" not in page


def test_what_installs_another_release_did_not_stop(tries):
    tries(RUNS)
    Variant.objects.filter(name="ada").update(current_release=None)
    tries(FAILS)
    assert told() == []
