"""What follows from runs: verdicts and loadings, asked for once and kept as rows."""

import copy
from datetime import timedelta

import pytest

from registry.catalog.questions import question_of
from registry.catalog.records import keep_record
from registry.loads import LAYOUT
from registry.models import (
    ConformanceRun,
    Loading,
    ProbeTicket,
    Snapshot,
    TapSchemas,
    Variant,
)
from scrapers import tasks
from scrapers.issuing import PRIORITIES, issue_again
from scrapers.line import judge
from scrapers.probes import VERSION
from scrapers.probes.conformance import VERSION as SUITE
from tests.registry.cast import NOW
from tests.scrapers.further import (
    CONFORMANCE,
    LOADING,
    VERDICTS,
    asked,
    given,
    loads,
    package,
    ran,
    starts,
)
from tests.scrapers.probes.invocation.records import (
    CATALOG,
    about,
    failed,
    installed,
)

pytestmark = pytest.mark.django_db
BROKEN = failed("import", "ModuleNotFoundError: No module named 'imp'")


@pytest.fixture(autouse=True)
def _probing(settings):
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.13", "3.12"]


@pytest.fixture
def tap():
    return package("tap-alpha", "extractors")


@pytest.fixture
def target():
    return package("target-gamma", "loaders")


def test_a_release_is_put_before_the_suite_on_the_newest_python_it_starts_on(tap):
    ticket = ProbeTicket.objects.lease(NOW, pythons=["3.13"])
    starts(tap, "3.12")
    # Not before it is known whether the newer one will do.
    assert asked(CONFORMANCE) == []
    ticket.failed(NOW, "")
    ran(tap, *installed()[:2], BROKEN, python="3.13")
    assert asked(CONFORMANCE) == [("1.0", "3.12")]
    assert asked(LOADING) == []


def test_a_python_that_no_machine_has_is_not_waited_for(tap):
    starts(tap, "3.12")
    assert asked(CONFORMANCE) == [("1.0", "3.12")]
    starts(tap, "3.13")
    assert asked(CONFORMANCE) == [("1.0", "3.12")]


def test_a_release_that_does_not_start_is_asked_nothing_more(tap):
    for python in ("3.13", "3.12"):
        ran(tap, *installed()[:2], BROKEN, python=python)
    assert asked(CONFORMANCE) == []


def test_a_release_that_answers_to_no_call_is_asked_nothing_more(tap):
    missing = failed("help", "ModuleNotFoundError: No module named 'requests'")
    for python in ("3.13", "3.12"):
        ran(tap, *installed(missing), python=python)
    assert asked(CONFORMANCE) == []


def test_a_target_is_to_load_as_well_and_runs_come_first(target):
    starts(target)
    assert asked(LOADING) == asked(CONFORMANCE) == [("1.0", "3.13")]
    ProbeTicket.objects.filter(kind="run", python="3.12").update(priority=-99)
    kinds = [ProbeTicket.objects.lease(NOW).kind for _ in range(4)]
    assert kinds == ["run", "run", CONFORMANCE, LOADING]


def test_verdicts_are_kept_with_what_fails_and_asked_for_once(tap):
    starts(tap)
    given(CONFORMANCE, VERDICTS)
    row = ConformanceRun.objects.get()
    assert (row.version, row.python, row.suite, row.kind) == (
        "1.0",
        "3.13",
        SUITE,
        "tap",
    )
    assert row.counts == {"fail": 1, "pass": 1}
    assert [one["id"] for one in row.must_failures] == ["S01"]
    ticket = ProbeTicket.objects.get(kind=CONFORMANCE)
    assert (ticket.due_at, ticket.layout) == (None, SUITE)
    starts(tap, "3.12")
    assert issue_again(now=NOW) == 0


def test_capabilities_that_were_seen_at_work_are_listed_with_those_it_names(tap):
    starts(tap)
    shown = [
        {"word": "properties", "answer": "yes", "check": "S20", "because": "None."},
        {"word": "batch", "answer": "no", "check": "S24", "because": "Records came."},
        {"word": "make-coffee", "answer": "yes", "check": "S99"},
        {"word": "catalog", "answer": "perhaps"},
        7,
    ]
    curated = Variant.objects.get().definition["capabilities"]
    assert "properties" not in curated
    given(CONFORMANCE, {**VERDICTS, "shown": shown})
    row = ConformanceRun.objects.get()
    assert set(row.shown) == {"properties", "batch", "make-coffee"}
    assert Variant.objects.get().definition["capabilities"] == [*curated, "properties"]
    # What a newer look does not show again is not listed any more.
    given(CONFORMANCE, {**VERDICTS, "checks": [], "shown": []})
    assert Variant.objects.get().definition["capabilities"] == curated


def test_a_newer_suite_has_current_releases_asked_again(tap):
    starts(tap)
    given(CONFORMANCE, {**VERDICTS, "layout": SUITE - 1})
    assert issue_again(now=NOW) == 1
    ticket = ProbeTicket.objects.get(kind=CONFORMANCE)
    assert (ticket.due_at, ticket.priority) == (NOW, PRIORITIES[CONFORMANCE])


def test_a_new_release_takes_the_place_of_the_old_one_when_it_starts(tap):
    starts(tap)
    given(CONFORMANCE, VERDICTS)
    ProbeTicket.objects.issue(tap, {"1.1": ["3.13"], "1.0": ["3.13"]}, now=NOW)
    ran(tap, *installed(about()), version="1.0", python="3.12")
    assert asked(CONFORMANCE) == []
    assert not ConformanceRun.objects.current().exists()
    starts(tap, version="1.1")
    assert asked(CONFORMANCE) == [("1.1", "3.13")]


def test_what_was_kept_and_not_judged_when_the_worker_died_is_judged_later(tap, target):
    starts(tap)
    starts(target)
    ProbeTicket.objects.filter(kind="run").update(due_at=None)
    for kind, shown in ((CONFORMANCE, VERDICTS), (LOADING, loads((tap, {})))):
        ticket = ProbeTicket.objects.filter(kind=kind).lease(NOW)
        keep_record(ticket.lease, shown, now=NOW)
    assert not ConformanceRun.objects.exists()
    tasks.probe_due()
    tasks.probe_due()
    assert ConformanceRun.objects.count() == Loading.objects.count() == 1


def test_a_target_is_asked_about_the_taps_it_has_not_loaded(tap, target):
    starts(tap)
    starts(target)
    ticket = ProbeTicket.objects.get(kind=LOADING)
    [said] = question_of(ticket)["taps"]
    assert (said["tap"], said["name"]) == (tap.pk, "tap-alpha")
    assert said["streams"][0]["key_properties"] == ["id"]
    given(LOADING, loads((tap, {})))
    row = Loading.objects.get()
    assert (row.tap, row.target, row.answer, row.read) == (tap, target, "yes", 10)
    ticket.refresh_from_db()
    assert (ticket.due_at, question_of(ticket)["taps"]) == (None, [])
    assert issue_again(now=NOW) == 0


def test_other_schemas_of_a_tap_have_targets_asked_again(tap, target):
    starts(tap)
    starts(target)
    given(LOADING, loads((tap, {})))
    other = copy.deepcopy(CATALOG)
    other["streams"][0]["schema"]["properties"]["new"] = {"type": "string"}
    starts(tap, catalog=other)
    ticket = ProbeTicket.objects.get(kind=LOADING)
    assert ticket.due_at is not None
    assert ticket.priority == PRIORITIES[LOADING]
    [asked_for] = question_of(ticket)["taps"]
    assert "new" in asked_for["streams"][0]["schema"]["properties"]


def test_a_target_whose_branch_moved_is_asked_about_all_taps_again(tap, target):
    starts(tap)
    starts(target)
    given(LOADING, loads((tap, {})))
    wanted, moved = {"1.0": ["3.13"]}, {"1.0": "c" * 40}
    ProbeTicket.objects.issue(target, wanted, now=NOW, kind=LOADING, revisions=moved)
    ticket = ProbeTicket.objects.get(kind=LOADING)
    [said] = question_of(ticket)["taps"]
    assert (said["tap"], ticket.due_at) == (tap.pk, NOW)
    given(LOADING, loads((tap, {"answer": "no"}), commit="c" * 40))
    assert Loading.objects.get().answer == "no"
    assert issue_again(now=NOW) == 0


@pytest.mark.parametrize(
    ("said", "sdk"), [({"interpreter": "3.13.9"}, {}), ({}, {"sdk_version": "9.9.9"})]
)
def test_what_is_made_with_another_interpreter_or_sdk_is_asked_again(
    tap, target, said, sdk
):
    starts(tap)
    starts(target, interpreter="3.13.8")
    given(LOADING, loads((tap, {})))
    given(CONFORMANCE, VERDICTS, target)
    # The first time they are seen with a run there is nothing to compare with.
    starts(target, interpreter="3.13.8")
    assert not asked_now(target)
    ran(target, *installed(about(**sdk)), **{"interpreter": "3.13.8"} | said)
    assert asked_now(target) == {CONFORMANCE, LOADING}
    ticket = ProbeTicket.objects.get(kind=LOADING)
    assert [one["tap"] for one in question_of(ticket)["taps"]] == [tap.pk]
    # It is shown until there is a newer answer.
    assert Loading.objects.get().answer == "yes"
    given(LOADING, loads((tap, {})))
    given(CONFORMANCE, VERDICTS, target)
    ran(target, *installed(about(**sdk)), **{"interpreter": "3.13.8"} | said)
    assert not asked_now(target)


def test_a_ticket_follows_the_run_on_its_own_python(tap):
    starts(tap, "3.12", interpreter="3.12.4")
    given(CONFORMANCE, VERDICTS)
    for _ in range(2):
        starts(tap, "3.12", interpreter="3.12.4")
    # It starts on a newer one as well, and stays where it was judged.
    starts(tap, "3.13", interpreter="3.13.8")
    assert (asked(CONFORMANCE), asked_now(tap)) == ([("1.0", "3.12")], set())
    starts(tap, "3.12", interpreter="3.12.5")
    assert asked_now(tap) == {CONFORMANCE}


def asked_now(source):
    further = ProbeTicket.objects.exclude(kind="run").filter(source=source)
    return set(further.exclude(due_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (CONFORMANCE, {**VERDICTS, "runs": [{"name": "sync", "ending": "timed-out"}]}),
        (CONFORMANCE, {"layout": SUITE, "problem": "It can't be installed."}),
        (LOADING, {"answer": "unknown", "code": "timed-out"}),
    ],
)
def test_what_met_a_limit_is_asked_again_less_and_less_often(tap, target, kind, shown):
    starts(tap)
    starts(target)
    waits = []
    for _ in range(3):
        told = loads((tap, shown)) if kind == LOADING else shown
        given(kind, told, target)
        ticket = ProbeTicket.objects.get(kind=kind, source=target)
        waits.append((ticket.due_at - NOW).days)
        # No tick has it asked earlier.
        issue_again(now=NOW)
        ticket.refresh_from_db()
        assert (ticket.due_at - NOW).days == waits[-1]
        if kind == LOADING:
            assert [one["tap"] for one in question_of(ticket)["taps"]] == [tap.pk]
    assert waits == [1, 2, 4]


def test_a_tap_that_shows_no_streams_any_more_is_not_loaded(tap, target):
    starts(tap)
    assert TapSchemas.objects.get().streams == 1
    starts(tap, catalog={"streams": []})
    assert not TapSchemas.objects.exists()


def test_a_target_that_loads_not_even_the_simplest_is_asked_about_no_other_tap(
    tap, target
):
    starts(tap)
    starts(target)
    why = {"code": "simplest", "cause": "It needs a database."}
    given(LOADING, {**loads(), "blocked": why})
    beta = package("tap-beta", "extractors")
    starts(beta)
    rows = Loading.objects.order_by("pk")
    assert [(row.tap, row.answer, row.cause) for row in rows] == [
        (tap, "unknown", "It needs a database."),
        (beta, "unknown", "It needs a database."),
    ]
    assert ProbeTicket.objects.get(kind=LOADING).due_at is None


def test_an_answer_without_a_word_on_any_tap_is_not_asked_for_at_once_again(
    tap, target
):
    starts(tap)
    starts(target)
    given(LOADING, {"layout": LAYOUT, "loads": []})
    assert ProbeTicket.objects.get(kind=LOADING).due_at is None
    assert issue_again(now=NOW) == 1


def test_what_was_seen_later_is_not_overwritten_by_an_older_look(tap, target):
    starts(tap)
    starts(target)
    kept = given(LOADING, loads((tap, {"answer": "no", "cause": "It ends with 1."})))
    Loading.objects.update(ran_at=NOW + timedelta(1), answer="yes")
    judge([kept], now=NOW)
    assert Loading.objects.get().answer == "yes"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"checks": 7, "loads": 7, "blocked": 7},
        {
            "checks": [
                1,
                None,
                {"id": [], "result": {}},
                {"id": "C01", "result": "best"},
            ]
        },
        {
            "checks": [
                {"id": "é" * 99, "result": "fail", "title": [], "remedy": "x" * 9999}
            ]
        },
        {"layout": -1, "kind": {}, "problem": [], "config_is_made_up": "no"},
        {"layout": 10**30, "kind": "x" * 99, "problem": "x" * 9999},
        {"loads": [1, None, {"tap": True}, {"tap": -1}, {"tap": 10**30}]},
        {"loads": [{"tap": "1", "answer": "yes"}], "blocked": {"code": "best"}},
        {"loads": [{"tap": 1, "answer": {}, "digest": []}], "blocked": {"code": []}},
        {"blocked": {"code": "simplest", "cause": {}}},
    ],
)
def test_whatever_a_sandbox_sends_nothing_breaks(tap, target, client, said):
    starts(tap)
    starts(target)
    given(CONFORMANCE, said, tap)
    given(LOADING, said)
    assert not Snapshot.objects.unprobed(VERSION).exists()
    for row in ConformanceRun.objects.all():
        assert client.get(f"/conformance/{row.pk}").status_code == 200
    for row in Loading.objects.all():
        assert client.get(f"/matrix/{row.pk}").status_code == 200
    for address in ("/conformance", "/matrix", "/extractors/tap-alpha--ada"):
        assert client.get(address).status_code == 200


def test_strange_numbers_and_texts_of_a_loading_are_no_numbers(tap, target):
    starts(tap)
    starts(target)
    strange = {"sent": "many", "read": -1, "streams": 10**30, "cause": 7, "code": []}
    given(LOADING, loads((tap, strange)))
    row = Loading.objects.get()
    assert (row.sent, row.read, row.streams, row.cause, row.code) == (0, 0, 0, "", "")
