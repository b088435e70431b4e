"""Where foreign code runs: nowhere else, and behind walls."""

from sandbox.levels import Assessed, assessed, choose_levels, choose_runtime
from sandbox.limits import Limits
from sandbox.outcome import Ending, Run
from sandbox.places import Places
from sandbox.running import places_of, places_of_a_run, run
from sandbox.starting import Level

__all__ = [
    "Assessed",
    "Ending",
    "Level",
    "Limits",
    "Places",
    "Run",
    "assessed",
    "choose_levels",
    "choose_runtime",
    "places_of",
    "places_of_a_run",
    "run",
]
