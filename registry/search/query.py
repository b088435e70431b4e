"""The query language: what somebody typed, as terms. Pure; nothing typed is an error.

    hubspot "google ads" -airbyte type:loader stream:invoices field:tax_* -is:gone updated:90d

Words and phrases must all be there. Facets narrow: of several values of one facet, of
services or maintainers any will do. `stream:`, `field:` and `setting:` must all be there.
`-` before a term leaves out what it finds. What cannot be understood is said in a notice,
and the rest still searches.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from registry.search.facets import CLOSED, FACETS, TRAITS, UPDATED, value_of
from registry.search.folding import fold, path_of

QUERY_LIMIT = 300
TERM_LIMIT = 16
KEYS = {
    **{key: key for key in FACETS},
    "cap": "capability", "capabilities": "capability", "licence": "license",
    "keywords": "keyword", "tag": "keyword",
    "service": "service", "maintainer": "maintainer",
    "stream": "stream", "table": "stream", "field": "field", "column": "field",
    "setting": "setting", "is": "is", "framework": "sdk", "authentication": "auth",
}  # fmt: skip
# Of a connector's many each that is asked for must be there; of its one owner any will do.
DECLARED = frozenset({"stream", "field", "setting"})
OWNERS = frozenset({"service", "maintainer"})
TOKEN = re.compile(
    r'(?P<minus>-*)(?:(?P<key>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))'
)
NEEDS_QUOTES = re.compile(r'\s|^-|^"|^$')


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `key` is empty for words; `is_phrase` keeps words in their order."""

    text: str
    key: str = ""
    is_negated: bool = False
    is_phrase: bool = False

    def __str__(self) -> str:
        """Return the term as it is typed."""
        quoted = self.is_phrase or NEEDS_QUOTES.search(self.text) is not None
        said = f'"{self.text}"' if quoted else self.text
        prefix = f"{self.key}:" if self.key else ""
        return f"{'-' if self.is_negated else ''}{prefix}{said}"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. Two queries are equal if they find the same; notices do not count.

    `is_empty` is a query that finds everything.
    """

    terms: tuple[Term, ...] = ()
    notices: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        """Return the query as it is typed: `parse(str(query)) == query`."""
        return " ".join(map(str, self.terms))

    @property
    def is_empty(self) -> bool:
        """Say whether everything is found."""
        return not self.terms

    @property
    def words(self) -> tuple[Term, ...]:
        """Return the words and phrases that must be there."""
        return tuple(t for t in self.terms if not t.key and not t.is_negated)

    @property
    def wording(self) -> str:
        """Return the words as typed, without filters."""
        return " ".join(map(str, self.words))

    @property
    def name(self) -> str:
        """Return the words folded, as a whole name is compared."""
        return fold(" ".join(term.text for term in self.words))

    def wanted(self, key: str) -> tuple[str, ...]:
        """Return the values that are asked for of one key."""
        return tuple(t.text for t in self.terms if t.key == key and not t.is_negated)

    def narrowed(self, key: str, values: Iterable[str]) -> "Query":
        """Return the query with these filters as well; what is no value is passed over."""
        terms = list(self.terms)
        for value in values:
            term = filter_of(key, value)
            if term and term not in terms:
                terms.append(term)
        return replace(self, terms=tuple(terms))

    def without(self, *dropped: Term) -> "Query":
        """Return the query without some of its terms."""
        return replace(self, terms=tuple(t for t in self.terms if t not in dropped))


def parse(typed: str) -> Query:
    """Return the query that was typed, with a notice for all that it could not mean."""
    text, notices = _fit(typed)
    if text.count('"') % 2:
        notices.append("A quotation mark is not closed: it was passed over.")
        text = "".join(text.rsplit('"', 1))
    terms: list[Term] = []
    for match in TOKEN.finditer(text):
        term = _term(match, notices)
        if term is not None and term not in terms:
            terms.append(term)
    kept = _short(terms)
    if len(kept) < len(terms):
        notices.append(
            f"Only the first {len(kept)} words and filters were searched for."
        )
    return Query(kept, tuple(notices))


def filter_of(key: str, said: str) -> Term | None:
    """Return the filter of a key and a value, or None for a value that it cannot have."""
    value = _value(key, said)
    return Term(value, key) if value else None


def problem_of(key: str, said: str) -> str:
    """Return why a key cannot have a value, and which it can have."""
    if key == UPDATED.key:
        return f"“updated:{said}” is no time: write updated:90d, 12w, 6m or 1y."
    values = [*CLOSED, TRAITS]
    known = next((f.values for f in values if f.key == key), ())
    listed = f": it is one of {', '.join(known)}" if known else ""
    return f"“{key}:{said}” names nothing{listed}."


def _fit(typed: str) -> tuple[str, list[str]]:
    """Return what was typed without characters that say nothing, cut to a length."""
    notices = []
    if len(typed) > QUERY_LIMIT:
        notices.append(f"Only the first {QUERY_LIMIT} characters were searched for.")
    # Control, direction and unassigned characters; PostgreSQL takes no NUL.
    text = "".join(
        " " if unicodedata.category(c).startswith(("C", "Z")) else c
        for c in unicodedata.normalize("NFC", typed[:QUERY_LIMIT])
    )
    return text.replace("“", '"').replace("”", '"').replace("„", '"'), notices


def _short(terms: list[Term]) -> tuple[Term, ...]:
    """Return as many terms as may be typed again: a value is written out in full."""
    kept = tuple(terms[:TERM_LIMIT])
    while len(" ".join(map(str, kept))) > QUERY_LIMIT:
        kept = kept[:-1]
    return kept


def _term(match: re.Match[str], notices: list[str]) -> Term | None:
    minus, said = bool(match["minus"]), (match["key"] or "")
    key = KEYS.get(said.lower(), "")
    is_phrase = match["quoted"] is not None
    text = " ".join((match["quoted"] if is_phrase else match["plain"]).split())
    if said and not key:
        notices.append(f"“{said}:” is no filter, so it was searched for as a word.")
        text = f"{said}:{text}"
    if not key:
        return _word(text, is_negated=minus, is_phrase=is_phrase, notices=notices)
    value = _value(key, text)
    if value is None:
        notices.append(f"{problem_of(key, text)} It was passed over.")
        return None
    return Term(value, key, minus)


def _word(
    text: str, *, is_negated: bool, is_phrase: bool, notices: list[str]
) -> Term | None:
    text = text.replace('"', "")
    if not fold(text):
        if text:
            notices.append(f"There is no word in “{text}”.")
        # What no connector can have in it finds nothing, which an empty query does not.
        return None if is_negated or not text else Term(text)
    is_phrase = is_phrase and " " in fold(text)
    return Term(text, "", is_negated, is_phrase)


def _value(key: str, said: str) -> str | None:
    """Return a filter's value as it is kept, or None for one that it cannot have."""
    said = " ".join(path_of(said[:QUERY_LIMIT]).replace('"', " ").split())
    if key in FACETS:
        return value_of(FACETS[key], said)
    if key == "is":
        return value_of(TRAITS, said)
    if key == "service":
        return fold(said).replace(" ", "-") or None
    return said or None
