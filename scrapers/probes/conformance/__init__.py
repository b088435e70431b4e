"""The conformance suite: named checks over a recorded run, each a pure function.

A check never runs anything. `scrapers/conforming` makes the recordings, in the sandbox.
Raising VERSION has every current release run and judged again: verdicts are kept, and
recordings are not.
"""

from scrapers.probes.conformance import (
    cli,
    configs,
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

VERSION = 3
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
    *targets.CHECKS,
    *keeping.CHECKS,
    *loading.CHECKS,
)


def judge(recording: Recording) -> Report:
    """Return what every check for this kind of connector says of a recording."""
    meant = [c for c in CHECKS if c.kind in (None, recording.kind)]
    return Report(tuple(Judged(check, check.judge(recording)) for check in meant))
