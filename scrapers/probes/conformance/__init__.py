"""The conformance suite: named checks over a recorded run, each a pure function.

A check never runs anything. `scrapers/conforming` makes the recordings, in the sandbox.
Raising VERSION has every current release judged again by what is kept of its last run; what
`scrapers.conforming.plan` has changed since is run again.
"""

from scrapers.probes.conformance import (
    batches,
    cli,
    configs,
    deleting,
    discovery,
    keeping,
    loading,
    metadata,
    records,
    resuming,
    selection,
    states,
    sync,
    targets,
)
from scrapers.probes.conformance.check import Check, Judged, Report
from scrapers.probes.conformance.recording import Recording

VERSION = 5
CHECKS: tuple[Check, ...] = (
    *cli.CHECKS,
    *configs.CHECKS,
    *discovery.CHECKS,
    *metadata.CHECKS,
    *sync.CHECKS,
    *records.CHECKS,
    *states.CHECKS,
    *resuming.CHECKS,
    *selection.CHECKS,
    *batches.CHECKS,
    *targets.CHECKS,
    *deleting.CHECKS,
    *keeping.CHECKS,
    *loading.CHECKS,
)


def judge(recording: Recording) -> Report:
    """Return what every check for this kind of connector says of a recording."""
    meant = [c for c in CHECKS if c.kind in (None, recording.kind)]
    return Report(tuple(Judged(check, check.judge(recording)) for check in meant))
