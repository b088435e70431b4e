"""A round: one host's due sources, one after another, at the pace the host is given.

What a host says of itself is shared by all workers through its row: how long it wants to
be left alone, and that it does not answer at all. Then the rest of the round is given back
unharmed: an outage of a whole host is no failure of the sources there.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from registry import catalog, publishing
from registry.models import Host, Source
from registry.vocabulary import Outcome
from scrapers.http import CrawlError, Gone, Refused, Throttled, Unreachable
from scrapers.line import Passage, follow
from scrapers.looking import look_at

logger = logging.getLogger(__name__)

# A round ends after this, so that its lease is never outlived; the rest is given back.
LONGEST = timedelta(minutes=1)
# So many sources in a row without any answer are asked about: is the host down?
SILENT_LIMIT = 3
# How soon a round makes way for a source that somebody asked for.
MAKING_WAY_S = 1.0
OUR_MISTAKE = "Songbook made a mistake here, and whoever runs it finds it in the log."


class Round:
    """One worker's way through leased sources of one host."""

    def __init__(self, sources: Sequence[Source], *, began: datetime) -> None:
        self._sources, self._began = sources, began
        # A source that fails bears it no more.
        self._lease = sources[0].lease
        self._host = Host.objects.get(name=sources[0].host)
        self._quiet: dict[int, datetime] = {}
        self._silent: list[tuple[Source, Unreachable]] = []
        self._ends = time.monotonic() + LONGEST.total_seconds()
        self._makes_way_at = time.monotonic() + MAKING_WAY_S

    def go(self, tell: Callable[[Source, Passage], None]) -> int:
        """Take each source down the line; return how many were looked at.

        `tell` hears of every source that had news.
        """
        done = 0
        try:
            for source in self._sources:
                if self._is_over() or not self._take(source, tell):
                    break
                done += 1
                time.sleep(settings.CRAWL_PACE_S)
        finally:
            self._settle(done)
        return done

    def _is_over(self) -> bool:
        """Say whether to end early: the time is up, or somebody waits for a look."""
        if self._silent:
            # Not before it is known whether the host is down: one that hangs takes all
            # the time for a single source.
            return False
        at = time.monotonic()
        if at < self._makes_way_at:
            return False
        self._makes_way_at = at + MAKING_WAY_S
        if at > self._ends:
            return True
        return Source.objects.is_asked(timezone.now(), here=self._host.name)

    def _take(self, source: Source, tell: Callable[[Source, Passage], None]) -> bool:
        """Take one source down the line; say whether the host may be asked for more."""
        now = timezone.now()
        try:
            passage = follow(source, now=now)
        except Throttled as throttled:
            logger.info("%s", throttled)
            self._host.rest(now + throttled.wait)
            return False
        except Unreachable as error:
            return self._went_unanswered(source, error)
        except CrawlError as error:
            self._answered()
            fail(source, error, now=now)
            return True
        # Whatever it is, it must not come first again and again, before all the others.
        except Exception:
            logger.exception("Crawling %s failed.", source)
            source.crawl_failed(now, OUR_MISTAKE, outcome=Outcome.REFUSED)
            return True
        self._answered()
        if passage.crawl.outcome in {Outcome.UNCHANGED, Outcome.HELD}:
            self._quiet[source.pk] = source.next_look(now)
        tell(source, passage)
        wait = passage.crawl.look.wait if passage.crawl.look else None
        if wait is not None:
            self._host.rest(now + wait)
        return wait is None

    def _went_unanswered(self, source: Source, error: Unreachable) -> bool:
        """Note that a source did not answer; say whether the host may be asked for more."""
        self._silent.append((source, error))
        if len(self._silent) < SILENT_LIMIT:
            return True
        if _host_is_healthy([silent for silent, _ in self._silent]):
            self._answered()
            return True
        self._host.fell_silent(timezone.now())
        return False

    def _answered(self) -> None:
        """The host is up: whoever did not answer before failed by itself."""
        self._host.answered()
        self._host.outages = 0
        self._fail_silent()

    def _settle(self, done: int) -> None:
        """Write when the quiet ones are due next, and give back what was not reached."""
        Source.objects.ended_quietly(
            self._lease, self._quiet, began=self._began, now=timezone.now()
        )
        if len(self._silent) < SILENT_LIMIT:
            self._fail_silent()
        silent = [source for source, _ in self._silent]
        Source.objects.put_back(silent, now=timezone.now())
        Source.objects.let_go(self._sources[done:])

    def _fail_silent(self) -> None:
        for source, error in self._silent:
            fail(source, error, now=timezone.now())
        self._silent = []


def fail(source: Source, error: CrawlError, *, now: datetime) -> timedelta:
    """Keep what went wrong; return how long until the next try.

    Nothing at an address counts only while another at the same host answers: else it is
    the host that is away. The third time makes the source gone.
    """
    outcome = Outcome.UNREACHABLE
    words = str(error)
    if isinstance(error, Refused):
        outcome = Outcome.REFUSED
    elif isinstance(error, Gone):
        outcome = Outcome.GONE
        if not _host_is_healthy([source]):
            words += (
                " Whether it is gone can't be told: nothing else at its host answers."
            )
        elif source.count_absence(now):
            catalog.silence(source, now=now)
            publishing.publish_changed(now=now)
    wait = source.crawl_failed(now, words, outcome=outcome)
    logger.warning(
        "%s Trying again in %.0f min.", words, wait.total_seconds() / 60,
        extra={"source_id": source.pk},
    )  # fmt: skip
    return wait


def _host_is_healthy(failed: Sequence[Source]) -> bool:
    """Ask the host for the address that answered last, and say whether it still does.

    `failed` are sources there that it does not answer for, one at least.
    """
    control = Source.objects.answering(failed).first()
    if control is None:
        return False
    try:
        look_at(control)
    except CrawlError:
        return False
    return True
