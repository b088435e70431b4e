"""Where foreign code runs: nowhere else, and behind walls."""

from sandbox.levels import Assessed, assessed
from sandbox.limits import Limits
from sandbox.outcome import Ending, Run
from sandbox.running import run
from sandbox.starting import Level

__all__ = ["Assessed", "Ending", "Level", "Limits", "Run", "assessed", "run"]
