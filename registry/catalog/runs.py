"""Rows of what runs in the sandbox showed, and the news in them."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import OuterRef, Subquery

from registry.catalog.breaking import keep_breaking
from registry.catalog.stopping import keep_turns
from registry.facts import Json
from registry.foreign import layout_of
from registry.models import ProbeRun, Snapshot
from registry.models.bulk import put_all
from registry.tried import Answer, Known, Question, Tried


def keep_runs(tried: Sequence[tuple[Snapshot, Tried, Json, Json]]) -> None:
    """Write the row of each run, anew where there is one: from a snapshot, all of it.

    Where a release breaks what the one before it did, that becomes an event; so it does
    where a new run shows that a release stopped running, or runs again.
    """
    rows = [_row(*one) for one in tried]
    if not rows:
        return
    with transaction.atomic():
        snapshots = ProbeRun.objects.filter(snapshot__in=[one for one, *_ in tried])
        known = set(snapshots.values_list("snapshot", flat=True))
        put_all(rows, by=["snapshot"])
        # What is judged again is no news: only the rules are new.
        keep_turns([row for row in rows if row.snapshot_id not in known])
    keep_breaking(rows)


def last_started(judged: Sequence[Snapshot], *, version: int) -> list[Snapshot]:
    """Return what the last runs saw that started before these runs, where these do not.

    It speaks on of what they offer, so that it is judged with them: only those are returned
    that another version of the probes judged. One query.
    """
    started = ProbeRun.objects.filter(
        source=OuterRef("source"),
        version=OuterRef("version"),
        python=OuterRef("python"),
        snapshot__lt=OuterRef("snapshot"),
        starts=Answer.YES,
    ).order_by("-snapshot_id")
    failing = ProbeRun.objects.filter(snapshot__in=judged).exclude(starts=Answer.YES)
    last = failing.values(last=Subquery(started.values("snapshot")[:1]))
    rows = Snapshot.objects.filter(pk__in=last).exclude(probed_with=version)
    return list(rows.select_related("source"))


def _row(snapshot: Snapshot, tried: Tried, surface: Json, code: Json) -> ProbeRun:
    _, version, python = snapshot.subject.split("/")
    return ProbeRun(
        snapshot=snapshot,
        source_id=snapshot.source_id,
        # As it was asked for: what it says of itself is foreign.
        version=version,
        python=python,
        ran_at=snapshot.taken_at,
        interpreter=tried.interpreter[:40],
        platform=tried.platform[:120],
        level=str(snapshot.evidence.get("level", ""))[:20],
        lock=tried.lock[:64],
        installs=tried.answer(Question.INSTALLS),
        imports=tried.answer(Question.IMPORTS),
        starts=tried.starts,
        outcomes=[one.as_json() for one in tried.outcomes],
        surface=surface,
        code=code,
        rescue=tried.rescue[:200],
        requires_python=_text(tried.requires_python),
        needs_compiler=tried.needs_compiler,
        needs_library=tried.needs_library[:120],
        sdk_version=_text(tried.sdk_version)[:40],
        framework=_text(tried.framework)[:40],
        layout=layout_of(snapshot.evidence),
        commit=tried.commit[:64],
        committed_at=tried.committed_at,
    )


def _text(fact: Known[str] | None) -> str:
    return fact.value if fact is not None else ""
