"""What is said about a connector's upkeep, and when that changes by itself."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.maintenance import (
    MaintenanceState,
    SourcePresence,
    maintenance,
    source_state,
)
from registry.vocabulary import ProjectStatus

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LATELY = datetime(2026, 5, 1, tzinfo=UTC)
LONG_AGO = datetime(2025, 6, 15, 23, 59, tzinfo=UTC)
days = st.dates(date(2015, 1, 1), date(2035, 1, 1))
moments = st.builds(datetime.combine, days, st.times(timezones=st.just(UTC)))
situations = st.fixed_dictionaries({
    "active_at": st.none() | moments,
    "status": st.sampled_from(ProjectStatus),
    "status_reason": st.sampled_from(["", "Moved to tap-beta."]),
    "status_since": st.none() | days,
    "gone_at": st.none() | moments,
    "is_seeking": st.booleans(),
    "seeking_since": st.none() | days,
})  # fmt: skip


def rated(*, now=NOW, **situation):
    nothing = {
        "active_at": None,
        "status": ProjectStatus.ACTIVE,
        "status_reason": "",
        "status_since": None,
        "gone_at": None,
        "is_seeking": False,
        "seeking_since": None,
    }
    return maintenance(**nothing | situation, now=now)


@pytest.mark.parametrize(("situation", "state", "since", "until"), [
    ({"active_at": LATELY}, "active", date(2026, 5, 1), date(2027, 5, 1)),
    ({"active_at": LONG_AGO}, "quiet", date(2026, 6, 15), None),
    ({"active_at": LONG_AGO + timedelta(days=1)}, "active", date(2025, 6, 16),
     date(2026, 6, 16)),
    ({"active_at": NOW + timedelta(days=2)}, "active", date(2026, 6, 17),
     date(2027, 6, 17)),
    ({"active_at": LATELY, "status": ProjectStatus.DEPRECATED}, "active",
     date(2026, 5, 1), date(2027, 5, 1)),
    ({"active_at": LATELY, "status": ProjectStatus.ARCHIVED,
      "status_since": date(2026, 4, 2)}, "none", date(2026, 4, 2), None),
    ({"status": ProjectStatus.QUARANTINED}, "none", None, None),
    ({"active_at": LATELY, "gone_at": NOW}, "none", date(2026, 6, 15), None),
    ({"active_at": LATELY, "is_seeking": True, "seeking_since": date(2026, 2, 1)},
     "seeking", date(2026, 2, 1), None),
    ({"active_at": LONG_AGO, "is_seeking": True}, "seeking", None, None),
    ({"is_seeking": True}, "seeking", None, None),
    ({"gone_at": NOW, "is_seeking": True}, "none", date(2026, 6, 15), None),
    ({"gone_at": NOW, "status": ProjectStatus.ARCHIVED,
      "status_since": date(2026, 1, 9)}, "none", date(2026, 1, 9), None),
])  # fmt: skip
def test_a_state_follows_from_what_is_known(situation, state, since, until):
    found = rated(**situation)

    assert (found.state, found.since, found.until) == (state, since, until)


def test_what_is_not_known_is_not_quiet():
    assert rated() is None


def test_a_reason_names_its_day_and_the_words_of_the_project():
    found = rated(
        status=ProjectStatus.ARCHIVED,
        status_reason="Use tap-beta.",
        status_since=date(2026, 4, 2),
    )

    assert found.reasons == ("It is archived since 2026-04-02: Use tap-beta.",)


def test_seeking_still_tells_when_it_last_moved():
    found = rated(active_at=LONG_AGO, is_seeking=True, seeking_since=date(2026, 2, 1))

    assert found.reasons == (
        "Its maintainer seeks help since 2026-02-01.",
        "The last commit or release was on 2025-06-15.",
    )


def test_twelve_months_from_a_leap_day_end_on_the_first_of_march():
    found = rated(
        active_at=datetime(2024, 2, 29, tzinfo=UTC),
        now=datetime(2024, 6, 1, tzinfo=UTC),
    )

    assert found.until == date(2025, 3, 1)


@pytest.mark.parametrize(("gone_at", "moved_to", "looked_at", "state", "reason"), [
    (None, "", NOW, "present", "It was there on 2026-06-15."),
    (LATELY, "", NOW, "gone", "Nothing has been at its address since 2026-05-01."),
    (LATELY, "https://x.io/a/b", NOW, "gone",
     "Nothing has been at its address since 2026-05-01."),
    (None, "https://x.io/a/b", NOW, "moved",
     "It has moved to https://x.io/a/b, seen on 2026-06-15."),
    (None, "https://x.io/a/b", None, "moved", "It has moved to https://x.io/a/b."),
])  # fmt: skip
def test_a_source_is_present_moved_or_gone(gone_at, moved_to, looked_at, state, reason):
    found = source_state(gone_at=gone_at, moved_to=moved_to, looked_at=looked_at)

    assert found.state == SourcePresence(state)
    assert found.reason == reason
    seen = gone_at or looked_at
    assert found.since == (seen and seen.date())


def test_a_source_nobody_looked_at_has_no_state():
    assert source_state(gone_at=None, moved_to="", looked_at=None) is None


@given(situations, moments, st.integers(0, 4000))
def test_time_alone_only_makes_the_active_quiet(situation, now, later):
    before = maintenance(**situation, now=now)
    after = maintenance(**situation, now=now + timedelta(days=later))

    if before is None or after is None:
        assert before == after
    elif before.state is MaintenanceState.ACTIVE:
        assert after.state in {MaintenanceState.ACTIVE, MaintenanceState.QUIET}
    else:
        assert after == before


@given(situations, moments)
def test_until_is_the_first_day_of_another_state(situation, now):
    found = maintenance(**situation, now=now)
    if found is None or found.until is None:
        return
    first = datetime.combine(found.until, time(), tzinfo=UTC)

    assert first > now
    assert maintenance(**situation, now=first).state != found.state
    assert maintenance(**situation, now=first - timedelta(seconds=1)) == found


@given(situations, moments)
def test_reasons_are_sentences_that_judge_nobody(situation, now):
    found = maintenance(**situation, now=now)
    for reason in found.reasons if found else ():
        assert reason[0].isupper() and reason.endswith(".")
        assert "abandoned" not in reason.lower()


def test_a_commit_may_claim_the_last_day_there_is():
    found = rated(active_at=datetime(9999, 12, 31, tzinfo=UTC))

    assert found.state is MaintenanceState.ACTIVE
