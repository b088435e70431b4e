"""Whatever a machine sends: it is taken or refused, and never ends the Songbook."""

import json
import logging

import pytest
from hypothesis import HealthCheck
from hypothesis import given as given_any
from hypothesis import settings as trying
from hypothesis import strategies as st

from registry.models import ProbeTicket
from registry.views.status.tickets import DEPTH_LIMIT, RECORD_LIMIT
from registry.vocabulary import PluginType, TicketKind
from scrapers import tasks
from tests.registry.cast import NOW
from tests.scrapers.further import VERDICTS, package
from tests.scrapers.machines import bearer
from tests.scrapers.probes.invocation.records import (
    ABOUT,
    CATALOG,
    helped,
    installed,
    record,
    step,
)

pytestmark = pytest.mark.django_db
# Of one transaction, which takes what the examples before have left.
TOGETHER = trying(
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["\0", "\x1b[31m", "/", "1.0", "yes", "no", "9" * 400, "x" * 3000]
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from([2**31, 2**63, 10**400]) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
RUN = record(
    *installed(helped()),
    step("about", args=["--about"], stdout=json.dumps(ABOUT)),
    step("discover", args=["--discover"], stdout=json.dumps(CATALOG)),
    commit="c" * 40, committed_at="2026-01-01T00:00:00+00:00", folder="",
    packages=[{"name": "a", "version": "1", "filename": "a.whl", "sha256": "0" * 64}],
)  # fmt: skip
CONFORMANCE = VERDICTS | {
    "problem": "", "recording": {"plan": "p", "content": "AAAA"}, "spec": "tap-alpha",
    "recorded_at": NOW.isoformat(), "commit": "",
    "shown": [{"word": "state", "answer": "yes", "check": "S01", "because": "It is."}],
}  # fmt: skip
LOAD = {
    "tap": 1, "version": "1.0", "digest": "d", "answer": "yes", "code": "", "cause": "",
    "streams": 1, "sent": 1, "read": 1,
}  # fmt: skip
LOADING = {
    "layout": 3, "loads": [LOAD], "config_is_made_up": True, "commit": "",
    "blocked": {"code": "simplest", "cause": "It ends."},
}  # fmt: skip
LIKE = {
    TicketKind.RUN: RUN,
    TicketKind.CONFORMANCE: CONFORMANCE,
    TicketKind.LOADING: LOADING,
}


def altered(value):
    """Return a strategy for what is like a JSON value, with anything in any place."""
    if isinstance(value, dict):
        inner = {key: altered(one) for key, one in value.items()}
        return ANYTHING | st.fixed_dictionaries({}, optional=inner)
    if isinstance(value, list):
        parts = st.one_of(*map(altered, value)) if value else ANYTHING
        return ANYTHING | st.lists(parts, max_size=4)
    return st.just(value) | ANYTHING


def like(kind):
    members = {key: st.just(one) | altered(one) for key, one in LIKE[kind].items()}
    return st.fixed_dictionaries({}, optional=members)


@pytest.fixture
def give(client, settings, caplog):
    """Give a body for a ticket of a kind, and have it judged; return the status."""
    settings.PROBE = True
    key = bearer()
    tap = package("tap-alpha", PluginType.EXTRACTORS)
    target = package("target-alpha", PluginType.LOADERS)
    for source, kind in (
        (tap, TicketKind.CONFORMANCE), (target, TicketKind.LOADING),
    ):  # fmt: skip
        ProbeTicket.objects.issue(source, {"1.0": ["3.13"]}, now=NOW, kind=kind)

    def given(kind, body):
        caplog.clear()
        mine = ProbeTicket.objects.filter(kind=kind).order_by("pk")[:1]
        ProbeTicket.objects.filter(pk__in=mine.values("pk")).update(due_at=NOW)
        ProbeTicket.objects.exclude(pk__in=mine.values("pk")).update(due_at=None)
        taken = client.post(
            "/sandbox/tickets", {"pythons": ["3.13"]}, "application/json", **key
        )
        address = f"/sandbox/records/{taken.json()['lease']}"
        answer = client.post(address, body, "application/json", **key)
        tasks.probe_due()
        assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
        ProbeTicket.objects.update(lease=None, leased_until=None, attempts=0)
        return answer.status_code

    return given


@pytest.mark.parametrize("kind", TicketKind)
def test_whatever_a_record_holds_is_judged(give, kind):
    @TOGETHER
    @given_any(like(kind))
    def check(said):
        assert give(kind, json.dumps(said)) in (204, 400)

    check()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "nul",
        b"\xff\xfe",
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": %s}' % ("9" * 5000),
        '{"a": "%s"}' % ("x" * RECORD_LIMIT),
        '{{"a": {}1{}}}'.format('{"b": ' * DEPTH_LIMIT, "}" * DEPTH_LIMIT),
        # What the parser takes on a large stack.
        '{{"a": {}1{}}}'.format('{"b": ' * 9000, "}" * 9000),
    ],
    ids=lambda body: str(body[:12]),
)
def test_what_is_no_record_is_refused(give, body):
    assert give(TicketKind.RUN, body) == 400


@pytest.mark.parametrize("nested", ['{"b": %s}', "[%s]"])
def test_brackets_in_texts_are_no_depth(give, nested):
    deep = "1"
    for _ in range(DEPTH_LIMIT - 2):
        deep = nested % deep
    said = json.dumps({"log": '\\"[' * DEPTH_LIMIT, "deep": json.loads(deep)})
    assert give(TicketKind.RUN, said) == 204


def test_whatever_a_machine_tells_of_a_try_can_be_shown(client, settings):
    settings.PROBE = True
    key, source = bearer(), package("tap-alpha", PluginType.EXTRACTORS)
    taken = client.post(
        "/sandbox/tickets", {"pythons": ["3.13"]}, "application/json", **key
    )
    address = f"/sandbox/tickets/{taken.json()['lease']}"

    @TOGETHER
    @given_any(
        st.fixed_dictionaries({}, optional={"doing": ANYTHING, "tail": ANYTHING})
    )
    def check(said):
        answer = client.post(address, json.dumps(said), "application/json", **key)
        assert answer.status_code == 204

    check()
    ProbeTicket.objects.update(parked_at=NOW)
    assert "Given up" in client.get(f"/sources/{source.pk}").content.decode()
    assert client.get("/status/crawl").status_code == 200
