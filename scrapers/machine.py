"""One machine that tries releases for a Songbook: it takes tickets, and gives records back.

All over HTTP, with one token: it holds no database, no broker and no other secret. Several
threads may use one machine at once.
"""

import contextlib
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from registry.catalog.records import failure
from registry.facts import Json
from sandbox.records import LAYOUT
from scrapers.answering import NO_ANSWER, answer, in_words
from scrapers.holding import held
from scrapers.http import Response, session
from scrapers.trying import workshop

TIMEOUT_S = 60.0
# A Songbook that is stopped with us is not waited for.
LAST_WORD_S = 2.0


class Machine:
    """What tries releases for the Songbook at an address. `say` prints a line."""

    def __init__(
        self, address: str, *, token: str, say: Callable[[str], object]
    ) -> None:
        """Ask nothing yet."""
        self.address = address.rstrip("/")
        self.token = token
        self.say = say
        self._leases: set[str] = set()

    def announce(self) -> None:
        """Tell which Pythons and which sandbox are here: newer ones than before try again.

        Raises OSError.
        """
        pythons = {one.minor: one.patch for one in workshop().interpreters.values()}
        self._post("machines", {"pythons": pythons, "layout": LAYOUT})

    def try_next(self) -> bool:
        """Try what is most urgent; say whether that came to a result.

        Raises OSError where the Songbook can't be reached: the lease ends by itself.
        """
        said = self._post("tickets", {"pythons": list(workshop().interpreters)})
        if said.status_code == HTTPStatus.NO_CONTENT:
            return False
        question = said.json()
        lease = str(question["lease"])
        self._leases.add(lease)
        try:
            with held(lambda: self._post(f"tickets/{lease}")):
                record, is_result = self._record(question)
            self._post(f"records/{lease}", record)
        finally:
            self._leases.discard(lease)
        return is_result

    def close(self) -> None:
        """Give back what is being tried, so that it counts as no worker's end."""
        for lease in tuple(self._leases):
            with contextlib.suppress(OSError):
                said = failure("The sandbox was stopped.")
                self._post(f"records/{lease}", said, timeout_s=LAST_WORD_S)

    def _record(self, question: Mapping[str, Any]) -> tuple[Json, bool]:
        """Return what to give for a question, and whether that is a result."""
        try:
            record = answer(question)
        except NO_ANSWER as error:
            # Told, for a lease that only ends counts as a worker that was ended.
            self.say(f"{in_words(question)} could not be tried: {error}")
            return failure(str(error)), False
        self.say(f"Tried {in_words(question)}.")
        return record, True

    def _post(
        self, path: str, said: Json | None = None, *, timeout_s: float = TIMEOUT_S
    ) -> Response:
        # Whoever runs this named the host: it may have a private address.
        host = urlsplit(self.address).hostname or ""
        with session(timeout_s, trusted=[host]) as http:
            answered = http.post(
                f"{self.address}/sandbox/{path}",
                json=said,
                # Between two questions there is more time than any server waits.
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "Connection": "close",
                },
            )
        answered.raise_for_status()
        return answered
