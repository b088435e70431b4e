"""Keep releases: once seen, what a version contains never changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from packaging.version import InvalidVersion, Version

from registry.catalog.installing import HEAD
from registry.facts import ReleaseFacts, VariantFacts
from registry.models import Event, Release, Variant
from registry.models.bulk import BATCH, save_all
from registry.vocabulary import EventVerb

# Of more than that at once a feed would show nothing else.
TOLD_AT_ONCE = 5
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def keep_releases(
    said: Sequence[tuple[Variant, VariantFacts]], *, now: datetime
) -> tuple[set[int], list[Event]]:
    """Write releases that are new or whose yank moved; return the plugins of which it is news.

    A version that a source shows with other content than before keeps what it was first
    seen with: that it moved is told by an event (returned, unsaved), once per content.
    """
    telling = [(variant, facts) for variant, facts in said if facts.releases]
    rows: dict[int, dict[str, Release]] = defaultdict(dict)
    for row in Release.objects.filter(variant__in={v.pk for v, _ in telling}):
        rows[row.variant_id][row.version] = row
    new, changed, touched, events = [], [], set(), []
    for variant, facts in telling:
        events += _released(variant, facts.releases, rows[variant.pk], now=now)
        for release in facts.releases:
            known = rows[variant.pk].get(release.version)
            if known is None:
                new.append(_release(variant, release))
                touched.add(variant.plugin_id)
                continue
            moved = _moved(known, release).items() - known.moved.items()
            if moved:
                events.append(_retagged(variant, release, dict(moved), now=now))
            if _take(known, release):
                changed.append(known)
                touched.add(variant.plugin_id)
    Release.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    save_all(changed, ["yanked", "license", "artifacts", "moved"])
    return touched, events


def _released(
    variant: Variant,
    said: Sequence[ReleaseFacts],
    known: Mapping[str, Release],
    *,
    now: datetime,
) -> list[Event]:
    """Return an event for each release that came since the last look, the oldest first.

    What a source has when it is first read is its history and no news, and so is a version
    that is older than all that were known: an index or a repository may show more of it later.
    What a branch holds is no release that came.
    """
    if not known:
        return []
    # A branch may be ahead of the release that is tagged on it next.
    numbered = [row for row in known.values() if row.is_numbered]
    last = max(map(_age, numbered or known.values()))
    newer = {
        one.version: one
        for one in said
        if one.version not in known and one.version != HEAD and not one.yanked
    }
    news = sorted((one for one in newer.values() if _age(one) > last), key=_age)
    verb = EventVerb.RELEASED
    return [
        Event(at=now, verb=verb, plugin=variant.plugin, variant=variant,
              data={"version": one.version})
        for one in news[-TOLD_AT_ONCE:]
    ]  # fmt: skip


def _age(release: Release | ReleaseFacts) -> tuple[datetime, Version]:
    """Order releases by when they came, and by version where that is not known."""
    try:
        version = Version(release.version)
    except InvalidVersion:
        version = Version("0")
    return release.released_at or LONG_AGO, version


def _release(variant: Variant, facts: ReleaseFacts) -> Release:
    return Release(
        variant=variant,
        version=facts.version,
        released_at=facts.released_at,
        yanked=facts.yanked,
        requires_python=facts.requires_python,
        license=facts.license,
        artifacts=dict(facts.artifacts),
    )


def _take(row: Release, facts: ReleaseFacts) -> bool:
    """Let `row` say what `facts` add to it, and return whether that is anything.

    Files are only added to a version. One that differs from what was seen first is noted
    in `moved` and taken no further.
    """
    artifacts = {**facts.artifacts, **row.artifacts}
    licence = row.license or facts.license
    moved = {**row.moved, **_moved(row, facts)}
    news = (facts.yanked, licence, artifacts, moved)
    if news == (row.yanked, row.license, row.artifacts, row.moved):
        return False
    row.yanked, row.license, row.artifacts, row.moved = news
    return True


def _moved(row: Release, facts: ReleaseFacts) -> dict[str, str]:
    """Return the files (or the commit) that are not as they were first seen."""
    return {
        name: digest
        for name, digest in facts.artifacts.items()
        if digest and row.artifacts.get(name, digest) not in {"", digest}
    }


def _retagged(
    variant: Variant, facts: ReleaseFacts, moved: dict[str, str], *, now: datetime
) -> Event:
    data = {"version": facts.version, "now": moved}
    verb = EventVerb.RETAGGED
    return Event(at=now, verb=verb, plugin=variant.plugin, variant=variant, data=data)
