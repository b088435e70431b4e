"""A query as conditions of SQL over search entries, each with the values it takes.

Nothing typed ever becomes part of a statement: it is a value, or one of our own words.
"""

from dataclasses import dataclass
from typing import Any

from registry.search.folding import fold, lexeme, stem_of
from registry.search.query import DECLARED, OWNERS, Query, Term

# A beginning of fewer letters begins too much.
PREFIX_MIN = 3
# Most names begin with these: as beginnings they would read half of the index.
WHOLE = frozenset({"tap", "target"})
# Words that say nothing of what is looked for, where there are others.
IDLE = frozenset({
    "a", "an", "and", "for", "from", "in", "into", "of", "on", "or", "the", "to", "with",
})  # fmt: skip
NAMES = ("named", "labelled", "aliases")
SEPARATOR = "\x1f"
# Of several words each must be like a part of the name: half of them may be in it.
LIKENESS_OF_A_WORD = 0.4


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement, and its values in the order of its placeholders."""

    text: str
    values: tuple[Any, ...] = ()

    def __invert__(self) -> "Sql":
        """Return what is not known to be so: NULL counts as not so."""
        return Sql(f"({self.text}) IS NOT TRUE", self.values)


TRUE, FALSE = Sql("TRUE"), Sql("FALSE")


def every(parts: list[Sql]) -> Sql:
    """Return all of the conditions as one; TRUE for none."""
    return _joined(" AND ", parts) if parts else TRUE


def some(parts: list[Sql]) -> Sql:
    """Return one of the conditions as one; FALSE for none."""
    return _joined(" OR ", parts) if parts else FALSE


def _joined(word: str, parts: list[Sql]) -> Sql:
    text = word.join(f"({part.text})" for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.values))


def is_sought(term: Term) -> bool:
    """Say whether the database must be asked for a term; of the others bits are kept."""
    return not term.key or term.key in DECLARED | OWNERS


def filters(query: Query) -> list[Sql]:
    """Return the conditions of what is sought beside the words, and of words left out."""
    parts = []
    for term in query.terms:
        if term.is_negated and is_sought(term):
            parts.append(~_condition(term))
        elif term.key in DECLARED:
            parts.append(_condition(term))
    return parts + [
        some([_condition(Term(value, key)) for value in query.wanted(key)])
        for key in sorted(OWNERS)
        if query.wanted(key)
    ]


def _condition(term: Term) -> Sql:
    if not term.key:
        return _said(term)
    return Sql("contents @@ %s::tsquery", (_declared(term.key, term.text),))


def _declared(key: str, path: str) -> str:
    """Return what a stream's, field's or setting's name is in `contents`, as a tsquery."""
    is_prefix = path.endswith("*") and len(path) > 1
    return lexeme(f"{key}:{path.removesuffix('*')}") + (":*" if is_prefix else "")


def _said(term: Term) -> Sql:
    """Return the condition of a word that is left out: whole, and not in settings."""
    folded = fold(term.text)
    title = " <-> ".join(map(lexeme, folded.split()))
    return Sql(
        "title @@ %s::tsquery OR about @@ phraseto_tsquery('english', %s)",
        (title, folded),
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a query, folded, and what each must be found in. Empty for no words."""

    name: str
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, query: Query) -> "Wording":
        """Return the words of `query`, without those that say nothing."""
        said = tuple(term for term in query.words if fold(term.text))
        telling = tuple(term for term in said if fold(term.text) not in IDLE)
        return cls(query.name, telling or said or query.words)

    @property
    def names(self) -> list[str]:
        """Return the ways in which the words may be one whole name."""
        return [self.name, self.name.replace(" ", "")]

    def found(self) -> Sql:
        """Return the condition that every word is there, or that they are a name."""
        if self.terms and not self.name:
            return FALSE
        parts = [self._anywhere(term) for term in self.terms]
        if not parts:
            return TRUE
        whole = [self.is_whole(column) for column in NAMES]
        return some([*whole, every(parts)])

    def is_whole(self, column: str) -> Sql:
        """Return the condition that the words are one of the names in a column."""
        return Sql(f"{column} && %s", (self.names,))

    def is_exact(self) -> Sql:
        """Return the condition that the words are the plugin's name itself, prefix and all.

        Names are of ASCII alone. Source: the addresses of pages.
        """
        said = "regexp_replace(lower(plugin_name), '[^a-z0-9]+', '', 'g') = %s"
        squeezed = Sql(said, (self.name.replace(" ", ""),))
        return every([self.is_whole("named"), squeezed])

    def alike(self) -> Sql:
        """Return the condition that name or label are spelt about like the words.

        A phrase is meant as it is written.
        """
        stem = stem_of(self.name)
        if not stem or any(term.is_phrase for term in self.terms):
            return FALSE
        parts = [Sql("stem %% %s OR label %% %s", (stem, stem))]
        if " " in stem:
            text = f"word_similarity(%s, stem || ' ' || label) >= {LIKENESS_OF_A_WORD}"
            parts += [Sql(text, (word,)) for word in stem.split()]
        return every(parts)

    def likeness(self) -> Sql:
        """Return how alike, from 0 to 1."""
        stem = stem_of(self.name)
        text = "greatest(similarity(stem, %s), similarity(label, %s))"
        return Sql(text, (stem, stem))

    def within(self, *, weights: str, about: bool) -> Sql:
        """Return the condition that every word is in the title (or in `about` as well)."""
        parts = []
        for term in self.terms:
            titled = Sql("title @@ %s::tsquery", (_titled(term, weights),))
            parts.append(some([titled, _about(term)]) if about else titled)
        return every(parts)

    def beside_title(self) -> Sql:
        """Return the condition that all words are in `about` and none in the title."""
        titled = [
            Sql("title @@ %s::tsquery", (_titled(term, ""),)) for term in self.terms
        ]
        return every([~some(titled), *map(_about, self.terms)])

    def in_text(self) -> Sql:
        """Return the condition that all words are in `about`."""
        return every([_about(term) for term in self.terms])

    def beside_text(self) -> Sql:
        """Return the condition that all words are found, and not in `about` alone.

        Who begins with words has the first of them, unless no beginnings of it are found.
        """
        beside = [one for term in self.terms for one in self._beside_text(term)]
        beside += [self.is_whole(column) for column in NAMES]
        words = [word for term in self.terms for word in fold(term.text).split()]
        if not any(map(_is_beginning, words)):
            return every([self.found(), some([*beside, self.begins()])])
        # Of one term this says already that it is found.
        found = [self.found()] if len(self.terms) > 1 else []
        return every([*found, some(beside)])

    def begins(self) -> Sql:
        """Return the condition that a name or a label begins with the words."""
        text = stem_of(self.name) or self.name
        pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return Sql("stem LIKE %s OR label LIKE %s", (f"{pattern}%", f"{pattern}%"))

    def _anywhere(self, term: Term) -> Sql:
        return some([_about(term), *self._beside_text(term)])

    def _beside_text(self, term: Term) -> list[Sql]:
        places = [Sql("title @@ %s::tsquery", (_titled(term, ""),))]
        if not term.is_phrase:
            words = " & ".join(map(lexeme, fold(term.text).split())) or "''"
            places.append(Sql("contents @@ %s::tsquery", (words,)))
        return places


def _titled(term: Term, weights: str) -> str:
    """Return a word as a tsquery over the title: its beginning, a phrase in its order."""
    words = fold(term.text).split()
    if term.is_phrase:
        return " <-> ".join(f"{lexeme(word)}:{weights or 'ABCD'}" for word in words)
    parts = []
    for word in words:
        flags = ("*" if _is_beginning(word) else "") + weights
        parts.append(f"{lexeme(word)}:{flags}" if flags else lexeme(word))
    return " & ".join(parts) or "''"


def _is_beginning(word: str) -> bool:
    """Say whether names are found that only begin with a word."""
    return len(word) >= PREFIX_MIN and word not in WHOLE


def _about(term: Term) -> Sql:
    function = "phraseto_tsquery" if term.is_phrase else "plainto_tsquery"
    return Sql(f"about @@ {function}('english', %s)", (fold(term.text),))
