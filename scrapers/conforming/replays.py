"""Messages of many taps for one target, made up apart: schemas of strangers may double."""

import signal
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from scrapers.apart import Overrun, apart
from scrapers.probes.conformance.replaying import Replayed, replayed

# Fifty streams take a tenth of a second.
TAP_S = 3
# Twenty taps at their limit, and the imports.
CPU_S = 70
MESSAGES_BYTES = 1 << 20
# What schemas that are none lead to.
UNFIT = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError,
    MemoryError,
)  # fmt: skip


class TookTooLong(Exception):
    """One tap's schemas have had their time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A tap's messages, or in `problem` why there are none."""

    said: Replayed | None = None
    problem: str = ""


def replays(taps: Sequence[Mapping[str, Any]]) -> list[Replay]:
    """Return what each tap's streams come to, in their order."""
    try:
        told = apart(made, [tap["streams"] for tap in taps], cpu_s=CPU_S)
    except Overrun:
        return [Replay(problem="Its schemas could not be read in time.") for _ in taps]
    return [_read(one) for one in told]


def made(taps: Sequence[list[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the messages for the streams of each tap, as JSON. See `replays`."""
    return [_one(streams) for streams in taps]


def _one(streams: list[Mapping[str, Any]]) -> dict[str, Any]:
    try:
        with _within(TAP_S):
            said = replayed(streams)
    except TookTooLong:
        return {"problem": "Making up records from its schemas took too long."}
    except UNFIT as error:
        what = type(error).__name__
        return {"problem": f"No records can be made up from its schemas: {what}."}
    if len(said.messages) > MESSAGES_BYTES:
        return {"problem": "Records made up from its schemas would be too long."}
    return {**asdict(said), "messages": b64encode(said.messages).decode()}


def _read(told: dict[str, Any]) -> Replay:
    if "problem" in told:
        return Replay(problem=told["problem"])
    return Replay(said=Replayed(**{**told, "messages": b64decode(told["messages"])}))


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise TookTooLong after seconds of this process, whose main thread alone may ask."""

    def stop(*_: object) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
