"""What is said of a target that was given records of taps: the contract with the sandbox."""

from enum import StrEnum

# Of how records are made up for targets, and of how what came of it is judged. Raising it has
# every pair of a tap and a target loaded again.
LAYOUT = 3


class Blocked(StrEnum):
    """Why nothing can be said of a target, whatever it is given."""

    NOT_INSTALLED = "not-installed"
    SIMPLEST = "simplest"
