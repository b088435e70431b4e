"""`manage.py sandbox ADDRESS`: try releases for a Songbook elsewhere, until stopped."""

import time
from argparse import ArgumentParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.catalog.records import failure
from registry.facts import Json
from sandbox import assessed
from scrapers.answering import NO_ANSWER, answer, in_words
from scrapers.holding import held
from scrapers.http import Session, session
from scrapers.trying import tidy_up, workshop

# Between two questions where nothing is due, and after an answer that was none.
PAUSE_S = 5.0
TIMEOUT_S = 60.0
# Between two looks at how much disk is taken.
TIDY_S = 3600.0


class Command(BaseCommand):
    """Take tickets over HTTP and give records back; no database, no broker."""

    help = "Try releases in this machine's sandbox for the Songbook at ADDRESS."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and whether to end when nothing is due."""
        parser.add_argument(
            "address", metavar="ADDRESS", help="https://songbook.example.org"
        )
        parser.add_argument(
            "--once", action="store_true", help="end when nothing is due"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until stopped. Raises CommandError where no code can be held here."""
        held = assessed()
        if not held.namespaces:
            raise CommandError(held.reason)
        tidied_at = -TIDY_S
        host = urlsplit(options["address"]).hostname or ""
        with session(TIMEOUT_S, trusted=[host]) as http:
            http.headers["Authorization"] = f"Bearer {settings.SANDBOX_TOKEN}"
            while True:
                if time.monotonic() - tidied_at >= TIDY_S:
                    tidied_at = time.monotonic()
                    tidy_up()
                is_busy = self._work(http, options["address"].rstrip("/"))
                if options["once"] and not is_busy:
                    break

    def _work(self, http: Session, address: str) -> bool:
        """Try one release; say whether there was one."""
        try:
            said = http.post(
                f"{address}/sandbox/tickets",
                json={"pythons": list(workshop().interpreters)},
                timeout=TIMEOUT_S,
            )
            said.raise_for_status()
            if said.status_code == HTTPStatus.NO_CONTENT:
                time.sleep(PAUSE_S)
                return False
            question = said.json()
            lease = question["lease"]
            with held(lambda: _renew(http, f"{address}/sandbox/tickets/{lease}")):
                record, is_tried = self._record(question)
            given = http.post(
                f"{address}/sandbox/records/{lease}",
                json=record,
                timeout=TIMEOUT_S,
            )
            given.raise_for_status()
        # What the session raises: the lease ends by itself, and the ticket is tried again.
        except OSError as error:
            self.stderr.write(str(error))
            time.sleep(PAUSE_S)
            return False
        return is_tried

    def _record(self, question: dict[str, Any]) -> tuple[Json, bool]:
        """Return what to give for a question, and whether that is a result."""
        try:
            record = answer(question)
        except NO_ANSWER as error:
            # Told, for a lease that only ends counts as a worker that was ended.
            self.stderr.write(f"{in_words(question)} could not be tried: {error}")
            time.sleep(PAUSE_S)
            return failure(str(error)), False
        self.stdout.write(f"Tried {in_words(question)}.")
        return record, True


def _renew(http: Session, address: str) -> None:
    """Have the lease at an address last longer. Raises OSError."""
    http.post(address, timeout=TIMEOUT_S).raise_for_status()
