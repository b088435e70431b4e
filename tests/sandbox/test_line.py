"""The whole way: a release on an index, tried in the sandbox, seen on its page."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from registry.models import ConformanceRun, Loading, ProbeTicket, Snapshot, Variant
from registry.vocabulary import TicketKind
from scrapers import trying
from tests.registry.rows import documents
from tests.sandbox.connectors import wheel_of
from tests.scrapers.machines import KEY, bearer, machine, try_next

ABOUT = """
import json, sys

def main():
    if "--about" in sys.argv:
        print(json.dumps({
            "name": "tap-alpha", "version": "1.0", "capabilities": ["catalog", "discover"],
            "settings": {"type": "object", "required": ["api_key"], "properties": {
                "api_key": {"type": "string", "secret": True, "title": "Key"}}},
        }))
    elif "--discover" in sys.argv:
        print(json.dumps({"streams": [{
            "tap_stream_id": "things", "stream": "things", "key_properties": ["id"],
            "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}}]}))
    else:
        print("usage: tap-alpha --config FILE --discover --catalog FILE")
"""
SCRIPTS = Path(__file__).parents[1] / "scrapers" / "connectors"
SHARED = (SCRIPTS / "command_line.py").read_text()
RUN_CONNECTOR = """
import runpy

def main():
    runpy.run_module("connector", run_name="__main__")
"""
BROKEN = "import a_module_that_nobody_has\n\ndef main(): pass\n"


@pytest.mark.django_db
def test_a_release_is_tried_and_described_by_what_it_showed(songbook, crawl, client):
    songbook.put("tap-alpha", wheel_of("tap-alpha", ABOUT))
    crawl("pypi:tap-alpha")
    assert ProbeTicket.objects.count() == 1
    try_next()
    row = Variant.objects.get()
    assert list(row.tried["pythons"].values()) == ["yes"]
    assert row.definition["capabilities"] == ["catalog", "discover"]
    [setting] = row.definition["settings"]
    assert (setting["name"], setting["kind"]) == ("api_key", "password")
    assert row.current_release.streams.get().tap_stream_id == "things"
    document = json.loads(documents()["extractors/tap-alpha--package"])
    assert [one["name"] for one in document["settings"]] == ["api_key"]
    page = client.get("/extractors/tap-alpha--package").content.decode()
    assert "Runs on Python" in page
    assert "Seen when 1.0 was asked on Python" in page


@pytest.mark.django_db
def test_a_release_that_does_not_start_says_why(songbook, crawl, client):
    songbook.put("tap-alpha", wheel_of("tap-alpha", BROKEN))
    crawl("pypi:tap-alpha")
    try_next()
    run = Snapshot.objects.get(subject__startswith="run/").run
    assert run.starts == "no"
    page = client.get(f"/runs/{run.pk}").content.decode()
    assert "a_module_that_nobody_has" in page
    assert (
        "Fails on Python"
        in client.get("/extractors/tap-alpha--package").content.decode()
    )


@pytest.mark.django_db
def test_an_index_that_is_away_is_no_fault_of_the_release(songbook, crawl, settings):
    songbook.put("tap-alpha", wheel_of("tap-alpha", ABOUT))
    crawl("pypi:tap-alpha")
    settings.PACKAGE_INDEX_URL = "http://127.0.0.1:1/simple/"
    trying.workshop.cache_clear()
    try_next()
    ticket = ProbeTicket.objects.get()
    assert (ticket.lease, ticket.failures) == (None, 1)
    assert ticket.due_at > timezone.now()
    assert not Snapshot.objects.filter(subject__startswith="run/").exists()


@pytest.mark.django_db
def test_a_release_whose_files_are_the_same_is_not_run_again(
    songbook, crawl, monkeypatch
):
    songbook.put("tap-alpha", wheel_of("tap-alpha", ABOUT))
    crawl("pypi:tap-alpha")
    try_next()
    runs = ProbeTicket.objects.filter(kind=TicketKind.RUN)
    monkeypatch.setattr(trying, "try_spec", None)
    # A newer Python elsewhere may have been the last to try it.
    for times, said in enumerate(({}, {"patch": 900}), start=1):
        # Before what follows from it.
        runs.update(due_at=timezone.now(), priority=0, **said)
        try_next()
        ticket = runs.get()
        assert (ticket.unchanged, ticket.failures) == (times, 0)
    monkeypatch.undo()
    # Another Python tries it again, and shows that it does what it did.
    runs.update(patch=0, priority=0)
    machine().announce()
    assert runs.get().due_at <= timezone.now()
    try_next()
    ticket = runs.get()
    assert ticket.patch == trying.workshop().interpreters[ticket.python].patch
    assert Snapshot.objects.filter(subject__startswith="run/").count() == 1


def connector_wheel(kind):
    """Return one of the suite's own connectors as a package."""
    said = {
        "command_line.py": SHARED,
        "connector.py": (SCRIPTS / f"{kind}.py").read_text(),
    }
    return wheel_of(f"{kind}-good", RUN_CONNECTOR, more=said)


@pytest.mark.django_db
def test_a_tap_and_a_target_are_judged_and_tried_with_each_other(
    songbook, crawl, client
):
    for kind in ("tap", "target"):
        songbook.put(f"{kind}-good", connector_wheel(kind))
        crawl(f"pypi:{kind}-good")
    # The verdicts on the tap say enough: a target's take a minute.
    for _ in range(4):
        try_next()
        ProbeTicket.objects.filter(
            kind="conformance", source__address="target-good"
        ).delete()
    verdicts = ConformanceRun.objects.get()
    assert (verdicts.kind, verdicts.must_failures) == ("tap", [])
    assert verdicts.counts["pass"] > 40
    loading = Loading.objects.get()
    assert (loading.answer, loading.streams, loading.sent, loading.read) == (
        "yes", 2, 20, 20,
    )  # fmt: skip
    page = client.get("/extractors/tap-good--package").content.decode()
    assert f'href="/conformance/{verdicts.pk}"' in page
    assert f'href="/matrix/{loading.pk}"' in page
    assert not ProbeTicket.objects.filter(failures__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_a_machine_tries_over_http_until_nothing_is_due(
    songbook, crawl, settings, live_server
):
    bearer()
    settings.SANDBOX_KEY = KEY
    songbook.put("tap-alpha", wheel_of("tap-alpha", ABOUT))
    crawl("pypi:tap-alpha")
    console = io.TextIOWrapper(io.BytesIO())
    call_command("sandbox", live_server.url, once=True, stdout=console)
    ticket = ProbeTicket.objects.get(kind=TicketKind.RUN)
    said = f"Tried tap-alpha 1.0 on Python {ticket.python}"
    # At once: who follows a log reads a pipe, which Python fills first.
    assert said in console.buffer.getvalue().decode()
    assert (ticket.lease, ticket.failures) == (None, 0)
    assert Snapshot.objects.filter(subject=ticket.subject).exists()
