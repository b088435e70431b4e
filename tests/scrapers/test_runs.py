"""Records of runs on their way down the line: to rows, variants, streams and pages."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from registry.catalog import record as record_facts
from registry.catalog.observing import observations
from registry.catalog.questions import question_of
from registry.catalog.records import keep_record, unchanged
from registry.catalog.showing import digest_of
from registry.models import (
    ProbeRun,
    ProbeTicket,
    Snapshot,
    Source,
    Statement,
    Stream,
    Variant,
)
from registry.models.ticket import RECHECK
from registry.models.ticketing import CRASHES_LIMIT, LAST, LEASE
from registry.views.catalog.news import failing
from registry.vocabulary import Origin, SourceKind, TicketKind
from scrapers import tasks
from scrapers.line import judge
from scrapers.probes import VERSION
from scrapers.tickets import issue_for_pythons
from tests.registry.cast import NOW, facts, look, release_of, say, variant
from tests.registry.views.tries import packaged, ran
from tests.scrapers import machines
from tests.scrapers.machines import machine
from tests.scrapers.packages import release
from tests.scrapers.probes.invocation.records import (
    about,
    discover,
    failed,
    helped,
    installed,
    record,
    step,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def package():
    """A package with two releases, which the curated variant of ada installs."""
    settings = [{"name": "api_key", "label": "Key", "kind": "password"}]
    return packaged(settings=settings)


def ada():
    return Variant.objects.get(name="ada")


def test_what_a_run_saw_is_laid_over_the_curated_definition(package):
    ran(package, *installed(about(), discover()))
    names = {one["name"] for one in ada().definition["settings"]}
    observed = Statement.objects.get(origin=Origin.PROBE).definition["settings"]
    assert names == {one["name"] for one in observed}
    assert ada().tried["pythons"] == {"3.12": "yes"}


def test_what_was_only_read_of_a_release_fills_an_uncurated_variant(package):
    alone = Source.objects.enrol(SourceKind.PACKAGE, "tap-old", found_by="test")
    releases = (release_of("1.1"),)
    says = variant("package", plugin="tap-old", pip_url="tap-old", releases=releases)
    says.definition.pop("settings")
    say(alone, says, plugin="tap-old", origin=Origin.PACKAGE)
    read = {"settings": [{"name": "start_date"}], "capabilities": ["catalog", "state"]}
    run = ran(alone, *installed(), name="tap-old", static=read)
    old = Variant.objects.get(plugin__name="tap-old")
    assert [one["name"] for one in old.definition["settings"]] == ["start_date"]
    assert run.surface == {"executable": "tap-alpha"}
    ran(alone, *installed(about()), name="tap-old", at=NOW + timedelta(1))
    assert not Statement.objects.filter(origin=Origin.CODE, gone_at=None).exists()


def test_streams_belong_to_the_release_that_was_tried(package):
    ran(package, *installed(about(), discover()))
    [stream] = Stream.objects.all()
    assert (stream.release.version, stream.tap_stream_id) == ("1.1", "things")
    assert stream.key_properties == ["id"]


def test_only_the_release_that_installers_take_speaks(package):
    ran(package, *installed(about(), discover()), version="1.0")
    assert not Statement.objects.filter(origin=Origin.PROBE).exists()
    assert ada().tried == {}


def test_a_release_that_can_not_be_seen_leaves_the_curated_words(package):
    before = ada().definition
    unseen = failed("resolve", "No solution found")
    ran(package, unseen, executables=[])
    assert ada().definition == before
    assert ada().tried["pythons"]["3.12"] != "yes"


def test_the_run_that_answered_most_speaks_whichever_came_first(package):
    ran(package, *installed(about(), discover()), python="3.11")
    told = ada().definition
    broken = failed("import", "ModuleNotFoundError: No module named 'imp'")
    ran(package, *installed()[:2], broken, python="3.13")
    assert ada().definition == told
    assert ada().tried["pythons"] == {"3.11": "yes", "3.13": "no"}


def test_what_fails_at_every_call_does_not_run_though_it_imports(package, client):
    ran(package, *installed(helped()))
    assert ada().tried["pythons"] == {"3.12": "yes"}
    broken = failed("help", "ModuleNotFoundError: No module named 'requests'")
    run = ran(package, *installed(broken), at=NOW + timedelta(1))
    assert (run.installs, run.imports, run.starts) == ("yes", "yes", "no")
    assert ada().tried["pythons"] == {"3.12": "no"}
    assert [one.run for one in failing(NOW + timedelta(2), shown=5)] == [run]
    page = client.get("/extractors/tap-alpha--ada").content.decode()
    assert "Fails on Python" in page
    assert "Runs on Python" not in page


def test_what_a_limit_ended_neither_runs_nor_fails(package):
    stopped = step("help", ending="timed-out", exit_code=None)
    ran(package, *installed(stopped))
    assert ada().tried["pythons"] == {"3.12": "unknown"}


def test_judging_again_changes_nothing(package):
    run = ran(package, *installed(about(), discover()))
    revision = ada().plugin.revision
    judge([run.snapshot], now=NOW)
    assert ada().plugin.revision == revision
    assert ProbeRun.objects.count() == 1


def test_the_page_tells_each_step_and_escapes_what_was_printed(package, client):
    attack = failed("help", stderr="\x1b[31m<script>alert(1)</script>")
    run = ran(package, *installed(attack))
    page = client.get(f"/runs/{run.pk}").content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "Answers --help" in page
    variant_page = client.get("/extractors/tap-alpha--ada").content.decode()
    assert f'href="/runs/{run.pk}"' in variant_page
    assert "Runs on Python" in variant_page or "Fails on Python" in variant_page


@pytest.fixture
def tickets(package, settings):
    settings.PROBE = True
    pythons = ["3.13", "3.12"]
    ProbeTicket.objects.issue(package, {"1.1": pythons, "1.0": pythons}, now=NOW)
    return package


def test_the_newest_release_is_tried_first_and_nobody_gets_the_same(tickets):
    taken = [ProbeTicket.objects.lease(NOW) for _ in range(5)]
    assert [one and one.version for one in taken] == ["1.1", "1.1", "1.0", "1.0", None]
    assert len({one.pk for one in taken if one}) == 4


def test_a_worker_takes_only_what_it_has_a_python_for(tickets):
    assert ProbeTicket.objects.lease(NOW, pythons=["3.12"]).python == "3.12"
    assert ProbeTicket.objects.lease(NOW, pythons=["3.9"]) is None


def test_three_workers_that_ended_over_a_ticket_park_it(tickets):
    now = NOW
    ProbeTicket.objects.exclude(version="1.1", python="3.12").delete()
    for _ in range(CRASHES_LIMIT):
        assert ProbeTicket.objects.lease(now) is not None
        now += LEASE + timedelta(seconds=1)
    assert ProbeTicket.objects.lease(now) is None
    assert ProbeTicket.objects.park_crashed(now) == 1
    assert "without a result" in ProbeTicket.objects.get().last_error


def test_a_record_of_a_lost_lease_is_not_kept(tickets):
    first = ProbeTicket.objects.lease(NOW)
    ProbeTicket.objects.filter(pk=first.pk).update(lease=None)
    with pytest.raises(ProbeTicket.DoesNotExist):
        keep_record(first.lease, record(), now=NOW)
    assert not Snapshot.objects.filter(subject__startswith="run/").exists()


def test_the_same_result_again_is_no_snapshot(tickets):
    ProbeTicket.objects.exclude(version="1.1", python="3.12").delete()
    for seconds in (0.1, 9.9):
        ticket = ProbeTicket.objects.lease(NOW)
        shown = record(*installed(about()))
        shown["steps"][0]["seconds"] = seconds
        kept = keep_record(ticket.lease, shown, now=NOW)
        ProbeTicket.objects.filter(pk=ticket.pk).update(due_at=NOW)
        assert (kept is None) == (seconds > 1)
    assert digest_of(record()) != digest_of(record(python="3.11"))


def given(**more):
    """Lease the one ticket, give a record for it, and return it as it is then."""
    ticket = ProbeTicket.objects.lease(NOW)
    shown = {**record(*installed(about())), "lock": "l", "interpreter": "3.12.4"}
    keep_record(ticket.lease, {**shown, **more}, now=NOW)
    ticket.refresh_from_db()
    return ticket


def one_ticket(package, settings, version="1.1"):
    settings.PROBE = True
    ProbeTicket.objects.issue(package, {version: ["3.12"]}, now=NOW)


def test_a_current_release_is_asked_about_again_the_next_day(package, settings):
    one_ticket(package, settings)
    ticket = given(layout=1)
    assert (ticket.due_at, ticket.patch, ticket.layout) == (NOW + RECHECK, 4, 1)
    assert question_of(ticket)["lock"] == ""
    ProbeTicket.objects.update(due_at=NOW)
    tasks.probe_due()
    # Judging it asks for more than runs.
    ProbeTicket.objects.exclude(kind=TicketKind.RUN).delete()
    question = question_of(ProbeTicket.objects.get())
    assert (question["lock"], question["patch"], question["layout"]) == ("l", 4, 1)
    asked = ProbeTicket.objects.lease(NOW)
    assert keep_record(asked.lease, unchanged(question), now=NOW) is None
    asked.refresh_from_db()
    assert (asked.due_at, asked.unchanged, asked.patch) == (NOW + RECHECK, 1, 4)
    assert Snapshot.objects.filter(subject__startswith="run/").count() == 1


def test_what_can_not_be_resolved_is_tried_again_less_and_less_often(package, settings):
    one_ticket(package, settings)
    waits = []
    for _ in range(8):
        ProbeTicket.objects.update(due_at=NOW)
        waits.append((given(lock="").due_at - NOW) / RECHECK)
    assert waits == [1, 2, 4, 8, 16, 32, 32, 32]


def test_a_release_that_is_current_no_more_is_not_asked_about_again(package, settings):
    one_ticket(package, settings)
    ProbeTicket.objects.issue(package, {"1.2": ["3.12"]}, now=NOW)
    ProbeTicket.objects.filter(version="1.2").update(due_at=None)
    assert given().due_at is None
    # 1.2 was yanked.
    one_ticket(package, settings)
    old, new = ProbeTicket.objects.order_by("version")
    assert (old.is_current, old.due_at) == (True, NOW)
    assert (new.is_current, new.due_at) == (False, None)


@pytest.mark.parametrize(
    ("patch", "layout", "is_again"),
    [(4, 1, False), (5, 1, True), (4, 2, True), (3, 1, False)],
)
def test_a_newer_python_or_sandbox_has_it_tried_again(
    package, settings, patch, layout, is_again
):
    one_ticket(package, settings)
    given(layout=1)
    ProbeTicket.objects.update(due_at=NOW + timedelta(days=1))
    newer = {"patch": patch, "layout": layout}
    assert ProbeTicket.objects.outdate("3.12", **newer, now=NOW) == int(is_again)
    assert ProbeTicket.objects.filter(due_at=NOW).exists() is is_again


def test_a_newer_python_tries_older_releases_again_after_all_else(package, settings):
    one_ticket(package, settings)
    given(layout=1)
    ProbeTicket.objects.update(is_current=False, due_at=None)
    newer = {"patch": 5, "layout": 1}
    assert ProbeTicket.objects.outdate("3.12", **newer, now=NOW) == 1
    assert ProbeTicket.objects.filter(due_at=NOW, priority=LAST).exists()


def test_a_python_that_is_new_here_has_what_is_known_judged_again(
    settings, index, crawl, monkeypatch
):
    monkeypatch.setattr("scrapers.tickets._LOOKED_FOR", set())
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    crawl("pypi:tap-alpha")
    assert not ProbeTicket.objects.exists()
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.12", "3.11"]
    assert issue_for_pythons() == 1
    tasks.probe_due()
    pythons = ProbeTicket.objects.values_list("python", flat=True)
    assert set(pythons) == {"3.12", "3.11"}
    assert issue_for_pythons() == 0
    # One that no release is for is looked for once.
    settings.PROBE_PYTHONS = ["3.9"]
    assert [issue_for_pythons() for _ in range(2)] == [1, 0]


def test_nothing_is_tried_where_that_is_switched_off(tickets, settings):
    settings.PROBE = False
    assert not machine().try_next()
    assert not ProbeTicket.objects.exclude(lease=None).exists()


def test_a_failure_of_the_machine_is_tried_again_later(tickets):
    ticket = ProbeTicket.objects.lease(NOW)
    ticket.failed(NOW, "The index does not answer.")
    row = ProbeTicket.objects.get(pk=ticket.pk)
    assert row.due_at > NOW
    assert (row.attempts, row.lease) == (0, None)


def test_tickets_are_made_for_the_newest_releases_of_a_package(settings, index, crawl):
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.12", "3.9"]
    settings.PROBE_RELEASES = 2
    asks = {"requires-python": ">=3.10"}
    versions = ("1.0", "2.0", "1.5")
    index.put("tap-alpha", *(release("tap-alpha", v, **asks) for v in versions))
    crawl("pypi:tap-alpha")
    issued = ProbeTicket.objects.values_list("version", "python")
    assert list(issued) == [("2.0", "3.12"), ("1.5", "3.12")]
    assert timezone.now() >= ProbeTicket.objects.first().due_at


@pytest.fixture
def bearer(db):
    return machines.bearer()


def taken(client, bearer, pythons=("3.12",)):
    said = {"pythons": list(pythons)}
    return client.post("/sandbox/tickets", said, "application/json", **bearer)


def test_a_sandbox_elsewhere_takes_a_ticket_and_gives_its_record_once(
    tickets, client, bearer
):
    ticket = taken(client, bearer).json()
    assert (ticket["address"], ticket["version"]) == ("tap-alpha", "1.1")
    address = f"/sandbox/records/{ticket['lease']}"
    shown = record(*installed(about()), version="1.1")
    # Who lost the answer gives the same again, and nobody gives another one.
    for said, status in ((shown, 204), (shown, 204), ({**shown, "lock": "l"}, 404)):
        given = client.post(address, said, "application/json", **bearer)
        assert given.status_code == status
    assert Snapshot.objects.filter(subject__startswith="run/").count() == 1
    tasks.probe_due()
    assert ada().tried["pythons"] == {"3.12": "yes"}


def test_a_sandbox_elsewhere_holds_its_ticket_until_its_record_is_given(
    tickets, client, bearer
):
    ticket = taken(client, bearer).json()
    lease = ProbeTicket.objects.filter(lease=ticket["lease"])
    lease.update(leased_until=NOW)
    # What is said while the record was on its way is no fault, and holds nothing any more.
    for is_held in (True, False):
        said = client.post(f"/sandbox/tickets/{ticket['lease']}", **bearer)
        assert said.status_code == 204
        assert lease.filter(leased_until__gt=timezone.now()).exists() is is_held
        given = f"/sandbox/records/{ticket['lease']}"
        client.post(given, {"failed": "Away."}, "application/json", **bearer)
    never = client.post(f"/sandbox/tickets/{uuid.uuid4()}", **bearer)
    assert never.status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer wrong", "Bearer \udcff"])
def test_without_a_key_there_is_no_ticket(tickets, client, bearer, said):
    answer = client.post(
        "/sandbox/tickets", {"pythons": ["3.12"]}, "application/json",
        HTTP_AUTHORIZATION=said,
    )  # fmt: skip
    assert answer.status_code == 401
    assert not ProbeTicket.objects.exclude(lease=None).exists()


@pytest.mark.parametrize(
    "said",
    [
        "[]",
        "{",
        "null",
        '{"steps": 7}',
        '{"steps": [1, null]}',
        "[" * 9999,
        '{"name": "\\ud800"}',
        '{"seconds": NaN}',
        '{"unchanged": true}',
        '{"layout": [1], "interpreter": {}}',
    ],
)
def test_whatever_a_sandbox_sends_nothing_breaks(tickets, client, bearer, said):
    ticket = taken(client, bearer).json()
    address = f"/sandbox/records/{ticket['lease']}"
    answer = client.post(address, said, "application/json", **bearer)
    assert answer.status_code in {204, 400}
    tasks.probe_due()
    assert client.get("/extractors/tap-alpha--ada").status_code == 200
    for row in ProbeRun.objects.all():
        assert client.get(f"/runs/{row.pk}").status_code == 200


def test_none_is_due_for_a_python_that_nobody_asked_for(tickets, client, bearer):
    assert taken(client, bearer, ["3.9"]).status_code == 204


def test_a_snapshot_that_our_code_breaks_on_holds_up_no_other(package):
    bad = look(package, "", at=NOW)
    bad.evidence = {"no": "name"}
    bad.save()
    good = Snapshot.objects.create(
        source=package, subject="run/1.1/3.12", digest="", taken_at=NOW,
        evidence=record(*installed(about()), version="1.1"),
    )  # fmt: skip
    tasks.probe_due()
    assert ada().tried["pythons"] == {"3.12": "yes"}
    assert not Snapshot.objects.unprobed(VERSION).exists()
    assert good.pk > bad.pk


def test_changes_between_releases_are_told_by_whom_they_hurt(package, client):
    needs = {"type": "object", "required": ["api_key"], "properties": {"api_key": {}}}
    more = {"type": "object", "properties": {"api_key": {}, "limit": {}}}
    ran(package, *installed(about(settings=more)), version="1.0")
    ran(package, *installed(about(settings=needs)), version="1.1")
    page = client.get("/extractors/tap-alpha--ada/changes").content.decode()
    told = page[page.index("1.1") :]
    assert told.index("Breaking") < told.index("limit")
    assert "No difference was seen" not in page


def test_the_changes_page_makes_three_queries(
    package, client, django_assert_max_num_queries
):
    for version in ("1.0", "1.1"):
        for python in ("3.11", "3.12"):
            ran(package, *installed(about()), version=version, python=python)
    with django_assert_max_num_queries(4):
        page = client.get("/extractors/tap-alpha--ada/changes").content.decode()
    assert "No difference was seen in capabilities" in page
    assert client.get("/extractors/tap-alpha--nobody/changes").status_code == 404


def test_a_new_release_is_not_checked_before_it_was_tried(package):
    ran(package, *installed(about()))
    told = ada().definition
    releases = (release_of("1.1", day=1), release_of("1.2", day=2))
    row = look(package, "", at=NOW + timedelta(2))
    says = variant("package", settings=..., releases=releases)
    record_facts([(row, facts(says, origin=Origin.PACKAGE))], now=NOW)
    record_facts(observations([package]), now=NOW)
    assert ada().current_release.version == "1.2"
    assert ada().tried == {}
    assert ada().definition == told
