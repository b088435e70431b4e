"""What can go wrong for reasons the person at the keyboard can do something about."""

import sys


class Failure(Exception):  # it reads as what it is: `raise Failure("…")`
    """A sentence for the person who ran the command, shown without a traceback."""


def say(sentence: str) -> None:
    """Print one line about what is happening, out of the way of a command's output."""
    print(f"dev: {sentence}", file=sys.stderr, flush=True)
