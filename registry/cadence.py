"""When to look at a source next. Pure: time and chance come as arguments.

A source that changed lately is likely to change soon; one that was quiet for a year can
wait. So the pause grows with the quiet, from an hour to a fortnight.
"""

from datetime import datetime, timedelta

from registry.vocabulary import SourceKind

# Trees of definitions and lists of an index say at little cost what many sources would.
FIXED = {
    SourceKind.DEFINITIONS: timedelta(minutes=15),
    SourceKind.INDEX: timedelta(minutes=15),
}
BUSY, QUIET = timedelta(hours=1), timedelta(days=14)
# Quiet for a month means a look a day, quiet for fourteen months one a fortnight.
SHARE_OF_QUIET = 30
# A failing source is asked again after this, doubled with each failure, up to the limit.
FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(hours=24)
# Looks that begin together drift apart by up to this share of their pause.
JITTER = 0.1


def pause(
    kind: SourceKind, *, changed_at: datetime, now: datetime, chance: float
) -> timedelta:
    """Return how long to leave a source alone that answered. `chance` is from 0 to 1."""
    if kind in FIXED:
        return FIXED[kind]
    wait = min(QUIET, max(BUSY, (now - changed_at) / SHARE_OF_QUIET))
    return _jittered(wait, chance)


def retry(failures: int, *, chance: float) -> timedelta:
    """Return how long to leave a source alone that failed `failures` times before."""
    doubled: int = 2 ** min(failures, 20)
    return _jittered(min(LAST_RETRY, FIRST_RETRY * doubled), chance)


def _jittered(wait: timedelta, chance: float) -> timedelta:
    return wait * (1 + JITTER * (2 * chance - 1))
