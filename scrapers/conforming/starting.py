"""A release as its users get it; with what it lacks only where it would not start else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any

from sandbox.trying import MISSING, RESCUE
from scrapers.conforming.cases import REFUSAL_S, Case
from scrapers.conforming.driving import CantRun, Connector, drive
from scrapers.conforming.installing import Installed, installed

# The calls that every connector answers; all of them load it.
STARTS = tuple(
    Case(name=" ".join(args), args=args, seconds=REFUSAL_S)
    for args in (("--help",), ("--about", "--format=json"), ("--discover",))
)


@contextmanager
def started(spec: str, **how: Any) -> Iterator[Installed]:
    """Yield a release as `installed` does, which takes the same, without a rescue if it can.

    With one where it lacks what that brings and starts with it; `rescue` then says so.
    """
    make = partial(installed, spec, **how)
    with ExitStack() as held:
        plain = held.enter_context(make())
        yield _rescued(plain.connector, make, held) or plain


def _rescued(
    plain: Connector,
    make: Callable[..., AbstractContextManager[Installed]],
    held: ExitStack,
) -> Installed | None:
    """Return the release with a rescue, or None where it needs none or that is no help."""
    if not _lacks(plain):
        return None
    try:
        more = held.enter_context(make(rescue=RESCUE))
    except CantRun:
        return None
    return None if _lacks(more.connector) else more


def _lacks(connector: Connector) -> bool:
    runs = drive(connector, STARTS).values()
    return any(MISSING.search(run.stderr) for run in runs)
