"""What was seen of the streams and fields that a query asks for, in the variants it finds.

Entries hold names as they are compared; a page's address needs them as the connector writes
them. So both are read, and no schema: these are large.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.db import connection

from registry.search.folding import path_of
from registry.search.query import Query, Term

# Of a query for a field that every stream has, a few are enough to go and look.
SHOWN = 5
STATEMENT = """
    SELECT entry.id, release.version, bool_or(stream.basis = 'static'),
        array_agg(stream.tap_stream_id ORDER BY stream.id),
        ARRAY(
            SELECT said.lexeme FROM unnest(entry.contents) AS said
            WHERE said.lexeme LIKE ANY (%s)
        )
    FROM registry_searchentry AS entry
    JOIN registry_variant AS variant ON variant.id = entry.variant_id
    JOIN registry_release AS release ON release.id = variant.current_release_id
    JOIN registry_stream AS stream ON stream.release_id = release.id
    WHERE entry.id = ANY (%s)
    GROUP BY entry.id, release.version
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A stream that was asked for or has fields that were, and the release it was seen in.

    `stream` is as the connector writes it, `fields` are paths as they are compared. `is_read`
    says that it was read from the release's files, and no run showed it.
    """

    stream: str
    release: str
    fields: tuple[str, ...] = ()
    is_read: bool = False


def sightings(
    query: Query, entries: Collection[int]
) -> dict[int, tuple[Sighting, ...]]:
    """Return what was seen in each entry of the streams and fields a query asks for.

    At most `SHOWN` streams each. One query where it asks for any, else none.
    """
    terms = [
        term
        for term in query.terms
        if term.key in {"stream", "field"} and not term.is_negated
    ]
    if not terms or not entries:
        return {}
    patterns = [pattern for term in terms for pattern in _patterns(term)]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, [patterns, list(entries)])
        rows = cursor.fetchall()
    return {
        key: tuple(
            replace(one, is_read=is_read)
            for one in islice(_seen(terms, release, streams, lexemes), SHOWN)
        )
        for key, release, is_read, streams, lexemes in rows
    }


def _patterns(term: Term) -> Iterator[str]:
    """Yield what the lexemes of a stream or field are like, alone and within a stream."""
    path = term.text.removesuffix("*") if _is_beginning(term) else term.text
    escaped = path.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rest = "%" if _is_beginning(term) else ""
    yield f"{term.key}:{escaped}{rest}"
    if term.key == "field":
        yield f"field:%.{escaped}{rest}"


def _seen(
    terms: Sequence[Term], release: str, streams: Iterable[str], lexemes: Sequence[str]
) -> Iterator[Sighting]:
    """Yield the streams that are asked for by name or by a field."""
    for stream in streams:
        name = path_of(stream)
        within = f"field:{name}."
        paths = [one.removeprefix(within) for one in lexemes if one.startswith(within)]
        fields = [
            path
            for path in paths
            for term in terms
            if term.key == "field" and _is_meant(term, path, f"{name}.{path}")
        ]
        is_named = any(term.key == "stream" and _is_meant(term, name) for term in terms)
        if is_named or fields:
            yield Sighting(stream, release, tuple(dict.fromkeys(fields)))


def _is_meant(term: Term, *names: str) -> bool:
    if _is_beginning(term):
        return any(name.startswith(term.text.removesuffix("*")) for name in names)
    return term.text in names


def _is_beginning(term: Term) -> bool:
    return term.text.endswith("*") and len(term.text) > 1
