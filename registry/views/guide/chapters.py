"""What there is to read: three books, the chapters of each in order, and what each needs.

A chapter is a template, `templates/guide/<book>/<slug>.html`. What can be worked out from the
code, so that a page can't say otherwise, is worked out here and given to the template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registry.defaults import CRITERIA
from registry.search.facets import CLOSED, TRAITS
from registry.search.query import QUERY_LIMIT, TERM_LIMIT
from registry.views.brand.keys import COOKIE as KEYS
from registry.views.brand.theme import COOKIE as THEME
from registry.views.guide import examples
from registry.views.runs.run import QUESTIONS
from registry.views.status.source import HOOK_LIMIT, REFRESH_LIMIT
from registry.views.variants.way import COOKIE as WAY

type Worked = Callable[[], dict[str, Any]]


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page of a book. `worked` returns what its template shows of the code."""

    slug: str
    title: str
    summary: str
    worked: Worked = _nothing


@dataclass(frozen=True, slots=True)
class Book:
    """Chapters in the order in which they are read. `route` is the name of their address."""

    slug: str
    title: str
    summary: str
    route: str
    chapters: tuple[Chapter, ...]

    def chapter(self, slug: str) -> Chapter | None:
        """Return a chapter, or None for a slug that none has."""
        return next((one for one in self.chapters if one.slug == slug), None)

    def beside(self, chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
        """Return the chapters before and after one of this book's."""
        around = (None, *self.chapters, None)
        place = around.index(chapter)
        return around[place - 1], around[place + 1]


def _examples() -> dict[str, Any]:
    return {"examples": examples.GUIDE}


def _commands() -> dict[str, Any]:
    minutes = int(REFRESH_LIMIT.total_seconds()) // 60
    return {"examples": examples.DOCS, "refresh_minutes": minutes}


def _probing() -> dict[str, Any]:
    """Return the questions that a run answers, and how often they may be asked."""
    asked = [(QUESTIONS[key], *said) for key, said in examples.ANSWERS.items()]
    return _commands() | {"questions": asked}


def _maintaining() -> dict[str, Any]:
    return _commands() | {"hook_seconds": int(HOOK_LIMIT.total_seconds())}


def _searching() -> dict[str, Any]:
    """Return the search language's own words, with queries that show each."""
    return {
        "facets": [(one.key, one.values) for one in (*CLOSED, TRAITS)],
        "queries": examples.QUERIES,
        "query_limit": QUERY_LIMIT,
        "term_limit": TERM_LIMIT,
    }


def _defaulting() -> dict[str, Any]:
    return {"criteria": [one.question for one in CRITERIA]}


def _keeping() -> dict[str, Any]:
    """Return every cookie that a page may set, with what it holds."""
    return {
        "cookies": [
            (THEME, "Light or dark, if you chose one."),
            (KEYS, "That single keys are off, if you turned them off."),
            (WAY, "The way to install that you chose to see first."),
        ]
    }


GUIDE = Book(
    "guide",
    "Singer guide",
    "How taps and targets talk to each other: the Singer specification in short pages, with "
    "examples that are checked.",
    "guide-page",
    (
        Chapter("words", "Words", "Tap, target, stream, record: what each word means."),
        Chapter("messages", "Messages",
                "SCHEMA, RECORD and STATE, and the two that came later.", _examples),
        Chapter("catalog", "Catalog and metadata",
                "How streams and fields are described and chosen.", _examples),
        Chapter("discovery", "Discovery",
                "How a tap says which streams it can read.", _examples),
        Chapter("replication", "Replication methods",
                "Full table, incremental and log based: what each reads.", _examples),
        Chapter("state", "State and resuming",
                "How the next run goes on where the last one stopped.", _examples),
        Chapter("command-line", "Config and command line",
                "The options of taps and targets, and their config.", _examples),
        Chapter("running", "Run a tap and a target together",
                "Two environments, one pipe, and a state to keep.", _examples),
        Chapter("output", "Exit codes and logs",
                "What goes to which output, and how a run says that it failed.", _examples),
        Chapter("extensions", "Extensions",
                "BATCH, ACTIVATE_VERSION, stream maps and more: who defines them.",
                _examples),
    ),
)  # fmt: skip

DOCS = Book(
    "docs",
    "Documentation",
    "How to use this site: to choose a connector, to maintain one, to ask it by program.",
    "docs-page",
    (
        Chapter("choose", "Choose and install a connector",
                "From a search to an installed command.", _commands),
        Chapter("meltano", "With Meltano and with plain Singer",
                "Point Meltano 4, 3 or 2 at this registry, or use none.", _commands),
        Chapter("probes", "How connectors are probed",
                "What is tried in the sandbox, and what each answer means.", _probing),
        Chapter("maintainers", "For maintainers",
                "How a connector is listed, and what to mend when a probe fails.",
                _maintaining),
        Chapter("search", "Search language",
                "Words, phrases and filters, each with an example.", _searching),
        Chapter("api", "API", "Calls to copy: documents, feeds, hooks, limits.", _commands),
        Chapter("run", "Run your own Songbook",
                "One command, and what it needs.", _commands),
    ),
)  # fmt: skip

POLICIES = Book(
    "policies",
    "Policies",
    "The rules by which this registry decides what it shows.",
    "policy",
    (
        Chapter("names", "Names and variants",
                "Who a variant is named after, and how sources are joined."),
        Chapter("defaults", "Default variant",
                "The rule that chooses what is installed when nobody names a variant.",
                _defaulting),
        Chapter("listing", "What is listed, and for how long",
                "What gets a page, and what happens when its source is gone."),
        Chapter("content", "Content from elsewhere",
                "What is shown of other people's work, and how to have it changed."),
        Chapter("privacy", "Data and privacy",
                "Cookies for your choices, no tracking, no log of readers.",
                _keeping),
        Chapter("security", "Security",
                "How foreign code is held, and how to report a problem."),
    ),
)  # fmt: skip

BOOKS = (GUIDE, DOCS, POLICIES)
