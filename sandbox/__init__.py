"""Where foreign code runs: nowhere else, and behind walls."""

from sandbox.levels import Assessed, assessed, choose_runtime
from sandbox.limits import Limits
from sandbox.outcome import Ending, Run
from sandbox.running import run
from sandbox.starting import Level

__all__ = [
    "Assessed",
    "Ending",
    "Level",
    "Limits",
    "Run",
    "assessed",
    "choose_runtime",
    "run",
]
