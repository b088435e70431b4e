"""Which current releases are put before the conformance suite, and which targets are to load.

Asked about is a release that was seen to start, on the newest Python on which it does:
anything else would say once more that it does not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from packaging.version import Version

from registry.catalog.loading import keep_loadings, keep_schemas, unload
from registry.catalog.recordings import drop_recordings
from registry.catalog.speaking import INSTALLED
from registry.loads import LAYOUT
from registry.models import (
    ProbeRun,
    ProbeTicket,
    Snapshot,
    Source,
    Statement,
    TapSchemas,
)
from registry.tried import Answer
from registry.vocabulary import PluginType, TicketKind
from scrapers.probes.conformance import VERSION

# Twice the time between two looks.
LOOKED_BACK = timedelta(hours=2)
# After all runs that were never made, and before any is made again.
PRIORITIES: Mapping[TicketKind, int] = {
    TicketKind.CONFORMANCE: -500,
    TicketKind.LOADING: -800,
}
KINDS: Mapping[str, tuple[TicketKind, ...]] = {
    PluginType.EXTRACTORS: (TicketKind.CONFORMANCE,),
    PluginType.LOADERS: (TicketKind.CONFORMANCE, TicketKind.LOADING),
}


@dataclass(slots=True)
class Tries:
    """Where one current release was tried: Pythons with an answer, empty while it is tried.

    `commits` are what was tried there, of what is installed from Git; `made_with` are the
    interpreter and the SDK of each.
    """

    version: str = ""
    starts: dict[str, str] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    made_with: dict[str, str] = field(default_factory=dict)

    @property
    def python(self) -> str | None:
        """Return the newest Python on which it starts; None while a newer one is tried."""
        for python in sorted(self.starts, key=Version, reverse=True):
            if not self.starts[python]:
                return None
            if self.starts[python] == Answer.YES:
                return python
        return ""

    @property
    def commit(self) -> str:
        """Return the commit that is to be asked about; empty for a package's release."""
        return self.commits.get(self.python or "", "")

    def wanted(self, asked: set[str]) -> dict[str, list[str]]:
        """Return what is to be asked about, as `issue` takes it; `asked` are versions.

        What is asked about stays while it may soon be known to start on a newer Python.
        """
        if self.python is None:
            return {self.version: []} if self.version in asked else {}
        return {self.version: [self.python]} if self.python else {}


def keep_further(
    seen: Mapping[str, Sequence[Snapshot]], packages: Iterable[Source], *, now: datetime
) -> None:
    """Keep what was seen beyond runs and verdicts, and ask about what follows from all.

    `seen` are snapshots by the kind of their ticket, `packages` the sources of these and of
    whatever else was judged with them.
    """
    issue_further(packages, now=now)
    if taps := keep_schemas({one.source for one in seen[TicketKind.RUN]}):
        issue_loading(taps=taps, now=now)
    # Without a word on any tap there is no use in asking once more, now.
    if told := keep_loadings(seen[TicketKind.LOADING]):
        issue_loading(targets=told, now=now)


def issue_further(sources: Iterable[Source], *, now: datetime) -> None:
    """Make the tickets that follow from runs; those there are stay, until a commit moves.

    What was answered of another SDK or by another interpreter is asked again. Four queries,
    three for each release that is new, and four for each that was made otherwise.
    """
    by_key = {one.pk: one for one in sources if one.kind in INSTALLED}
    if not settings.PROBE or not by_key:
        return
    found, known = _tries(by_key, now), _known(by_key)
    types = Statement.objects.filter(source__in=by_key, gone_at=None).values_list(
        "source", "variant__plugin__type"
    )
    for source_id, plugin_type in set(types):
        tries = found.get(source_id, Tries())
        for kind in KINDS.get(plugin_type, ()):
            tickets = known[source_id, kind]
            asked = {(one.version, one.revision) for one in tickets}
            wanted = tries.wanted({version for version, _ in asked})
            if asked != {(version, tries.commit) for version in wanted}:
                ProbeTicket.objects.issue(
                    by_key[source_id],
                    wanted,
                    now=now,
                    kind=kind,
                    priority=PRIORITIES[kind],
                    revisions=dict.fromkeys(wanted, tries.commit),
                )
            for ticket in tickets:
                _follow_making(ticket, tries.made_with.get(ticket.python, ""), now=now)


def issue_again(*, now: datetime) -> int:
    """Have asked again whatever an older suite answered, and what targets have not loaded.

    Returns how many. What a killed worker left undone is found here, too, and what waited
    for an answer that was no news.
    """
    if not settings.PROBE:
        return 0
    tried = ProbeTicket.objects.filter(
        kind=TicketKind.RUN, is_current=True, tried_at__gt=now - LOOKED_BACK
    )
    issue_further(Source.objects.filter(pk__in=tried.values("source")), now=now)
    older = _idle(TicketKind.CONFORMANCE).filter(layout__lt=VERSION)
    asked = _ask(older, TicketKind.CONFORMANCE, now=now)
    return asked + issue_loading(now=now)


def issue_loading(
    *,
    now: datetime,
    targets: Collection[int] | None = None,
    taps: Collection[int] | None = None,
) -> int:
    """Have targets asked about the taps that they have not loaded; all, or those given.

    Given are the keys of sources. Two queries, whose cost is that of the pairs. Returns how
    many.
    """
    idle = _idle(TicketKind.LOADING)
    if targets is not None:
        idle = idle.filter(source__in=targets)
    return _ask(_lacking(idle, taps), TicketKind.LOADING, now=now)


def _idle(kind: TicketKind) -> QuerySet[ProbeTicket]:
    """Return the tickets of current releases about which nothing is asked now."""
    return ProbeTicket.objects.filter(
        kind=kind, is_current=True, parked_at=None, due_at=None
    )


def _ask(tickets: QuerySet[ProbeTicket], kind: TicketKind, *, now: datetime) -> int:
    keys = list(tickets.values_list("pk", flat=True))
    rows = ProbeTicket.objects.filter(pk__in=keys)
    return rows.update(due_at=now, priority=PRIORITIES[kind])


def _follow_making(ticket: ProbeTicket, made_with: str, *, now: datetime) -> None:
    """Have a ticket asked again, as if nothing was known, where its Python's run is of others.

    `made_with` are the interpreter and the SDK of that run, empty where there is none.
    """
    if not made_with or ticket.made_with == made_with:
        return
    # Of the row as it is: what was issued beside this is not undone.
    mine = ProbeTicket.objects.filter(pk=ticket.pk)
    mine.update(made_with=made_with)
    if ticket.made_with and ticket.tried_at:
        mine.update(due_at=now, priority=PRIORITIES[TicketKind(ticket.kind)])
        drop_recordings(mine)
        unload(ticket)


def _lacking(
    tickets: QuerySet[ProbeTicket], taps: Collection[int] | None
) -> QuerySet[ProbeTicket]:
    """Return the tickets whose target has not loaded what there is to load, of some or all."""
    missing = TapSchemas.objects.not_loaded_by(
        OuterRef(OuterRef("source")),
        OuterRef(OuterRef("version")),
        commit=OuterRef(OuterRef("revision")),
        layout=LAYOUT,
    )
    if taps is not None:
        missing = missing.filter(source__in=taps)
    return tickets.filter(Exists(missing))


def _tries(sources: Mapping[int, Source], now: datetime) -> dict[int, Tries]:
    """Return by package how its current release starts on each Python it is tried on.

    Only what a worker holds is waited for: some Pythons may be on nobody's machine.
    """
    tickets = ProbeTicket.objects.filter(
        source__in=sources, kind=TicketKind.RUN, is_current=True
    )
    found: dict[int, Tries] = defaultdict(Tries)
    for ticket in tickets.only("source_id", "version", "python", "leased_until"):
        tries = found[ticket.source_id]
        tries.version = ticket.version
        is_held = ticket.leased_until is not None and ticket.leased_until > now
        tries.starts[ticket.python] = "" if is_held else Answer.UNKNOWN
    runs = ProbeRun.objects.filter(source__in=sources).newest()
    made_with = ("interpreter", "framework", "sdk_version")
    for run in runs.only(
        "source_id", "version", "python", "starts", "commit", *made_with
    ):
        tries = found[run.source_id]
        if run.version == tries.version and run.python in tries.starts:
            tries.starts[run.python] = run.starts
            tries.commits[run.python] = run.commit
            said = (getattr(run, name) for name in made_with)
            tries.made_with[run.python] = " ".join(filter(None, said))
    return found


def _known(
    sources: Mapping[int, Source],
) -> Mapping[tuple[int, str], list[ProbeTicket]]:
    """Return the tickets of what is asked about now, by source and kind."""
    tickets = ProbeTicket.objects.filter(
        source__in=sources, kind__in=PRIORITIES, is_current=True
    )
    found: dict[tuple[int, str], list[ProbeTicket]] = defaultdict(list)
    for ticket in tickets:
        found[ticket.source_id, ticket.kind].append(ticket)
    return found
