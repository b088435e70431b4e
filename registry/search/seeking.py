"""Seek in the database what no bits are kept of: words, streams, fields, settings.

A word that half of all entries have is in the keywords or descriptions of nearly all of them,
and nowhere else. These are found through the index alone; only the few that also have a word
in a name, in a label or among their settings and streams are asked by which rule they stand.
"""

from django.db import connection

from registry.search.conditions import Sql, Wording, every, filters, is_sought, some
from registry.search.query import Query
from registry.search.ranking import STEPS, Rule, place

type Places = dict[int, list[int]]

STATEMENT = """
    SELECT place, array_agg(id) FROM (
        SELECT id, {place} AS place FROM registry_searchentry WHERE {found}
        {in_text}
    ) AS found GROUP BY place
"""
IN_TEXT = f"""
    UNION ALL
    SELECT id, {Rule.IN_TEXT * STEPS} FROM registry_searchentry WHERE {{found}}
"""  # noqa: S608  our own words


def seek(query: Query, *, is_alike: bool) -> Places | None:
    """Return the keys of the entries that have what is sought, by their place.

    Places are those of `registry.search.ranking`; of an entry with two the better counts.
    None where a query seeks nothing, else one query to the database. `is_alike` also finds
    names that are only spelt like the words.
    """
    if not any(is_sought(term) for term in query.terms):
        return None
    wording, others = Wording.of(query), filters(query)
    found, in_text = [wording.found()], Sql("")
    if is_alike:
        found = [some([*found, wording.alike()])]
    elif wording.name:
        found = [wording.beside_text()]
        told = every([wording.in_text(), *others])
        in_text = Sql(IN_TEXT.format(found=told.text), told.values)
    where, when = place(wording, is_alike=is_alike), every([*found, *others])
    statement = STATEMENT.format(
        place=where.text, found=when.text, in_text=in_text.text
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, (*where.values, *when.values, *in_text.values))
        return dict(cursor.fetchall())
