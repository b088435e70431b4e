"""When a release stopped working that nobody released anew, and what had moved by then."""

from dataclasses import dataclass
from typing import Any

from registry.models import ProbeRun, Snapshot
from registry.tried import Answer
from registry.views.runs.locks import Moved, moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The last run of a release that started, and the first after it that failed.

    `moved` are the packages that the two installed differently; None where either came to
    no lock. `interpreters` are both where they differ.
    """

    last_good: ProbeRun
    first_bad: ProbeRun
    moved: list[Moved] | None
    interpreters: tuple[str, str] | None


def stop_of(run: ProbeRun) -> Stop | None:
    """Return when the release stopped to start on this Python; None unless this run fails.

    None, too, where it was never seen to start. Three queries at most: runs without what
    they showed, and of two snapshots what was installed.
    """
    if run.starts != Answer.NO:
        return None
    same = (
        ProbeRun.objects.filter(
            source=run.source_id, version=run.version, python=run.python
        )
        .defer("surface", "code", "outcomes")
        .order_by("snapshot_id")
    )
    good = same.filter(snapshot__lt=run.snapshot_id, starts=Answer.YES).last()
    if good is None:
        return None
    bad = same.filter(snapshot__gt=good.snapshot_id, starts=Answer.NO).first()
    if bad is None:
        return None
    pair = (good.interpreter, bad.interpreter)
    return Stop(
        last_good=good,
        first_bad=bad,
        moved=_moved(good, bad),
        interpreters=pair if all(pair) and pair[0] != pair[1] else None,
    )


def packages_in(record: object) -> list[dict[str, Any]]:
    """Return the packages of a run's record, whatever a sandbox sent as such."""
    listed = record.get("packages") if isinstance(record, dict) else None
    rows = listed if isinstance(listed, list) else []
    return [one for one in rows if isinstance(one, dict)]


def _moved(good: ProbeRun, bad: ProbeRun) -> list[Moved] | None:
    both = (good.snapshot_id, bad.snapshot_id)
    rows = Snapshot.objects.filter(pk__in=both).values_list("pk", "evidence")
    packages = {pk: packages_in(record) for pk, record in rows}
    before, after = (packages[pk] for pk in both)
    return moved(before, after) if before and after else None
