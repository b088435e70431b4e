"""Whether anyone looks after a connector, and whether its source still stands.

Two facts with a date each, never one merged "health". Age alone is told, not judged: a
finished connector that still installs is left alone, so it is quiet and no more.
Source: design of the API, status vocabulary; PEP 792 for what an index says.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime
from enum import StrEnum

from registry.vocabulary import ProjectStatus


class MaintenanceState(StrEnum):
    """Whether anyone looks after a connector."""

    ACTIVE = "active"
    QUIET = "quiet"
    SEEKING = "seeking"
    NONE = "none"


class SourcePresence(StrEnum):
    """Whether a connector's source stands where it stood."""

    PRESENT = "present"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A state, the day it began, and why, in sentences that anyone may read.

    On the day `until` the state changes though nothing happens; None where only news
    changes it.
    """

    state: MaintenanceState
    since: date | None = None
    reasons: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where a source is, the day that was seen, and why that is said."""

    state: SourcePresence
    since: date | None = None
    reason: str = ""


# Statuses in which a project takes no more changes. "Deprecated" is advice to its users:
# such a project may still be looked after. Source: PEP 792, "Project status semantics".
ENDED = frozenset({ProjectStatus.ARCHIVED, ProjectStatus.QUARANTINED})


def maintenance(
    *,
    active_at: datetime | None,
    status: ProjectStatus,
    status_reason: str,
    status_since: date | None,
    gone_at: datetime | None,
    is_seeking: bool,
    seeking_since: date | None,
    now: datetime,
) -> Maintenance | None:
    """Return whether anyone looks after a connector, or None where nothing is known.

    `active_at` is the last commit or release. What ends a project comes first; what its
    maintainer says then wins over its age.
    """
    ended = _ended(status, status_reason, status_since, gone_at)
    if ended is not None:
        return ended
    if is_seeking:
        # Only what stays true as time goes by: this state has no day on which it ends.
        reasons = [f"Its maintainer seeks help{_since(seeking_since)}."]
        reasons += [f"{_last(_day(active_at))}."] if active_at else []
        return Maintenance(MaintenanceState.SEEKING, seeking_since, tuple(reasons))
    return _aged(active_at, now)


def source_state(
    *, gone_at: datetime | None, moved_to: str, looked_at: datetime | None
) -> SourceState | None:
    """Return whether a source still stands, or None where nobody has looked yet.

    `looked_at` is the last look that was answered. A source that moved and then went is
    gone.
    """
    if gone_at is not None:
        day = _day(gone_at)
        reason = f"Nothing has been at its address since {day}."
        return SourceState(SourcePresence.GONE, day, reason)
    seen = _day(looked_at) if looked_at else None
    if moved_to:
        reason = f"It has moved to {moved_to}{_seen(seen)}."
        return SourceState(SourcePresence.MOVED, seen, reason)
    if seen is None:
        return None
    return SourceState(SourcePresence.PRESENT, seen, f"It was there on {seen}.")


def _ended(
    status: ProjectStatus, reason: str, since: date | None, gone_at: datetime | None
) -> Maintenance | None:
    """Return "none" where a forge, an index or the source itself ended a project."""
    reasons, days = [], []
    if gone_at is not None:
        days.append(_day(gone_at))
        reasons.append(f"Its source has been gone since {days[0]}.")
    if status in ENDED:
        why = f": {reason.strip().rstrip('.')}" if reason.strip() else ""
        reasons.append(f"It is {status.value}{_since(since)}{why}.")
        days += [since] if since else []
    if not reasons:
        return None
    return Maintenance(
        MaintenanceState.NONE, min(days, default=None), reasons=tuple(reasons)
    )


def _aged(active_at: datetime | None, now: datetime) -> Maintenance | None:
    """Return "active" or "quiet" by the day of the last commit or release."""
    if active_at is None:
        return None
    last = _day(active_at)
    turns = _a_year_after(last)
    if _day(now) < turns:
        return Maintenance(MaintenanceState.ACTIVE, last, (f"{_last(last)}.",), turns)
    quiet = f"{_last(last)}: none for 12 months."
    return Maintenance(MaintenanceState.QUIET, turns, (quiet,))


def _a_year_after(day: date) -> date:
    """Return the day on which 12 months are over; those of a leap day are on 1 March."""
    if (day.month, day.day) == (2, 29) and not isleap(day.year + 1):
        return date(day.year + 1, 3, 1)
    # A commit may claim any date: those of the last year there is stay in it.
    return day.replace(year=min(day.year + 1, MAXYEAR))


def _day(moment: datetime) -> date:
    """Return the day of a moment in UTC, so that a rating is the same everywhere."""
    return moment.astimezone(UTC).date()


def _last(day: date) -> str:
    return f"The last commit or release was on {day}"


def _since(day: date | None) -> str:
    return f" since {day}" if day else ""


def _seen(day: date | None) -> str:
    return f", seen on {day}" if day else ""
