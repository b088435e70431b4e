"""Suggest plugins while somebody types: names and labels that begin like it."""

from dataclasses import dataclass

from django.db import connection

from registry.search.conditions import Sql, Wording, every
from registry.search.facets import TYPE
from registry.search.folding import fold, lexeme, stem_of

SHOWN = 8
TYPED_LIMIT = 60
STATEMENT = """
    SELECT plugin.name, plugin.label, entry.type
    FROM registry_searchentry AS entry JOIN registry_plugin AS plugin
        ON plugin.id = entry.plugin_id
    WHERE entry.is_default AND {condition}
    ORDER BY NOT ({exact}), entry.stem <> %s, NOT (entry.stem LIKE %s OR entry.label LIKE %s),
        entry.projects DESC, entry.plugin_name, entry.id
    LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A plugin to look for: what is typed into the field, and what it is."""

    name: str
    label: str
    type: str


def suggest(typed: str) -> list[Suggestion]:
    """Return plugins with every typed word beginning one of their name's or label's.

    One query; none where no letter was typed.
    """
    folded = fold(typed[:TYPED_LIMIT])
    if not folded:
        return []
    words = [
        Sql("title @@ %s::tsquery", (f"{lexeme(word)}:*AB",)) for word in folded.split()
    ]
    condition, exact = every(words), Wording(folded, ()).is_exact()
    statement = STATEMENT.format(condition=condition.text, exact=exact.text)
    stem = stem_of(folded)
    places = (*exact.values, stem, f"{stem}%", f"{stem}%")
    with connection.cursor() as cursor:
        cursor.execute(statement, (*condition.values, *places, SHOWN))
        rows = cursor.fetchall()
    return [Suggestion(name, label, TYPE.among(bits)[0]) for name, label, bits in rows]
