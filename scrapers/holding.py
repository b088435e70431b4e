"""Hold a ticket for as long as a worker is at it, however long its builds take.

A lease is short, so that what a killed worker left is soon taken by another one; who is alive
renews it, and says with that what it is at: of who is killed, this is all that is known.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import connections

from registry.models.ticketing import LEASE
from sandbox.progress import Progress, Word

logger = logging.getLogger(__name__)

# Two in a row may fail.
RENEW_S = LEASE.total_seconds() / 4
# Between two looks whether anything more was printed; a new phase is told at once.
LOOK_S = 5.0
# Between two times that anything is told; what is done sooner tells nothing.
GAP_S = 0.5
# Longer than the longest try: resolving, each build and each call have limits of their own.
# Whoever hangs nevertheless loses the ticket.
LONGEST_S = 2 * 3600.0


@contextmanager
def held(
    renew: Callable[[Word], object],
    progress: Progress,
    *,
    every_s: float = RENEW_S,
    longest_s: float = LONGEST_S,
) -> Iterator[Event]:
    """Call `renew` again and again beside the block, until its end or for two hours.

    It is told what `progress` says, also each time that this is news. What it raises is
    logged and costs nothing more: what the block gives in the end is taken from who still
    holds the ticket. Yields what is set when the time is over.
    """
    over = Event()
    how = (over, renew, progress, every_s, longest_s)
    beside = Thread(target=_renew_until, args=how, name="lease")
    beside.start()
    try:
        yield over
    finally:
        over.set()
        progress.news.set()
        beside.join()


def _renew_until(
    over: Event,
    renew: Callable[[Word], object],
    progress: Progress,
    every_s: float,
    longest_s: float,
) -> None:
    give_up_at = time.monotonic() + longest_s
    told, renew_at = Word(""), time.monotonic() + every_s
    try:
        while not over.wait(min(GAP_S, every_s)) and time.monotonic() < give_up_at:
            word = _next_word(progress, min(LOOK_S, every_s))
            if over.is_set() or (word == told and time.monotonic() < renew_at):
                continue
            told, renew_at = word, time.monotonic() + every_s
            try:
                renew(word)
            except OSError as error:
                # As where the Songbook is stopped: who holds it asks again soon enough.
                logger.warning("A lease could not be renewed: %s", error)
            except Exception:
                logger.warning("A lease could not be renewed.", exc_info=True)
    finally:
        over.set()
        # Connections are a thread's own.
        connections.close_all()


def _next_word(progress: Progress, wait_s: float) -> Word:
    """Return what a try is at, as soon as that is something new, or after so long."""
    progress.news.wait(wait_s)
    progress.news.clear()
    return progress.word()
