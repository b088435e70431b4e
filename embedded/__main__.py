"""Carry out a command of `dev`, in the environment it has set up."""

import signal
import sys

from embedded.commands import obey
from embedded.failure import Failure, say


def main() -> int:
    """Carry out the command of the command line and return the exit code."""
    # Stopped while it still prepares, it leaves by the same way as after Ctrl-C, which
    # a shell's background job ignores from birth.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        return obey(sys.argv[1], sys.argv[2:])
    except Failure as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        # What a shell answers for a program ended by Ctrl-C.
        return 130


if __name__ == "__main__":
    sys.exit(main())
