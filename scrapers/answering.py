"""What a sandbox answers to what it is asked: a question goes in, a record comes out.

Both are JSON, so that a worker elsewhere does the same with no database and no broker.
"""

from collections.abc import Callable, Mapping
from typing import Any

from registry.facts import Json
from registry.vocabulary import TicketKind
from scrapers.conforming.loads import answer_loading
from scrapers.conforming.verdicts import answer_conformance
from scrapers.trying import answer_run, workshop

type Question = Mapping[str, Any]

ANSWERS: Mapping[TicketKind, Callable[[Question], Json]] = {
    TicketKind.RUN: answer_run,
    TicketKind.CONFORMANCE: lambda question: answer_conformance(question, workshop()),
    TicketKind.LOADING: lambda question: answer_loading(question, workshop()),
}


def answer(question: Question) -> Json:
    """Return the record that answers a question, as `registry.catalog.questions` puts it.

    Raises Unavailable or a CrawlError where the index or the repository could not be had,
    NotASpec for what can't be tried, and NoInterpreter.
    """
    return ANSWERS[TicketKind(question["kind"])](question)


def in_words(question: Question) -> str:
    """Return what a question is about, for a log."""
    return "{address} {version} on Python {python}".format(**question)
