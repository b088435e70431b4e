"""A newer suite judges what an older one has seen, and runs nothing for it."""

import pytest
from django.utils import timezone

from registry.models import ConformanceRun, ProbeTicket, Recording
from scrapers import issuing
from scrapers.conforming import verdicts
from scrapers.probes.conformance import VERSION
from tests.sandbox.connectors import wheel_of
from tests.scrapers.machines import try_next

TAP = """
import json, sys

def main():
    if "--config" not in sys.argv and "--help" not in sys.argv:
        sys.exit("A config is missing.")
    print("usage: tap-small --config FILE")
"""


@pytest.mark.django_db
def test_a_newer_suite_judges_again_what_was_run_and_runs_nothing(
    songbook, crawl, monkeypatch
):
    songbook.put("tap-small", wheel_of("tap-small", TAP))
    crawl("pypi:tap-small")
    while not ConformanceRun.objects.exists():
        assert try_next()
    first = ConformanceRun.objects.get()
    for room in (issuing, verdicts):
        monkeypatch.setattr(room, "VERSION", VERSION + 1)
    assert issuing.issue_again(now=timezone.now()) == 1
    monkeypatch.setattr(verdicts, "installed", never)
    ProbeTicket.objects.filter(kind="run").update(due_at=None)
    assert try_next()
    second = ConformanceRun.objects.newest().get()
    assert (second.suite, second.results) == (VERSION + 1, first.results)
    assert second.ran_at == Recording.objects.get().made_at
    evidence = second.snapshot.evidence
    for key in ("lock", "interpreter", "platform", "level", "spec"):
        assert evidence[key] == first.snapshot.evidence[key]


def never(*_, **__):
    raise AssertionError("Nothing is run for what was recorded.")
