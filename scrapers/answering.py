"""What a sandbox answers to what it is asked: a question goes in, a record comes out.

Both are JSON, so that a worker elsewhere does the same with no database and no broker.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from registry.facts import Json
from registry.vocabulary import TicketKind
from sandbox.index import Unavailable
from sandbox.locking import NotASpec
from sandbox.progress import begin
from sandbox.workshop import NoInterpreter, Workshop
from scrapers.conforming.loads import answer_loading
from scrapers.conforming.verdicts import answer_conformance
from scrapers.http import CrawlError
from scrapers.trying import answer_run, make_room, workshop

type Question = Mapping[str, Any]

# Why there may be no answer, through no fault of the release.
NO_ANSWER = (Unavailable, NotASpec, NoInterpreter, CrawlError, OSError)


def _roomy(answered: Callable[[Question, Workshop], Json], question: Question) -> Json:
    make_room()
    return answered(question, workshop())


ANSWERS: Mapping[TicketKind, Callable[[Question], Json]] = {
    TicketKind.RUN: answer_run,
    TicketKind.CONFORMANCE: partial(_roomy, answer_conformance),
    TicketKind.LOADING: partial(_roomy, answer_loading),
}


def answer(question: Question) -> Json:
    """Return the record that answers a question, as `registry.catalog.questions` puts it.

    Raises one of NO_ANSWER: Unavailable or a CrawlError where the index or the repository
    could not be had, NotASpec for what can't be tried, NoInterpreter, and OSError.
    """
    begin("looking for what it asks about")
    return ANSWERS[TicketKind(question["kind"])](question)


def in_words(question: Question) -> str:
    """Return what a question is about, for a log."""
    return "{address} {version} on Python {python}".format(**question)
