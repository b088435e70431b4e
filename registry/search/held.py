"""Hold the columns of all entries in this process, never older than the database is.

A process holds no truth: what it holds it read, may lose at any time, and compares with the
database in each search. Usually nothing changed, and the comparison is one query for one row.
Otherwise the entries that changed are read, or all of them where that is less work or the
last known change is gone: in a new process, in another database, after a rollback.

Threads share what is held. One that finds a change brings it in while others wait for it;
what they count with meanwhile is as it was when they asked.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from registry.models import SearchChange, SearchEntry
from registry.search.columns import Columns
from registry.search.conditions import SEPARATOR
from registry.search.counted import Entry
from registry.search.facets import BITS

# Bringing in more entries one by one takes longer than reading 100,000 anew.
FOLLOWED_MOST = 1000
CHANGES = (
    "SELECT id, entry FROM registry_searchchange WHERE id >= %s ORDER BY id LIMIT %s"
)
FIELDS = (
    "pk", "plugin_id", "plugin_name", "name", "projects", "is_default", "keywords",
    "released_at",
    *(facet.column or facet.key for facet in BITS),
)  # fmt: skip


class Held:
    """The columns as of a change, which both follow the database."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = Lock()
        self._columns = Columns()
        self._change = 0

    def columns(self) -> Columns:
        """Return the columns as the database is now. One query where nothing changed."""
        with self._lock:
            changes = _changes_since(self._change)
            is_known = changes and self._change == changes[0][0]
            if not is_known or len(changes) > FOLLOWED_MOST:
                self._read()
            elif len(changes) > 1:
                self._follow(dict(changes[1:]))
            return self._columns

    def _read(self) -> None:
        """Read all entries. The change is read before them: what comes later is read again."""
        newest = SearchChange.objects.order_by("-pk").values_list("pk", flat=True)
        self._change = newest.first() or 0
        self._columns = Columns.of(_entries(SearchEntry.objects.all()))

    def _follow(self, changes: dict[int, int]) -> None:
        """Bring in the entries that changed, by the changes' keys."""
        keys = set(changes.values())
        entries = list(_entries(SearchEntry.objects.filter(pk__in=keys)))
        gone = keys - {entry.id for entry in entries}
        followed = self._columns.changed(gone, entries)
        self._columns = followed if followed.is_dense else followed.packed()
        self._change = max(changes)


HELD = Held()


def _changes_since(change: int) -> list[tuple[int, int]]:
    """Return changes from one on, with their entries: past the ORM, for each search asks."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [change, FOLLOWED_MOST + 1])
        return list(cursor.fetchall())


def _entries(rows: QuerySet[SearchEntry]) -> Iterable[Entry]:
    """Yield entries, of which those that say the same share what they say. One query."""
    shared: dict[Any, Any] = {}
    said = rows.order_by().values_list(*FIELDS)
    for key, plugin, plugin_name, name, projects, is_default, *more in said:
        joined, released_at, *bits = more
        keywords = tuple(word for word in joined.split(SEPARATOR) if word)
        yield Entry(
            key,
            plugin,
            plugin_name,
            shared.setdefault(name, name),
            projects,
            is_default,
            shared.setdefault(tuple(bits), tuple(bits)),
            shared.setdefault(keywords, keywords),
            released_at,
        )
