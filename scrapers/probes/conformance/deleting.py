"""What a target does with rows that are no more: older versions, and records marked as deleted.

It is no part of the specification, and asked only of those that declare to do it. How is a
matter of their configs: `hard_delete`, and the columns that `add_record_metadata` adds.
"""

from collections.abc import Collection

from scrapers.probes.conformance import feeding, spec
from scrapers.probes.conformance.check import (
    Level,
    Result,
    Verdict,
    checks_of,
    declare,
    ended_badly,
    failed,
    not_applicable,
    passed,
    skipped,
)
from scrapers.probes.conformance.fixtures import Fixture
from scrapers.probes.conformance.loading import unread_reason
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.written import Row, column, is_same, rows_of

SHOULD, TARGET = Level.SHOULD, Kind.TARGET
VERSION, HARD, SOFT = "activate-version", "hard-delete", "soft-delete"
GONE, MARKED = "They are gone.", "They are there, and marked."


@declare(
    "G14",
    level=SHOULD,
    spec=spec.ACTIVATE_VERSION,
    remedy="Write what is held back, then delete or mark the rows of older versions.",
    kind=TARGET,
    needs=("G14",),
)
def old_versions_are_gone_or_marked(recording: Recording) -> Verdict:
    """Rows of an older version are gone or marked when a newer one is activated."""
    return _declared(recording, VERSION) or _of_old(recording, "G14")


@declare(
    "G15",
    level=SHOULD,
    spec=spec.ACTIVATE_VERSION,
    remedy="With hard_delete, delete the rows of all older versions.",
    kind=TARGET,
    needs=("G15",),
)
def old_versions_are_deleted(recording: Recording) -> Verdict:
    """With hard_delete, rows of an older version are gone."""
    return _declared(recording, HARD) or _of_old(recording, "G15", wanted=GONE)


@declare(
    "G16",
    level=SHOULD,
    spec=spec.ACTIVATE_VERSION,
    remedy="Without hard_delete, keep the rows of older versions, and say when they went.",
    kind=TARGET,
    needs=("G14",),
)
def old_versions_are_marked(recording: Recording) -> Verdict:
    """Without hard_delete, rows of an older version are kept with _sdc_deleted_at."""
    return _declared(recording, SOFT) or _of_old(recording, "G14", wanted=MARKED)


@declare(
    "G17",
    level=SHOULD,
    spec=spec.RECORD_METADATA,
    remedy="Delete the row of such a record, or keep the moment with it.",
    kind=TARGET,
    needs=("G17",),
)
def deleted_records_are_gone_or_marked(recording: Recording) -> Verdict:
    """A record with _sdc_deleted_at is gone or marked."""
    if not {HARD, SOFT} & recording.capabilities:
        return not_applicable(f"It declares neither {HARD} nor {SOFT}.")
    return what_became_of(recording, "G17", feeding.DELETED, {str(feeding.BO["name"])})


def _declared(recording: Recording, word: str) -> Verdict | None:
    """Return that there is nothing to judge, or None where it declares the capability."""
    if word in recording.capabilities:
        return None
    return not_applicable(f"It does not declare the capability {word}.")


def _of_old(recording: Recording, name: str, *, wanted: str = "") -> Verdict:
    said = what_became_of(recording, name, feeding.VERSIONED, feeding.OLD_NAMES)
    is_other = said.result is Result.PASS and wanted not in ("", said.detail)
    return failed(said.detail) if is_other else said


def what_became_of(
    recording: Recording, name: str, fixture: Fixture, gone: Collection[str]
) -> Verdict:
    """Return whether rows with these names are gone or marked, and all others there."""
    run = recording.runs[name]
    if not run.is_ok:
        return ended_badly(run)
    if reason := unread_reason(run, recording):
        return skipped(reason)
    rows = rows_of(run.output, "orders", alone=True)
    by_name = {str(column(row, "name")): row for row in rows}
    kept = {row["name"] for row in fixture.rows["orders"]} - set(gone)
    lost = sorted(one for one in kept if one not in by_name or is_marked(by_name[one]))
    if lost:
        return failed(f"Rows that should be there are not: {', '.join(lost)}.")
    dead = [by_name[one] for one in gone if one in by_name]
    if live := sorted(str(column(r, "name")) for r in dead if not is_marked(r)):
        return failed(f"Rows that should be gone are there: {', '.join(live)}.")
    return passed(MARKED if dead else GONE)


def is_marked(row: Row) -> bool:
    """Say whether a row has a moment at which it was deleted."""
    return not is_same(None, column(row, feeding.DELETED_AT))


CHECKS = checks_of(globals())
