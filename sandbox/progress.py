"""Where a try is, for who follows it while it lasts.

The phases of a try say what they begin, and whoever started the try may look from another
thread what it is at, and what that has printed. Who tries is known by a context variable, so
that no phase is handed anything, and none minds whether anybody looks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event

# Of what a phase has printed: the end, which says where it hangs.
TAIL_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class Word:
    """What a try is at, and the end of what that has printed: foreign bytes."""

    doing: str
    tail: bytes = b""


class Progress:
    """What one try is at; said by the thread that tries, asked by any."""

    def __init__(self) -> None:
        # Set with each new phase; whoever waits for it clears it.
        self.news = Event()
        self._doing = ""
        self._tail: Callable[[], bytes] = bytes

    def word(self) -> Word:
        """Return what it is at now."""
        return Word(self._doing, self._tail()[-TAIL_BYTES:])

    def begin(self, doing: str) -> None:
        """Note what is done from now on; it has printed nothing yet."""
        self._tail, self._doing = bytes, doing
        self.news.set()

    @contextmanager
    def printing(self, tail: Callable[[], bytes]) -> Iterator[None]:
        """Take what is printed from `tail` during the block, and keep its end after it."""
        self._tail = tail
        try:
            yield
        finally:
            last = tail()[-TAIL_BYTES:]
            self._tail = lambda: last


_FOLLOWED: ContextVar[Progress | None] = ContextVar("followed", default=None)


@contextmanager
def followed() -> Iterator[Progress]:
    """Yield what says where this thread's try is, for as long as the block lasts."""
    progress = Progress()
    before = _FOLLOWED.set(progress)
    try:
        yield progress
    finally:
        _FOLLOWED.reset(before)


def begin(doing: str) -> None:
    """Tell who follows this thread's try what is done from now on: "resolving tap-x"."""
    if progress := _FOLLOWED.get():
        progress.begin(doing)


@contextmanager
def printing(tail: Callable[[], bytes]) -> Iterator[None]:
    """Let who follows this thread's try see what a run prints during the block.

    `tail` is called from other threads, and returns at least the end of it.
    """
    progress = _FOLLOWED.get()
    with progress.printing(tail) if progress else nullcontext():
        yield
