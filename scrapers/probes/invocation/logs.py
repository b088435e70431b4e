"""Which parts of what a step printed tell how it ended, the most telling first.

A program may handle ten errors before one ends it, and their tracebacks look the same. What
ended it is the last line of the last traceback; then what that one was raised upon; then
what was printed last. What an installer's log says of a failed build may stand anywhere.
"""

import re
from collections.abc import Iterator

from scrapers.probes.invocation.record import Step
from scrapers.probes.invocation.rules import INSTALLING

# What a log says last is what ended it; a catalog may precede it on stdout.
LOG_LIMIT = 20_000
TAIL_LIMIT = 600
# An error that was raised upon so many others has told its cause in one of them.
CHAIN_LIMIT = 10
TRACEBACK = re.compile(r"\bTraceback(?: \(most recent call last\)|$)", re.MULTILINE)
HANDLED = "During handling of the above exception, another exception occurred:"
LINKS = (
    HANDLED,
    "The above exception was the direct cause of the following exception:",
)
# What these print on stdout is an answer, and its texts are somebody's data.
ANSWERING = frozenset({"about", "discover", "discover-config", "sync"})
ANSI = re.compile(r"\x1b\[[0-9;]{0,20}m")
FRAME = re.compile(r'^\s+File "[^\n]{0,1000}$', re.MULTILINE)
# Frames, and what some libraries draw around them.
WITHIN = (" ", "\t", "|", "+", "│", "╭", "╰", ":")


def log_of(step: Step) -> str:
    """Return the end of what it printed, errors first, without colours."""
    printed = [step.stderr[-LOG_LIMIT:]]
    if step.name not in ANSWERING:
        printed.append(step.stdout[-LOG_LIMIT:])
    return ANSI.sub("", "\n".join(printed))


def ends_of(step: Step) -> Iterator[str]:
    """Yield the parts of a log that tell what ended the step, none for what told nothing."""
    if step.name in INSTALLING:
        yield _unhandled(log_of(step))
        return
    log = ANSI.sub("", step.stderr[-LOG_LIMIT:])
    _, *blocks = TRACEBACK.split(log)
    after = _error(blocks[-1]) if blocks else log
    if not blocks or len(after) > TAIL_LIMIT:
        # An error that was told long before the end was handled.
        yield log[-TAIL_LIMIT:]
    for block in _chain(blocks):
        yield from _condensed(block)
    yield from blocks[-1:]


def has_traceback(step: Step) -> bool:
    """Say whether a call told by a traceback what ended it."""
    is_call = step.name not in INSTALLING
    return is_call and TRACEBACK.search(step.stderr[-LOG_LIMIT:]) is not None


def _chain(blocks: list[str]) -> Iterator[str]:
    """Yield the last traceback and those upon which it was raised, the last first."""
    for at in range(len(blocks) - 1, max(-1, len(blocks) - 1 - CHAIN_LIMIT), -1):
        yield blocks[at]
        if not blocks[at - 1].rstrip().endswith(LINKS):
            return


def _condensed(block: str) -> Iterator[str]:
    """Yield the error of a traceback: its first line, then all that it says."""
    error = _error(block)
    frames = FRAME.findall(block.removesuffix(error))
    place = f"{frames[-1].strip()}\n" if frames else ""
    first, _, more = error.partition("\n")
    yield place + first
    if more.strip():
        yield place + error


def _error(block: str) -> str:
    """Return a traceback from the line on which its error is named."""
    lines = block.splitlines(keepends=True)
    at = 0
    while at < len(lines) and (lines[at].startswith(WITHIN) or not lines[at].strip()):
        at += 1
    said = "".join(lines[at:])
    for link in LINKS:
        said = said.partition(link)[0]
    return said


def _unhandled(log: str) -> str:
    """Return a log without the tracebacks of errors upon which others were raised."""
    *before, last = log.split(HANDLED)
    return "".join([*map(_without_last, before), last])


def _without_last(log: str) -> str:
    """Return what a log says before its last traceback; nothing where it has none."""
    found = [match.start() for match in TRACEBACK.finditer(log)]
    return log[: found[-1]] if found else ""
