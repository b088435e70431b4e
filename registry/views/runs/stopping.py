"""When a release stopped working that nobody released anew, and what had moved by then."""

from dataclasses import dataclass

from registry.differences.packages import Moved, moved
from registry.models import ProbeRun, Snapshot
from registry.tried import Answer


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
    return Stop(
        last_good=good,
        first_bad=bad,
        moved=_moved(good, bad),
        interpreters=bad.interpreters_since(good),
    )


def _moved(good: ProbeRun, bad: ProbeRun) -> list[Moved] | None:
    both = (good.snapshot_id, bad.snapshot_id)
    rows = Snapshot.objects.filter(pk__in=both).values_list("pk", "evidence")
    records = dict(rows)
    return moved(records[good.snapshot_id], records[bad.snapshot_id])
