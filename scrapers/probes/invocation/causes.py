"""Why a step failed, told from how it ended and what it printed. Pure.

A limit, a missing key or a missing network is no fault of a connector: such a cause leaves
the question unknown. A log that no rule knows is kept as its last line.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import Version

from registry.tried import Answer, Cause
from scrapers.probes.invocation.json_texts import text_of
from scrapers.probes.invocation.record import EXIT, SIGNAL, Step
from scrapers.probes.invocation.rules import INSTALLING, RULES, Rule

# What a log says last is what ended it; a catalog may precede it on stdout.
LOG_LIMIT = 20_000
LINE_LIMIT = 300
# The error that ended it, and not one that was handled before.
TAIL_LIMIT = 600
PLAIN = frozenset({"import", "help", "version", "about"})
# What may be needed to list streams, and for nothing less.
NEEDS = frozenset({"config", "credentials", "network"})
# What an installer says after each failed build.
SAYING_NOTHING = ("hint:", "cause:", "error: Failed to build")
BUILT = re.compile(r"Failed to build [`'](?P<package>[^`'\n]{1,200})[`']")
ANSI = re.compile(r"\x1b\[[0-9;]{0,20}m")
SIGNALS: Mapping[int, str] = {
    4: "an illegal instruction", 6: "an abort", 7: "a bus error",
    8: "a floating point error", 9: "a kill", 11: "a segmentation fault",
    15: "a request to end",
}  # fmt: skip
# Somebody else ended it, which may be whoever tried it.
FROM_OUTSIDE = frozenset({9, 15})
# A shell's way to say that its child was ended by a signal.
SHELL_SIGNAL = 128
LIMITS: Mapping[str, tuple[str, str]] = {
    "timed-out": ("timed-out", "It had not ended when its time was over."),
    "memory": ("memory", "It needs more memory than it was given."),
    "output": ("output", "It printed more than is read."),
    "processes": ("processes", "It started more processes than it may."),
    "refused": ("refused", "It was not run: the sandbox refused it."),
}


def cause_of(step: Step, *, python: str = "") -> Cause | None:
    """Return why a step failed; None where it did not.

    `python` is the minor it was tried on ("3.12"): with it a demand for another one is told
    as too new or too old.
    """
    if step.is_ok:
        return None
    if step.ending in LIMITS:
        code, message = LIMITS[step.ending]
        return Cause(code=code, message=message)
    log = _log(step)
    signal = _signal(step)
    # What ends an installation is said long before its end.
    end = "" if step.name in INSTALLING else step.stderr[-TAIL_LIMIT:]
    told = _told(step, end, python) or _told(step, log, python)
    if told is None or (signal and told.answer is Answer.NO):
        told = _crash(signal) if signal else _unknown(step)
    if _is_plain(step) and told.code in NEEDS:
        told = replace(told, answer=Answer.NO)
    return _of_package(told, step, log)


def _log(step: Step) -> str:
    """Return the end of what it printed, errors first, without colours."""
    printed = (step.stderr[-LOG_LIMIT:], step.stdout[-LOG_LIMIT:])
    return ANSI.sub("", "\n".join(printed))


def _signal(step: Step) -> int:
    """Return the number of the signal that ended it, 0 for none."""
    if step.ending == SIGNAL:
        return step.signal or -1
    code = step.exit_code or 0
    number = -code if code < 0 else code - SHELL_SIGNAL
    return number if number in SIGNALS else 0


def _told(step: Step, log: str, python: str) -> Cause | None:
    """Return what the first fitting rule says."""
    for rule in RULES:
        if rule.steps and step.name not in rule.steps:
            continue
        if match := rule.pattern.search(log):
            return _cause(rule, match.groupdict(), python)
    return None


def _cause(rule: Rule, groups: Mapping[str, str | None], python: str) -> Cause:
    said = {key: " ".join(text_of(value).split()) for key, value in groups.items()}
    said = {key: value.rstrip(".,;") for key, value in said.items()}
    code = rule.code
    if code == "requires-python":
        code = _too(said.get("what", ""), python) or code
    return Cause(
        code=code,
        message=rule.message.format(**said),
        remedy=rule.remedy.format(**said),
        answer=rule.answer,
    )


def _too(demand: str, python: str) -> str:
    """Return whether a Python is too old or too new for a demand, "" for neither."""
    try:
        version, parts = Version(python), SpecifierSet(demand)
    except ValueError:
        return ""
    failed = [part for part in parts if not part.contains(version)]
    if any(_is_floor(part) for part in failed):
        return "python-too-old"
    return "python-too-new" if failed else ""


def _is_floor(part: Specifier) -> bool:
    return part.operator in {">=", ">"}


def _crash(signal: int) -> Cause:
    name = SIGNALS.get(signal, "a signal")
    answer = Answer.UNKNOWN if signal in FROM_OUTSIDE else Answer.NO
    number = f" ({signal})" if signal > 0 else ""
    return Cause(
        code="crashed",
        message=f"It was ended by {name}{number}.",
        remedy="Look for the library that crashes: Python itself rarely does.",
        answer=answer,
    )


def _unknown(step: Step) -> Cause:
    """Return the last line of the log: a reader may know what no rule does."""
    log = ANSI.sub("", step.stderr.strip() or step.stdout.strip())[-LOG_LIMIT:]
    lines = [line.strip() for line in log.splitlines()]
    telling = [line for line in lines if line and not line.startswith(SAYING_NOTHING)]
    last = text_of(telling[-1], LINE_LIMIT) if telling else ""
    was_run = step.ending == EXIT
    message = f"It ended with {step.exit_code}" if was_run else "It did not end well"
    return Cause(
        code="unknown",
        message=f"{message}: {last}" if last else f"{message}, and said nothing.",
        answer=Answer.NO if _is_plain(step) else Answer.UNKNOWN,
    )


def _of_package(cause: Cause, step: Step, log: str) -> Cause:
    """Return a cause that says which package it was that could not be built."""
    match = BUILT.search(log) if step.name in INSTALLING else None
    if match is None:
        return cause
    package = text_of(match["package"].rpartition("/")[2])
    for suffix in (".tar.gz", ".zip"):
        package = package.removesuffix(suffix)
    return replace(cause, message=f"{package}: {cause.message}")


def _is_plain(step: Step) -> bool:
    """Say whether it was asked what every connector can answer without anything.

    Asked for its streams it may well need what it was not given; to install, the machine
    may lack something that no rule knows.
    """
    return step.ending == EXIT and step.name in PLAIN
