"""Why a step failed, told from how it ended and what it printed. Pure.

A limit, a missing key or a missing network is no fault of a connector: such a cause leaves
the question unknown. A log that no rule knows is kept as its last line.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import Version

from registry.tried import Answer, Cause
from scrapers.probes.invocation.json_texts import text_of
from scrapers.probes.invocation.logs import (
    ANSI,
    LOG_LIMIT,
    ends_of,
    has_traceback,
    log_of,
)
from scrapers.probes.invocation.record import EXIT, SIGNAL, Step
from scrapers.probes.invocation.rules import INSTALLING, RULES, Rule
from scrapers.probes.invocation.rules.libraries import library_of

LINE_LIMIT = 300
PLAIN = frozenset({"import", "help", "version", "about"})
# What may be needed to list streams, and for nothing less.
NEEDS = frozenset({"config", "credentials", "network"})
# What an installer says after each failed build.
SAYING_NOTHING = ("hint:", "cause:", "error: Failed to build")
BUILT = re.compile(r"Failed to build [`'](?P<package>[^`'\n]{1,200})[`']")
SIGNALS: Mapping[int, str] = {
    4: "an illegal instruction", 6: "an abort", 7: "a bus error",
    8: "a floating point error", 9: "a kill", 11: "a segmentation fault",
    15: "a request to end", 24: "the limit of time on the processor",
    25: "the limit of a file's size", 31: "a system call that the sandbox forbids",
}  # fmt: skip
# Somebody else ended it, which may be whoever tried it, or a limit of the sandbox.
FROM_OUTSIDE = frozenset({9, 15, 24, 25, 31})
# A shell's way to say that its child was ended by a signal.
SHELL_SIGNAL = 128
# What no other package can bring.
UNPACKED = Cause(
    code="missing-module",
    message="Its own module `{what}` is not in what is installed.",
    remedy="Put it into the package: look at what the build includes.",
    answer=Answer.NO,
)
LIMITS: Mapping[str, tuple[str, str]] = {
    "timed-out": ("timed-out", "It had not ended when its time was over."),
    "memory": ("memory", "It needs more memory than it was given."),
    "output": ("output", "It printed more than is read."),
    "processes": ("processes", "It started more processes than it may."),
    "refused": ("refused", "It was not run: the sandbox refused it."),
}


def cause_of(
    step: Step, *, python: str = "", own: Collection[str] = ()
) -> Cause | None:
    """Return why a step failed; None where it did not.

    `python` is the minor it was tried on ("3.12"): with it a demand for another one is told
    as too new or too old. `own` are names of the connector's own modules.
    """
    if step.is_ok:
        return None
    if step.ending in LIMITS:
        code, message = LIMITS[step.ending]
        return Cause(code=code, message=message)
    signal = _signal(step)
    found = _found(step, python)
    told = _cause(*found, python) if found else None
    if told and found and told.code == UNPACKED.code and found[1]["what"] in own:
        told = replace(UNPACKED, message=UNPACKED.message.format(**found[1]))
    if told is None or (signal and told.answer is Answer.NO):
        told = _crash(signal) if signal else _unknown(step)
    if _is_plain(step) and told.code in NEEDS:
        told = replace(told, answer=Answer.NO)
    return _of_package(told, step, log_of(step))


def missing_library(step: Step, *, python: str = "") -> str:
    """Return the system library for whose lack a step failed, "" where its log names none."""
    found = _found(step, python)
    return library_of(*found) if found else ""


def was_compiling(step: Step, *, python: str = "") -> bool:
    """Say whether a step failed at compiling, or because it could not even begin to."""
    found = _found(step, python)
    return found is not None and found[0].compiles


def _signal(step: Step) -> int:
    """Return the number of the signal that ended it, 0 for none."""
    if step.ending == SIGNAL:
        return step.signal or -1
    code = step.exit_code or 0
    number = -code if code < 0 else code - SHELL_SIGNAL
    return number if number in SIGNALS else 0


def _found(step: Step, python: str) -> tuple[Rule, Mapping[str, str]] | None:
    """Return the first rule that fits how a step ended, with the words that it found."""
    if step.is_ok or step.ending in LIMITS:
        return None
    rules = [rule for rule in RULES if rule.is_about(step.name, python)]
    for text, allowed in _searched(step, rules):
        for rule in allowed:
            if match := rule.pattern.search(text):
                return rule, _words(match)
    return None


def _searched(step: Step, rules: list[Rule]) -> Iterator[tuple[str, list[Rule]]]:
    """Yield what is searched, and by which rules.

    What stands anywhere else than in the traceback that ended it is no proof of a fault.
    """
    for text in ends_of(step):
        yield text, rules
    if has_traceback(step):
        rules = [rule for rule in rules if rule.answer is Answer.UNKNOWN]
        if step.name in PLAIN:
            rules = [rule for rule in rules if rule.code not in NEEDS]
    yield log_of(step), rules


def _words(match: re.Match[str]) -> Mapping[str, str]:
    said = {
        key: " ".join(text_of(value).split())
        for key, value in match.groupdict().items()
    }
    return {key: value.rstrip(".,;") for key, value in said.items()}


def _cause(rule: Rule, said: Mapping[str, str], python: str) -> Cause:
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
    number = f" ({signal})" if signal > 0 else ""
    message = f"It was ended by {name}{number}."
    if signal in FROM_OUTSIDE:
        return Cause(code="crashed", message=message)
    return Cause(
        code="crashed",
        message=message,
        remedy="Look for the library that crashes: Python itself rarely does.",
        answer=Answer.NO,
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
