"""A time limit for a whole answer, where sockets know one for each read only.

With a limit for each read, a host that sends a byte now and then holds a worker for ever.
The limit is looked after where bytes come in, below TLS's buffers and below everything
that reads lines and chunks. A timer that shuts the socket would need a thread for every
request.
"""

import io
import socket
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, cast

# A socket whose limit is 0 would not wait at all, and say so in another way.
SHORTEST_S = 0.001


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, on the monotonic clock, by which a request with its redirects is over."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline that is so many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left_s(self) -> float:
        """Return the seconds that are left: none or fewer when it has passed."""
        return self.at_s - time.monotonic()

    def share_s(self, parts: int) -> float:
        """Return the seconds for the first of so many that are tried in turn."""
        return max(self.left_s / parts, SHORTEST_S)


class TimedResponse(HTTPResponse):
    """An answer whose status, header and body together keep to its socket's time limit.

    A read beyond it raises TimeoutError.
    """

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        timed = io.BufferedReader(_TimedStream(sock))
        self.fp.close()
        self.fp = cast("io.BufferedReader", timed)


class _TimedStream(io.RawIOBase):
    """What comes from a socket, until as long has passed as one read of it may take."""

    def __init__(self, sock: socket.socket) -> None:
        self._ends = Deadline.after(sock.gettimeout() or SHORTEST_S)
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._ends.left_s
        if left_s <= 0:
            raise TimeoutError("The answer took too long.")
        self._sock.settimeout(left_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
