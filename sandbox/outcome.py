"""What came of one run."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """Why a run ended."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed-out"
    OUTPUT = "output"
    MEMORY = "memory"
    PROCESSES = "processes"
    # It was never started; `stderr` has the sentence that says why.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A command that ran to its end, or was brought to it.

    All of it was written by foreign code: bytes, not to be trusted in any way. `exit_code`
    is set for a command that exited by itself, `signal` for one that a signal ended.
    `stdout_bytes` and `stderr_bytes` are what came, of which `stdout` and `stderr` are what
    was kept. `peak_bytes` is memory of all processes where it can be known.
    """

    command: tuple[str, ...]
    ending: Ending
    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    stdout_bytes: int
    stderr_bytes: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
