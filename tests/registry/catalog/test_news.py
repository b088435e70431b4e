"""Which releases, breaking differences and moves of a default become events, once each."""

from datetime import timedelta

import pytest

from registry.catalog.breaking import keep_breaking
from registry.models import Event, Plugin, ProbeTicket, Snapshot
from registry.vocabulary import EventVerb, Origin
from scrapers.line import judge
from tests.registry.cast import NOW, release_of, say, source_of, variant
from tests.registry.views.runs import LIMIT, TOKEN, packaged, ran, streams
from tests.scrapers.probes.invocation.records import about, installed, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    return source_of("definitions")


def told(verb=EventVerb.RELEASED):
    rows = Event.objects.filter(verb=verb).order_by("pk")
    return [event.data["version"] for event in rows]


def test_the_releases_of_a_source_that_is_first_read_are_no_news(index):
    say(index, variant("ada", releases=[release_of("1.0"), release_of("1.1", day=1)]))
    assert told() == []


def test_a_release_that_comes_later_is_told_once(index):
    releases = [release_of("1.0"), release_of("1.1", day=1)]
    say(index, variant("ada", releases=releases[:1]))
    for _ in range(2):
        say(index, variant("ada", releases=releases), at=NOW + timedelta(days=1))
    assert told() == ["1.1"]
    event = Event.objects.get(verb=EventVerb.RELEASED)
    assert (event.variant.name, event.at) == ("ada", NOW + timedelta(days=1))


def test_a_release_of_an_older_line_is_told_as_well(index):
    first = [release_of("2.0")]
    say(index, variant("ada", releases=first))
    say(index, variant("ada", releases=[*first, release_of("1.9.1", day=1)]))
    assert told() == ["1.9.1"]


def test_history_that_a_source_shows_later_is_no_news(index):
    first = [release_of("2.0", day=9)]
    say(index, variant("ada", releases=first))
    say(index, variant("ada", releases=[*first, release_of("1.0")]))
    assert told() == []


def test_a_release_that_is_yanked_when_it_is_first_seen_is_no_news(index):
    first = [release_of("1.0")]
    say(index, variant("ada", releases=first))
    gone = release_of("1.1", day=1, yanked=True)
    say(index, variant("ada", releases=[*first, gone]))
    assert told() == []


def test_what_a_branch_holds_is_no_release_that_came(index):
    first = [release_of("1.0")]
    say(index, variant("ada", releases=first))
    say(index, variant("ada", releases=[*first, release_of("HEAD", day=1)]))
    assert told() == []


def test_of_many_at_once_the_newest_five_are_told_the_oldest_first(index):
    releases = [release_of(f"1.{n}", day=n) for n in range(12)]
    say(index, variant("ada", releases=releases[:1]))
    say(index, variant("ada", releases=releases))
    assert told() == ["1.7", "1.8", "1.9", "1.10", "1.11"]


def test_a_moved_default_is_told_with_where_it_was_and_why(index):
    say(index, variant("ada", is_default=True), variant("bo"))
    say(index, variant("ada"), variant("bo", is_default=True))
    event = Event.objects.get(verb=EventVerb.DEFAULT_MOVED)
    assert event.data == {
        "from": "ada",
        "to": "bo",
        "reason": "The curated definitions name it as the default.",
    }


def test_recording_a_new_release_makes_no_query_more_than_recording_nothing_new(
    index, django_assert_max_num_queries
):
    def named(count):
        return [
            variant(
                f"v{n}", releases=[release_of(f"1.{m}", day=m) for m in range(count)]
            )
            for n in range(6)
        ]

    say(index, *named(2))
    with django_assert_max_num_queries(40):
        say(index, *named(4))
    assert len(told()) == 12


@pytest.fixture
def package():
    """A package whose release 1.0 was tried, and whose 1.1 came later."""
    [source] = packaged("ada", releases=["1.0"])
    ran(source, "1.0", settings=[TOKEN, LIMIT], streams=streams("a"))
    releases = [release_of("1.0"), release_of("1.1", day=1)]
    says = variant("package", settings=..., releases=releases)
    say(source, says, origin=Origin.PACKAGE)
    assert told() == ["1.1"]
    return source


def broken():
    rows = Event.objects.filter(verb=EventVerb.BREAKING).order_by("pk")
    return [event.data for event in rows]


def test_a_new_release_that_breaks_something_is_told_once(package):
    for _ in range(2):
        keep_breaking(
            [ran(package, "1.1", settings=[TOKEN], streams=streams("a", "b"))]
        )
    assert broken() == [
        {
            "version": "1.1",
            "before": "1.0",
            "differences": ["The setting `limit` is gone."],
        }
    ]


def test_a_python_that_a_release_dropped_breaks_it(package):
    run = ran(
        package, "1.1", starts="no", settings=[TOKEN, LIMIT], streams=streams("a")
    )
    keep_breaking([run])
    assert broken()[0]["differences"] == ["Python 3.12 is gone."]


def test_what_is_only_added_breaks_nothing(package):
    run = ran(package, "1.1", settings=[TOKEN, LIMIT], streams=streams("a", "b"))
    keep_breaking([run])
    assert broken() == []


def test_what_an_older_release_broke_is_no_news():
    [source] = packaged("ada", releases=["1.0", "1.1"])
    ran(source, "1.0", settings=[TOKEN, LIMIT])
    keep_breaking([ran(source, "1.1", settings=[TOKEN])])
    assert broken() == []


def test_a_python_that_is_on_nobodys_machine_is_not_waited_for(package):
    ProbeTicket.objects.issue(package, {"1.1": ["3.11"]}, now=NOW)
    keep_breaking([ran(package, "1.1", settings=[TOKEN])])
    assert len(broken()) == 1


def test_a_release_that_is_still_tried_is_not_judged_yet(package):
    ran(package, "1.0", "3.11", settings=[TOKEN, LIMIT], streams=streams("a"))
    ProbeTicket.objects.issue(package, {"1.1": ["3.11"]}, now=NOW)
    run = ran(package, "1.1", settings=[TOKEN])
    keep_breaking([run])
    assert broken() == []
    ProbeTicket.objects.update(tried_at=NOW)
    keep_breaking([run])
    assert len(broken()) == 1


def test_judging_many_runs_again_makes_eight_queries_and_a_transaction_at_most(
    package, django_assert_max_num_queries
):
    runs = [
        ran(package, "1.1", python, settings=[TOKEN]) for python in ("3.11", "3.12")
    ]
    with django_assert_max_num_queries(11):
        keep_breaking(runs)
    assert len(broken()) == 1


def test_a_judged_record_of_a_new_release_leaves_the_event(package):
    ran(package, "1.0", settings=[TOKEN, LIMIT], capabilities=["about", "state"])
    known = about(capabilities=["about"], settings={"type": "object", "properties": {}})
    snapshot = Snapshot.objects.create(
        source=package, subject="run/1.1/3.12", digest="", taken_at=NOW,
        evidence=record(*installed(known), version="1.1", python="3.12"),
    )  # fmt: skip
    judge([snapshot], now=NOW)
    [event] = broken()
    assert "The setting `limit` is gone." in event["differences"]


def test_a_release_that_is_tagged_behind_the_branch_is_news(index):
    head = release_of("HEAD", day=9)
    say(index, variant("ada", releases=[release_of("1.0"), head]))
    say(
        index,
        variant("ada", releases=[release_of("1.0"), head, release_of("1.1", day=5)]),
    )
    assert told() == ["1.1"]


def test_the_default_does_not_go_to_who_committed_last(index):
    head = release_of("HEAD", day=9)
    say(
        index,
        variant("bo", releases=[head]),
        variant("cy", releases=[release_of("1.0")]),
    )
    plugin = Plugin.objects.get()
    assert plugin.default_variant.name == "cy"
