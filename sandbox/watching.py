"""Reading what a run says until it ends or has to be ended.

`subprocess.communicate` keeps all that is said, and waits for everyone who holds the pipe:
a grandchild that holds it makes a time limit worth nothing. Here, what is kept has a limit,
and the end of the process that was started is the end.
"""

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.limits import Limits
from sandbox.outcome import Ending

CHUNK_BYTES = 1 << 16
# Between two looks at what the processes take, where looking is needed.
LOOK_S = 0.1
# For what is still in the pipes when everyone who could write to them is dead.
REST_S = 0.5


@dataclass(slots=True)
class Stream:
    """One pipe: what was kept of it, and how much came."""

    limit: int
    kept: bytearray = field(default_factory=bytearray)
    seen: int = 0

    def tail(self, most: int) -> bytes:
        """Return the end of what was kept, also while more of it comes."""
        return bytes(self.kept[-most:])

    def take(self, chunk: bytes) -> None:
        """Keep what there is room for."""
        self.kept += chunk[: max(0, self.limit - self.seen)]
        self.seen += len(chunk)


class Watch:
    """The pipes of a process, and its end."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        *,
        said: bytes,
        limits: Limits,
        look: Callable[[], Ending | None] | None,
    ) -> None:
        """Watch a process that reads `said`; `look` may find a reason to end it."""
        if not (process.stdin and process.stdout and process.stderr):
            raise ValueError("a process is watched by its pipes")
        self.stdout, self.stderr = Stream(limits.of_stdout), Stream(limits.of_stderr)
        self._said = memoryview(said)
        self._input = process.stdin
        self._stdin = process.stdin.fileno()
        self._look, self._next_look = look, 0.0
        self._ended = False
        self._pid_file = os.pidfd_open(process.pid)
        self._open = selectors.DefaultSelector()
        self._open.register(self._pid_file, selectors.EVENT_READ)
        self._open.register(self._stdin, selectors.EVENT_WRITE)
        for pipe, stream in (
            (process.stdout, self.stdout),
            (process.stderr, self.stderr),
        ):
            self._open.register(pipe.fileno(), selectors.EVENT_READ, stream)
            os.set_blocking(pipe.fileno(), False)
        os.set_blocking(self._stdin, False)

    def until(self, deadline: float) -> Ending | None:
        """Return why the process has to be ended, or None when it ended by itself.

        `deadline` is in seconds of the monotonic clock.
        """
        while not self._ended:
            now = time.monotonic()
            if now >= deadline:
                return Ending.TIMED_OUT
            self._turn(min(deadline - now, LOOK_S if self._look else deadline))
            if over := self._over():
                return over
        return None

    def rest(self) -> Ending | None:
        """Read what is left in the pipes once the processes are dead."""
        self._forget(self._pid_file)
        self._forget(self._stdin)
        deadline = time.monotonic() + REST_S
        while self._open.get_map() and (left := deadline - time.monotonic()) > 0:
            self._turn(left)
            if over := self._too_much():
                return over
        return None

    def close(self) -> None:
        """Let go of what watching needed; the process keeps its pipes."""
        self._open.close()
        os.close(self._pid_file)

    def _turn(self, wait_s: float) -> None:
        for key, _ in self._open.select(wait_s):
            if key.fd == self._pid_file:
                self._ended = True
            elif key.fd == self._stdin:
                self._say()
            else:
                self._read(key.fd, key.data)

    def _say(self) -> None:
        try:
            self._said = self._said[os.write(self._stdin, self._said[:CHUNK_BYTES]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._said = self._said[:0]
        if not self._said:
            self._forget(self._stdin)
            self._input.close()

    def _read(self, pipe: int, stream: Stream) -> None:
        try:
            chunk = os.read(pipe, CHUNK_BYTES)
        except BlockingIOError:
            return
        stream.take(chunk)
        if not chunk:
            self._forget(pipe)

    def _over(self) -> Ending | None:
        if over := self._too_much():
            return over
        now = time.monotonic()
        if self._look is None or now < self._next_look:
            return None
        self._next_look = now + LOOK_S
        return self._look()

    def _too_much(self) -> Ending | None:
        streams = (self.stdout, self.stderr)
        return Ending.OUTPUT if any(s.seen > s.limit for s in streams) else None

    def _forget(self, file: int) -> None:
        with contextlib.suppress(KeyError):
            self._open.unregister(file)
