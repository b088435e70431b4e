"""Each machine has a key of its own, which opens what that machine holds and nothing else."""

from datetime import timedelta

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError
from django.utils import timezone

from registry.models import Machine as Known
from registry.models import ProbeTicket, Snapshot
from scrapers.machine import Exposed, Machine
from tests.registry.cast import NOW, source_of
from tests.scrapers.machines import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, settings):
    """Ask for a ticket, of which there is one, with a key; return the answer."""
    settings.PROBE = True
    ProbeTicket.objects.issue(source_of("package"), {"1.1": ["3.12"]}, now=NOW)

    def answered(key):
        return client.post(
            "/sandbox/tickets", {"pythons": ["3.12"]}, "application/json",
            HTTP_AUTHORIZATION=f"Bearer {key}",
        )  # fmt: skip

    return answered


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(ask, manage):
    key = manage("sandbox_key", "one").strip()
    assert key not in str(Known.objects.values())
    assert ask(key).status_code == 200
    manage("sandbox_key", "one", "--revoke")
    assert ask(key).status_code == 401
    with pytest.raises(CommandError, match="has no key"):
        manage("sandbox_key", "one", "--revoke")


def test_a_new_key_replaces_the_one_before(ask, manage):
    before, now = (manage("sandbox_key", "one").strip() for _ in range(2))
    assert (ask(before).status_code, ask(now).status_code) == (401, 200)
    assert Known.objects.count() == 1


def test_a_key_for_some_days_ends_with_them(ask, manage):
    key = manage("sandbox_key", "one", "--days", 2).strip()
    assert ask(key).status_code == 200
    assert Known.objects.bearing(key, timezone.now() + timedelta(days=2)) is None


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_no_key_is_made_that_ends_at_no_time_or_before_now(manage, days):
    with pytest.raises(CommandError, match="1 to"):
        manage("sandbox_key", "one", "--days", days)
    assert not Known.objects.exists()


def test_all_machines_are_listed_with_their_last_use(ask, manage):
    for name in ("one", "other", "third"):
        key = manage("sandbox_key", name).strip()
    ask(key)
    manage("sandbox_key", "other", "--revoke")
    used = Known.objects.get(name="third").used_at
    assert manage("sandbox_key").splitlines() == [
        "one: valid, last used never",
        "other: revoked, last used never",
        f"third: valid, last used {used:%Y-%m-%d %H:%M} UTC",
    ]


def test_another_machine_neither_holds_nor_gives_what_one_has_taken(ask, client):
    theirs, ours = bearer("theirs", "t" * 43), bearer("ours", "o" * 43)
    lease = ask("t" * 43).json()["lease"]
    for path in ("tickets", "records"):
        address, said = f"/sandbox/{path}/{lease}", {"lock": "forged", "doing": "x"}
        answer = client.post(address, said, "application/json", **ours)
        assert answer.status_code == 404
    row = ProbeTicket.objects.get()
    assert (str(row.lease), row.machine.name, row.log[0]["doing"]) == (
        lease, "theirs", "",
    )  # fmt: skip
    assert not Snapshot.objects.filter(subject=row.subject).exists()
    address, said = f"/sandbox/records/{lease}", {"failed": "Away."}
    answer = client.post(address, said, "application/json", **theirs)
    assert answer.status_code == 204
    assert ProbeTicket.objects.get().failures == 1


@pytest.mark.parametrize(
    ("address", "is_sent"),
    [
        ("https://songbook.example.org", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://songbook.example.org", False),
        ("http://10.0.0.7", False),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1@songbook.example.org", False),
        ("songbook.example.org", False),
    ],
)
def test_a_key_is_sent_where_nobody_else_reads_it(address, is_sent):
    if is_sent:
        assert Machine(address, key="k", say=print).key == "k"
        return
    with pytest.raises(Exposed, match="--plain-http"):
        Machine(address, key="k", say=print)
    assert Machine(address, key="k", say=print, plain_http=True).key == "k"


@pytest.mark.parametrize(
    ("key", "address", "reason"),
    [
        ("k", "http://songbook.example.org", "without encryption"),
        ("", "https://songbook.example.org", "no SANDBOX_KEY"),
    ],
)
def test_a_machine_that_can_show_no_key_says_why(
    settings, manage, key, address, reason
):
    settings.PROBE, settings.SANDBOX_KEY = True, key
    with pytest.raises(CommandError, match=reason):
        manage("sandbox", address)


def test_operators_are_told_that_no_machine_has_a_key(settings, manage):
    def told():
        said = run_checks(tags=[Tags.database], include_deployment_checks=True)
        return "scrapers.W003" in [one.id for one in said]

    settings.PROBE = True
    assert told()
    manage("sandbox_key", "one")
    assert not told()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"pythons": {"3.12": 4}},
        {"pythons": {"3.12": "4"}, "layout": 1},
        {"pythons": {"3.12": 4}, "layout": "1"},
        {"pythons": {"3.12": 4}, "layout": -1},
        {"pythons": {"3.12": 4}, "layout": 2**40},
        {"pythons": {"3.12": 2**40}, "layout": 1},
    ],
)
def test_what_no_machine_says_of_itself_is_refused(client, said):
    ProbeTicket.objects.issue(source_of("package"), {"1.1": ["3.12"]}, now=NOW)
    ProbeTicket.objects.update(parked_at=NOW)
    answer = client.post("/sandbox/machines", said, "application/json", **bearer())
    assert answer.status_code == 400
    assert ProbeTicket.objects.get().parked_at == NOW
