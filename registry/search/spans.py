"""Lengths of time as people type them: `90d`, `12w`, `6m`, `1y`. Pure."""

import re
from datetime import UTC, datetime, timedelta

SPAN = re.compile(r"(\d{1,4})([dwmy])")
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
# Before everything: thousands of years are no date.
BEGINNING = datetime.min.replace(tzinfo=UTC)


def span(text: str) -> timedelta | None:
    """Return how long `90d`, `12w`, `6m` or `1y` are, or None for anything else."""
    match = SPAN.fullmatch(text)
    return timedelta(days=int(match[1]) * DAYS[match[2]]) if match else None


def before(now: datetime, length: timedelta) -> datetime:
    """Return the moment that is so long before `now`, or the first that there is."""
    return now - length if now - BEGINNING > length else BEGINNING
