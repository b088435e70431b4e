"""`manage.py sandbox ADDRESS`: try releases for a Songbook, until stopped."""

import atexit
import logging
import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sandbox import assessed
from scrapers.leftovers import remove_leftovers
from scrapers.machine import Exposed, Machine
from scrapers.trying import fetch_pythons, tidy_up, workshop

logger = logging.getLogger(__name__)

# Between two questions where nothing is due, and after an answer that was none.
PAUSE_S = 5.0
# Between two looks at what there is on this machine: Pythons, and disk that is taken.
TEND_S = 3600.0


class Command(BaseCommand):
    """Take tickets over HTTP and give records back; no database, no broker."""

    help = "Try releases in this machine's sandbox for the Songbook at ADDRESS."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and what to do where there is nothing to try."""
        parser.add_argument(
            "address", metavar="ADDRESS", help="https://songbook.example.org"
        )
        parser.add_argument(
            "--once", action="store_true", help="end when nothing is due"
        )
        parser.add_argument(
            "--plain-http",
            action="store_true",
            help="send the key unencrypted, to a host on a network that is yours alone",
        )
        parser.add_argument(
            "--stay", action="store_true", help="wait where nothing can be tried"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until stopped. Raises CommandError where nothing can be tried here."""
        machine = self._machine(options["address"], plain=options["plain_http"])
        with _stoppable():
            if reason := _why_idle():
                if not options["stay"]:
                    raise CommandError(reason)
                self.stderr.write(reason)
                Event().wait()
            workers = [
                Thread(target=_work, args=(machine, options["once"]), daemon=True)
                for _ in range(settings.PROBE_SLOTS)
            ]
            # Found once, for all of them.
            workshop()
            try:
                for worker in workers:
                    worker.start()
                _tend(machine, workers)
            finally:
                machine.close()

    def _machine(self, address: str, *, plain: bool) -> Machine:
        """Return what asks for tickets. Raises CommandError where its key can't be sent."""
        key = str(settings.SANDBOX_KEY)
        if not key:
            raise CommandError(
                "There is no SANDBOX_KEY: `manage.py sandbox_key NAME`, where the database "
                "is, prints one for this machine."
            )
        try:
            return Machine(address, key=key, say=self._say, plain_http=plain)
        except Exposed as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        """Print a line at once: who follows a log reads a pipe, which Python fills first."""
        self.stdout.write(line)
        self.stdout.flush()


def _why_idle() -> str:
    """Return why nothing can be tried here, or nothing if it can."""
    if not settings.PROBE:
        return "Nothing is tried: PROBE is switched off."
    held = assessed()
    return "" if held.holds else held.reason


@contextmanager
def _stoppable() -> Iterator[None]:
    """Leave the block, and end the process, when it is asked to stop."""
    before = {
        one: signal.signal(one, lambda *_: sys.exit())
        for one in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    except SystemExit:
        # Python would wait for the threads of each try, for minutes, and end what they do
        # by errors. Their sandboxes end with this process.
        atexit._run_exitfuncs()  # noqa: SLF001  removes temporary folders; there is no other
        sys.stdout.flush()
        os._exit(0)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _work(machine: Machine, once: bool) -> None:
    """Try one release after another, until none is due if that is to be once."""
    while True:
        is_busy = False
        try:
            is_busy = machine.try_next()
        except Exception as error:
            if machine.is_closed:
                # Whatever was tried, its ticket was given back.
                return
            if isinstance(error, OSError):
                logger.warning("%s", error)
            else:
                # Ours, not the release's; its lease ends, and the third time parks it.
                logger.exception("A release could not be tried.")
        if not is_busy:
            if once:
                return
            time.sleep(PAUSE_S)


def _tend(machine: Machine, workers: Sequence[Thread]) -> None:
    """Keep this machine tidy and tell what is here, again and again while anybody works."""
    while _are_at_work(workers, for_s=0):
        fetch_pythons()
        tidy_up()
        remove_leftovers(timezone.now())
        while not _is_heard(machine) and _are_at_work(workers, for_s=PAUSE_S):
            pass
        _are_at_work(workers, for_s=TEND_S)


def _is_heard(machine: Machine) -> bool:
    """Tell what is here; say whether the Songbook has heard it."""
    try:
        machine.announce()
    except OSError as error:
        logger.warning("%s", error)
        return False
    return True


def _are_at_work(workers: Sequence[Thread], *, for_s: float) -> bool:
    """Wait so long at most for all to end; say whether any has not."""
    give_up_at = time.monotonic() + for_s
    for worker in workers:
        worker.join(max(give_up_at - time.monotonic(), 0))
    return any(worker.is_alive() for worker in workers)
