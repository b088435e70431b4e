"""What was seen when a connector ran: the evidence that every check judges.

A recording holds no process and no file, so that a verdict can be reached again, anywhere
and later, from what is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scrapers.probes.conformance.messages import texts_in


class Kind(StrEnum):
    """The two ends of a Singer pipe."""

    TAP = "tap"
    TARGET = "target"


class Ending(StrEnum):
    """How a run came to its end; all but the first two are a limit of the harness."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed-out"
    TOO_MUCH_OUTPUT = "too-much-output"
    # The driver ended it on purpose, where a check asks what survives that.
    KILLED = "killed"
    # The run was planned, and nothing was heard of it: its sandbox ended before it.
    LOST = "lost"


LIMITS = {
    Ending.TIMED_OUT: "it was stopped by the time limit",
    Ending.TOO_MUCH_OUTPUT: "it was stopped by the limit on output",
    Ending.LOST: "its sandbox ended before it came to an end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that a target wrote, as one file or table holds them, in no special order."""

    name: str
    format: str
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a run left on disk.

    `files` and `escaped` are paths within and outside the folder it was told to write to;
    `leaks` are files with a secret in their name or content. `unread` says why what it
    wrote could not be read back: then nothing is known of its rows.
    """

    files: tuple[str, ...] = ()
    escaped: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """One process: what it was given, and what came of it.

    `config` is the text it was given, `stdin` the id of the fixture it read. `exit_code`
    is None where a signal or a limit ended it.
    """

    name: str
    args: tuple[str, ...] = ()
    config: str = ""
    stdin: str = ""
    ending: Ending = Ending.EXITED
    exit_code: int | None = 0
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    seconds: float = 0.0
    output: Output = field(default_factory=Output)

    @property
    def is_ok(self) -> bool:
        """Say whether it exited with 0."""
        return self.ending is Ending.EXITED and self.exit_code == 0

    @property
    def limit(self) -> str:
        """Return which limit of the harness stopped it, or nothing."""
        return LIMITS.get(self.ending, "")

    @property
    def ended(self) -> str:
        """Return its ending in words."""
        if self.ending is Ending.SIGNALLED:
            return f"it died of signal {self.signal}"
        return self.limit or f"it exited with {self.exit_code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """All runs of one connector by name, and why planned ones are missing.

    `about` is what `--about` says, `static` what was read in its code as a probe's record has
    it: settings and framework. `secrets` are values that must not come out anywhere.
    A config that `is_synthetic` was made up from declared settings: nothing real answers
    to it. `catalog` is the one that the sync runs were given, and `state` what the resumed
    run began from.
    """

    kind: Kind
    runs: Mapping[str, RecordedRun] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] | None = None
    static: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    is_synthetic: bool = False
    catalog: Mapping[str, Any] | None = None
    state: Mapping[str, Any] | None = None

    @property
    def capabilities(self) -> frozenset[str]:
        """Return the capabilities that the connector declares."""
        return frozenset(texts_in((self.about or {}).get("capabilities")))

    @property
    def works(self) -> bool:
        """Say whether it was seen to do anything at all: one run exited with 0."""
        return any(run.is_ok for run in self.runs.values())

    def succeeded(self, name: str) -> RecordedRun | None:
        """Return a run that exited with 0, or None where it did not or was not made."""
        run = self.runs.get(name)
        return run if run is not None and run.is_ok else None

    def named(self, prefix: str) -> tuple[RecordedRun, ...]:
        """Return the runs whose names begin so, in the order they were made."""
        return tuple(run for name, run in self.runs.items() if name.startswith(prefix))
