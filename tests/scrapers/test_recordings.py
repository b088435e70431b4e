"""Recordings of the suite's runs are kept, and judged again by newer rules without a run."""

from base64 import b64encode

import pytest

from registry.catalog import recordings
from registry.catalog.questions import question_of
from registry.models import ConformanceRun, ProbeTicket, Recording
from scrapers import tasks
from scrapers.conforming.plan import plan
from tests.registry.cast import NOW
from tests.scrapers.further import CONFORMANCE, VERDICTS, given, package, starts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _probing(settings):
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.13"]


def recorded(content=b"packed", **more):
    said = {"plan": plan(), "content": b64encode(content).decode()}
    return {**VERDICTS, "commit": "", "recording": said, **more}


@pytest.fixture
def tap():
    return package("tap-alpha", "extractors")


def asked_now():
    return question_of(ProbeTicket.objects.get(kind=CONFORMANCE))


def test_what_was_seen_is_lent_to_whoever_judges_it_again_and_is_no_evidence(tap):
    starts(tap)
    assert "recording" not in asked_now()
    kept = given(CONFORMANCE, recorded())
    assert "recording" not in kept.evidence
    assert asked_now()["recording"] == {
        "plan": plan(),
        "content": b64encode(b"packed").decode(),
        "made_at": NOW.isoformat(),
    }


def test_a_commit_that_was_not_run_is_not_judged_by_another_ones_recording(tap):
    starts(tap)
    given(CONFORMANCE, recorded(commit="a" * 40))
    assert "recording" not in asked_now()


def test_verdicts_on_an_older_recording_keep_it_and_its_time(tap):
    starts(tap)
    given(CONFORMANCE, recorded())
    again = {**VERDICTS, "checks": [], "recorded_at": "2020-01-01T00:00:00+00:00"}
    given(CONFORMANCE, again)
    row = ConformanceRun.objects.newest().get()
    assert (row.counts, row.ran_at.year) == ({}, 2020)
    assert bytes(Recording.objects.get().content) == b"packed"


@pytest.mark.parametrize(
    "said", ["yesterday", "2020-01-01", 5, "9999-01-01T00:00:00+00:00"]
)
def test_a_time_that_makes_no_sense_is_not_believed(tap, said):
    starts(tap)
    given(CONFORMANCE, {**VERDICTS, "recorded_at": said})
    assert ConformanceRun.objects.get().ran_at == NOW


@pytest.mark.parametrize(
    "recording",
    [
        None, "text", [], {}, {"plan": "p"}, {"plan": 5, "content": "YQ=="},
        {"plan": "p", "content": "no base64"}, {"plan": "p", "content": "é"},
    ],
)  # fmt: skip
def test_a_run_whose_recording_is_none_leaves_no_older_one(tap, recording):
    starts(tap)
    given(CONFORMANCE, recorded())
    assert given(CONFORMANCE, {**VERDICTS, "checks": [], "recording": recording})
    assert not Recording.objects.exists()


def test_what_is_too_long_is_not_kept(tap, monkeypatch):
    monkeypatch.setattr(recordings, "CONTENT_BYTES", 100)
    starts(tap)
    given(CONFORMANCE, recorded(b"x" * 101))
    assert not Recording.objects.exists()
    given(CONFORMANCE, recorded(b"x" * 100, checks=[]))
    assert Recording.objects.exists()


def test_nothing_is_kept_of_a_release_that_nobody_asks_about_any_more(tap):
    starts(tap)
    given(CONFORMANCE, recorded())
    tasks.renew()
    assert Recording.objects.exists()
    ProbeTicket.objects.filter(kind=CONFORMANCE).update(is_current=False)
    tasks.renew()
    assert not Recording.objects.exists()
    assert ConformanceRun.objects.exists()
