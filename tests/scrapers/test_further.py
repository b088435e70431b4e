"""What follows from runs: verdicts and loadings, asked for once and kept as rows."""

import copy
import json
from datetime import timedelta

import pytest

from registry.catalog.following import follow_variants
from registry.catalog.questions import question_of
from registry.catalog.records import keep_record
from registry.loads import LAYOUT
from registry.models import (
    ConformanceRun,
    Loading,
    ProbeTicket,
    Snapshot,
    Source,
    TapSchemas,
)
from registry.vocabulary import Origin, SourceKind
from scrapers import tasks
from scrapers.issuing import PRIORITIES, issue_again
from scrapers.line import judge
from scrapers.probes import VERSION
from scrapers.probes.conformance import VERSION as SUITE
from tests.registry.cast import NOW, release_of, say, source_of, variant
from tests.scrapers.probes.invocation.records import (
    CATALOG,
    about,
    discover,
    failed,
    installed,
    record,
)

pytestmark = pytest.mark.django_db
CONFORMANCE, LOADING = "conformance", "loading"
BROKEN = failed("import", "ModuleNotFoundError: No module named 'imp'")
VERDICTS = {
    "layout": SUITE,
    "lock": "l",
    "interpreter": "3.12.4",
    "kind": "tap",
    "config_is_made_up": True,
    "checks": [
        {"id": "C01", "title": "--help exits with 0", "result": "pass"},
        {"id": "S01", "title": "stdout has only JSON", "result": "fail",
         "remedy": "Log to stderr.", "detail": "Line 1", "evidence": ["Line 1"]},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _probing(settings):
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.13", "3.12"]


def package(name, kind, versions=("1.0",), pythons=("3.13", "3.12")):
    """Return a package of a curated variant, whose current release is to be tried."""
    said = variant("ada", plugin=name, kind=kind, pip_url=name, repo=...)
    say(source_of("definitions"), said, plugin=name, kind=kind)
    follow_variants(now=NOW)
    source = Source.objects.get(kind=SourceKind.PACKAGE, address=name)
    releases = tuple(release_of(v, day=n) for n, v in enumerate(versions))
    says = variant("package", plugin=name, kind=kind, settings=..., releases=releases)
    say(source, says, plugin=name, kind=kind, origin=Origin.PACKAGE)
    Snapshot.objects.update(probed_with=VERSION)
    ProbeTicket.objects.issue(source, {versions[-1]: pythons}, now=NOW)
    return source


@pytest.fixture
def tap():
    return package("tap-alpha", "extractors")


@pytest.fixture
def target():
    return package("target-gamma", "loaders")


def ran(source, *steps, python="3.13", version="1.0", **said):
    shown = record(*steps, name=source.address, version=version, python=python, **said)
    row = Snapshot.objects.create(
        source=source, subject=f"run/{version}/{python}", digest="", taken_at=NOW,
        evidence=shown,
    )  # fmt: skip
    judge([row], now=NOW)


def starts(source, python="3.13", catalog=CATALOG, **said):
    ran(
        source,
        *installed(about(), discover(json.dumps(catalog))),
        python=python,
        **said,
    )


def asked(kind, source=None):
    rows = ProbeTicket.objects.filter(kind=kind, is_current=True)
    rows = rows.filter(source=source) if source else rows
    return list(rows.values_list("version", "python"))


def given(kind, shown, source=None):
    """Give a record for a ticket of a kind, as a worker does; return its snapshot."""
    tickets = ProbeTicket.objects.filter(kind=kind, is_current=True)
    tickets = tickets.filter(source=source) if source else tickets
    tickets.update(due_at=NOW, priority=10_000)
    ticket = ProbeTicket.objects.filter(kind=kind).lease(NOW)
    kept = keep_record(ticket.lease, shown, now=NOW)
    tasks.probe_due()
    return kept


def loads(*said, **more):
    taps = TapSchemas.objects.in_bulk(field_name="source_id")
    rows = [
        {"tap": one.pk, "digest": taps[one.pk].digest, "version": "1.0", "sent": 10,
         "streams": 1, "read": 10, "answer": "yes", **rest}
        for one, rest in said
    ]  # fmt: skip
    return {"layout": LAYOUT, "lock": "l", "loads": rows, **more}


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
