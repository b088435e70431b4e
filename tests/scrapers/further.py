"""Releases that were seen to start, and what is asked about them then."""

import json

from registry.catalog.records import keep_record
from registry.loads import LAYOUT
from registry.models import ProbeTicket, TapSchemas
from scrapers import tasks
from scrapers.probes.conformance import VERSION as SUITE
from tests.registry.cast import NOW
from tests.registry.views import tries
from tests.scrapers.probes.invocation.records import (
    CATALOG,
    about,
    discover,
    installed,
)

CONFORMANCE, LOADING = "conformance", "loading"
VERDICTS = {
    "layout": SUITE,
    "lock": "l",
    "interpreter": "3.12.4",
    "kind": "tap",
    "config_is_made_up": True,
    "checks": [
        {"id": "C01", "title": "--help exits with 0", "result": "pass"},
        {"id": "S01", "title": "stdout has only JSON", "result": "fail",
         "remedy": "Log to stderr.", "detail": "Line 1", "evidence": ["Line 1"]},
    ],
}  # fmt: skip


def package(name, kind, versions=("1.0",), pythons=("3.13", "3.12")):
    """Return a package of a curated variant, whose current release is to be tried."""
    source = tries.packaged(plugin=name, kind=kind, versions=versions)
    ProbeTicket.objects.issue(source, {versions[-1]: pythons}, now=NOW)
    return source


def ran(source, *steps, python="3.13", version="1.0", **said):
    said |= {"name": source.address, "version": version, "python": python}
    return tries.ran(source, *steps, **said)


def starts(source, python="3.13", catalog=CATALOG, **said):
    ran(
        source,
        *installed(about(), discover(json.dumps(catalog))),
        python=python,
        **said,
    )


def asked(kind, source=None):
    rows = ProbeTicket.objects.filter(kind=kind, is_current=True)
    rows = rows.filter(source=source) if source else rows
    return list(rows.values_list("version", "python"))


def given(kind, shown, source=None):
    """Give a record for a ticket of a kind, as a worker does; return its snapshot."""
    tickets = ProbeTicket.objects.filter(kind=kind, is_current=True)
    tickets = tickets.filter(source=source) if source else tickets
    tickets.update(due_at=NOW, priority=10_000)
    ticket = ProbeTicket.objects.filter(kind=kind).lease(NOW)
    kept = keep_record(ticket.lease, shown, now=NOW)
    tasks.probe_due()
    return kept


def loads(*said, **more):
    taps = TapSchemas.objects.in_bulk(field_name="source_id")
    rows = [
        {"tap": one.pk, "digest": taps[one.pk].digest, "version": "1.0", "sent": 10,
         "streams": 1, "read": 10, "answer": "yes", **rest}
        for one, rest in said
    ]  # fmt: skip
    return {"layout": LAYOUT, "lock": "l", "loads": rows, **more}
