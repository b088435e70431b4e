"""One machine that tries releases for a Songbook: it takes tickets, and gives records back.

All over HTTP, with the machine's own key: it holds no database, no broker and no other secret.
Several threads may use one machine at once.
"""

import contextlib
import ipaddress
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

from registry.catalog.records import failure
from registry.facts import Json
from sandbox.progress import Word, followed
from sandbox.records import LAYOUT
from scrapers.answering import NO_ANSWER, answer, in_words
from scrapers.holding import held
from scrapers.http import HTTPError, InvalidJSONError, Response, session
from scrapers.trying import workshop

logger = logging.getLogger(__name__)

TIMEOUT_S = 60.0
# A record may have 32 MB, and a machine a slow line.
RECORD_TIMEOUT_S = 600.0
# A Songbook that is stopped with us is not waited for.
LAST_WORD_S = 2.0
# Between two times that a record is given, where the first did not arrive: as long as a web
# server takes to start anew, then longer each time.
PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
# These are no answer to what was given: it may be taken the next time.
NOT_NOW = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
# Who is told so holds the ticket no more; any other refusal is of the record.
NOT_OURS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


class Exposed(ValueError):
    """An address that no key is sent to: whoever is on the way could read it."""


class Unfit(OSError):
    """A record that will not be taken another time either; the message says why."""


class Machine:
    """What tries releases for the Songbook at an address. `say` prints a line."""

    def __init__(
        self,
        address: str,
        *,
        key: str,
        say: Callable[[str], object],
        plain_http: bool = False,
    ) -> None:
        """Ask nothing yet.

        Raises Exposed where the key would leave this machine unencrypted, and that is not
        asked for by `plain_http`.
        """
        if not (plain_http or _is_private(address)):
            raise Exposed(
                f"{address} is asked without encryption, and the key could be read on the "
                "way. Use https, or --plain-http on a network that is yours alone."
            )
        self.address = address.rstrip("/")
        self.key = key
        self.say = say
        self.is_closed = False
        # What is given for each where the machine is stopped.
        self._leases: dict[str, Json] = {}
        # Held while a ticket is on its way here: who stops the machine gives that back, too.
        self._taking = Lock()

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
        question = self._take()
        if question is None:
            return False
        try:
            return self._try(question, str(question["lease"]))
        finally:
            del self._leases[str(question["lease"])]

    def close(self) -> None:
        """Take no more tickets, and give back what is tried: that counts as no worker's end."""
        self.is_closed = True
        if self._taking.acquire(timeout=LAST_WORD_S):
            self._taking.release()
        for lease, said in tuple(self._leases.items()):
            with contextlib.suppress(OSError):
                self._post(f"records/{lease}", said, timeout_s=LAST_WORD_S)

    def _take(self) -> Json | None:
        """Return the question of a ticket that is now ours; None where there is none."""
        pythons = list(workshop().interpreters)
        with self._taking:
            if self.is_closed:
                return None
            said = self._post("tickets", {"pythons": pythons})
            if said.status_code == HTTPStatus.NO_CONTENT:
                return None
            question: Json = said.json()
            self._leases[str(question["lease"])] = failure("The sandbox was stopped.")
        return question

    def _try(self, question: Json, lease: str) -> bool:
        """Answer a question and give the record; say whether that is a result."""
        with (
            followed() as progress,
            held(lambda word: self._tell(lease, word), progress) as over,
        ):
            record, is_result = self._record(question)
            if self.is_closed:
                # Who stops a machine may have ended what it ran as well.
                return False
            self._leases[lease] = record
            progress.begin("giving the record")
            try:
                self._deliver(lease, record, over)
            except Unfit as unfit:
                self.say(f"{in_words(question)} could not be told: {unfit}")
                self._deliver(lease, failure(str(unfit)), over)
                return False
        return is_result

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

    def _tell(self, lease: str, word: Word) -> None:
        """Hold a ticket for longer, and say what is done with it."""
        if self.is_closed:
            return
        tail = word.tail.decode("utf-8", "replace")
        self._post(f"tickets/{lease}", {"doing": word.doing, "tail": tail})

    def _deliver(self, lease: str, record: Json, over: Event) -> None:
        """Give a record, again and again where it does not arrive, until it is `over`.

        Whether an answer was lost or the record itself can't be known from here: the same
        record given twice counts once. Raises Unfit where this one is never taken, OSError
        where it is not taken now, or from us.
        """
        pause_s = PAUSE_S
        while True:
            try:
                self._post(f"records/{lease}", record, timeout_s=RECORD_TIMEOUT_S)
            except (InvalidJSONError, RecursionError) as error:
                raise Unfit(f"Its record is no JSON: {error}") from error
            except OSError as error:
                status = _refusal(error)
                if status and status not in NOT_OURS:
                    raise Unfit(f"The Songbook refused its record: {error}") from error
                if status or over.wait(pause_s):
                    raise
                logger.warning("A record is given again: %s", error)
            else:
                return
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

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
                    "Authorization": f"Bearer {self.key}",
                    "Connection": "close",
                },
            )
        answered.raise_for_status()
        return answered


def _is_private(address: str) -> bool:
    """Say whether nobody else can read what is sent there."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refusal(error: OSError) -> int:
    """Return the status by which what was heard would not be taken another time; else 0."""
    if not isinstance(error, HTTPError) or error.response is None:
        return 0
    status = error.response.status_code
    is_ours = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return status if is_ours and status not in NOT_NOW else 0
