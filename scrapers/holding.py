"""Hold a ticket for as long as a worker is at it, however long its builds take.

A lease is short, so that what a killed worker left is soon taken by another one; who is alive
renews it.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import connections

from registry.models.ticketing import LEASE

logger = logging.getLogger(__name__)

# Two in a row may fail.
RENEW_S = LEASE.total_seconds() / 4
# Longer than the longest try: resolving, each build and each call have limits of their own.
# Whoever hangs nevertheless loses the ticket.
LONGEST_S = 2 * 3600.0


@contextmanager
def held(renew: Callable[[], object], *, every_s: float = RENEW_S) -> Iterator[None]:
    """Call `renew` again and again beside the block, until its end or for two hours.

    What it raises is logged and costs nothing more: what the block gives in the end is taken
    from who still holds the ticket.
    """
    over = Event()
    beside = Thread(target=_renew_until, args=(over, renew, every_s), name="lease")
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()


def _renew_until(over: Event, renew: Callable[[], object], every_s: float) -> None:
    give_up_at = time.monotonic() + LONGEST_S
    try:
        while not over.wait(every_s) and time.monotonic() < give_up_at:
            try:
                renew()
            except Exception:
                logger.warning("A lease could not be renewed.", exc_info=True)
    finally:
        # Connections are a thread's own.
        connections.close_all()
