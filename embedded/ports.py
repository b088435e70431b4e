"""The port Songbook answers on."""

import contextlib
import errno
import socket
from collections.abc import Iterator

from embedded.failure import Failure, say

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8000
# How many ports after the default one are tried, when none is asked for.
PORTS_TRIED = 100


def chosen_port(said: str) -> int | None:
    """Return the port the person asks for, if any. Raises Failure for what is none."""
    said = said.strip()
    if not said:
        return None
    if not said.isdecimal() or not 0 < int(said) < 65536:
        raise Failure(f"SONGBOOK_PORT is {said!r}; it must be a number from 1 to 65535")
    return int(said)


@contextlib.contextmanager
def claimed_port(chosen: int | None) -> Iterator[socket.socket]:
    """Hold the port, this one or the first free one, until the web server is started.

    Raises Failure if it cannot be had.
    """
    first = DEFAULT_PORT if chosen is None else chosen
    for port in [first] if chosen else range(first, first + PORTS_TRIED):
        with contextlib.closing(socket.socket()) as claim:
            # What earlier connections left in the kernel is no reason to refuse.
            claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                claim.bind((ADDRESS, port))
                # Only one can listen: two that start at once get two ports.
                claim.listen()
            except OSError as error:
                if error.errno == errno.EADDRINUSE and not chosen:
                    continue
                raise Failure(refusal(port, error)) from error
            if chosen is None and port != DEFAULT_PORT:
                say(f"port {DEFAULT_PORT} is taken, so Songbook will be at port {port}")
            yield claim
            return
    raise Failure(f"no port from {first} on is free; set SONGBOOK_PORT")


def refusal(port: int, error: OSError) -> str:
    """Return the sentence for a port that cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program; set SONGBOOK_PORT to another"
    return f"port {port} cannot be had ({error.strerror}); set SONGBOOK_PORT to another"
