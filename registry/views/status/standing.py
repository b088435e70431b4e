"""How the work stands: what is looked at in time, tried and published, counted at bounded cost.

No question here reads a whole table that grows with the catalog. What an index knows is
counted up to a limit; what none knows is counted in a sample of a table's pages, which is
all of them as long as they are few. Who shows a number says which of the two it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from registry.models import Document, Host, Plugin, ProbeTicket
from registry.publishing import stamp

# Pages of 8 KB that a sample reads, about 8 MB: some tens of milliseconds.
SAMPLE_PAGES = 1000
# Beyond this a count says "more than".
COUNT_LIMIT = 1000
# A source whose time came so long ago is late. Of all of them, that many are to be in time.
LATE = timedelta(hours=1)
IN_TIME_PERCENT = 95.0

# `pg_relation_size` is what the table has now; statistics of a new table say nothing.
SAMPLE = """TABLESAMPLE SYSTEM (
        least(100, 100.0 * %(pages)s * 8192 / greatest(1, pg_relation_size('{0}')))
    )"""
FRESHNESS = f"""
    SELECT count(*) AS counted,
        count(*) FILTER (WHERE looked_at > %(now)s - interval '1 hour') AS within_hour,
        count(*) FILTER (WHERE looked_at > %(now)s - interval '1 day') AS within_day,
        count(*) FILTER (WHERE looked_at IS NULL) AS never,
        count(*) FILTER (WHERE gone_at IS NOT NULL) AS gone,
        count(*) FILTER (WHERE failures > 0) AS failing,
        count(*) FILTER (WHERE due_at IS NOT NULL) AS scheduled,
        count(*) FILTER (
            WHERE due_at <= %(late)s AND coalesce(leased_until <= %(now)s, true)
        ) AS late,
        min(looked_at) AS oldest_at,
        pg_relation_size('registry_source') > %(pages)s * 8192 AS is_sample
    FROM registry_source {SAMPLE.format("registry_source")}
    -- Nobody looks at these: what they are of is looked at.
    WHERE kind <> 'installation'
"""  # noqa: S608  nothing from outside
TICKETS = f"""
    SELECT count(*) AS counted,
        count(*) FILTER (
            WHERE due_at <= %(now)s AND parked_at IS NULL
            AND coalesce(leased_until <= %(now)s, true)
        ) AS due,
        count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked,
        -- A source has one current release.
        count(DISTINCT source_id) FILTER (WHERE is_current) AS current,
        count(DISTINCT source_id) FILTER (
            WHERE is_current AND tried_at IS NOT NULL
        ) AS current_tried,
        (SELECT count(*) FROM registry_probeticket WHERE leased_until > %(now)s) AS held,
        pg_relation_size('registry_probeticket') > %(pages)s * 8192 AS is_sample
    FROM registry_probeticket {SAMPLE.format("registry_probeticket")}
"""  # noqa: S608  nothing from outside
# Asked for and not: two stretches of the index `source_due_at_host`, each read in its order
# (`asked_at` as well, though empty: else all that is due would be sorted) and to the limit.
HOSTS = """
    SELECT host.name, host.open_at, host.outages, waiting.due, waiting.oldest_at,
        coalesce(held.held, 0) AS held
    FROM (SELECT * FROM registry_host ORDER BY name LIMIT %(limit)s) AS host
    CROSS JOIN LATERAL (
        SELECT count(*) AS due, min(due_at) AS oldest_at FROM (
            (SELECT due_at FROM registry_source
            WHERE host = host.name AND asked_at IS NULL AND due_at <= %(now)s
            ORDER BY asked_at, due_at LIMIT %(limit)s)
            UNION ALL
            (SELECT due_at FROM registry_source
            WHERE host = host.name AND asked_at IS NOT NULL AND due_at <= %(now)s
            LIMIT %(limit)s)
        ) AS due
    ) AS waiting
    LEFT JOIN (
        SELECT host, count(*) AS held FROM registry_source
        WHERE leased_until > %(now)s GROUP BY host
    ) AS held ON held.host = host.name
    ORDER BY waiting.due DESC, host.open_at DESC NULLS LAST, host.name
"""
PARKED = f"""
    SELECT id FROM registry_probeticket {SAMPLE.format("registry_probeticket")}
    WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT %(shown)s
"""  # noqa: S608  nothing from outside
RUNS = """
    SELECT max(ran_at) AS last_at,
        count(*) FILTER (WHERE ran_at > %(now)s - interval '1 day') AS within_day,
        (array_agg(level ORDER BY ran_at DESC))[1] AS level
    FROM (SELECT ran_at, level FROM registry_proberun ORDER BY id DESC LIMIT %(limit)s) AS run
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """When sources were last looked at. `is_sample`: not all of them were counted."""

    counted: int
    within_hour: int
    within_day: int
    never: int
    gone: int
    failing: int
    scheduled: int
    late: int
    oldest_at: datetime | None
    is_sample: bool

    @property
    def in_time_percent(self) -> float | None:
        """Return the share of scheduled sources that are not late; None where there is none."""
        return percent(self.scheduled - self.late, self.scheduled)

    @property
    def is_in_time(self) -> bool:
        """Say whether as many are in time as we aim at."""
        share = self.in_time_percent
        return share is None or share >= IN_TIME_PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """What is to be tried in the sandbox, and how much of what is current was tried."""

    counted: int
    due: int
    held: int
    parked: int
    current: int
    current_tried: int
    is_sample: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What waits at one host: `due` of its sources, of which workers have `held`."""

    name: str
    open_at: datetime | None
    outages: int
    due: int
    held: int
    oldest_at: datetime | None

    def __str__(self) -> str:
        return (
            "folders of this machine"
            if self.name == "local"
            else str(Host(name=self.name))
        )

    def rests(self, now: datetime) -> bool:
        """Say whether it is left alone now: it asked for that, or did not answer."""
        return self.open_at is not None and self.open_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """When the sandbox last came to a result, at which level, and how often in a day."""

    last_at: datetime | None
    within_day: int
    level: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The newest documents, and how many plugins are newer than theirs, up to the limit."""

    serial: int
    at: datetime | None
    unpublished: int


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent, rounded down to a tenth: 99.96 is not 100."""
    return part * 1000 // whole / 10 if whole else None


def freshness(now: datetime, *, pages: int = SAMPLE_PAGES) -> Freshness:
    """Return how many sources were looked at lately, of so many pages. One query."""
    return Freshness(**_rows(FRESHNESS, now, pages=pages)[0])


def tickets(now: datetime, *, pages: int = SAMPLE_PAGES) -> Tickets:
    """Return how many tickets wait, are held or parked, of so many pages. One query."""
    return Tickets(**_rows(TICKETS, now, pages=pages)[0])


def hosts(now: datetime) -> list[HostState]:
    """Return what waits at each host, the longest queue first. One query."""
    return [HostState(**row) for row in _rows(HOSTS, now)]


def runs(now: datetime) -> Runs:
    """Return what the sandbox did lately. One query."""
    return Runs(**_rows(RUNS, now)[0])


def published() -> Published:
    """Return how far publication is. Two queries."""
    newest = Document.objects.order_by("-serial").values_list("serial", "published_at")
    serial, at = newest.first() or (0, None)
    # Without an order, or the limit would be looked for plugin by plugin.
    waiting = Plugin.objects.unpublished(stamp()).order_by()[: COUNT_LIMIT + 1]
    return Published(serial=serial, at=at, unpublished=waiting.count())


def given_up(shown: int) -> QuerySet[ProbeTicket]:
    """Return the tickets that were parked last; of a large table, those of a sample."""
    statement = PARKED.replace("%(pages)s", "%s").replace("%(shown)s", "%s")
    return ProbeTicket.objects.filter(pk__in=RawSQL(statement, [SAMPLE_PAGES, shown]))  # noqa: S611


def _rows(
    statement: str, now: datetime, *, pages: int = SAMPLE_PAGES
) -> list[dict[str, Any]]:
    given: dict[str, datetime | int] = {
        "now": now,
        "late": now - LATE,
        "pages": pages,
        "limit": COUNT_LIMIT + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
