"""One rule by which a log tells a cause."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from registry.tried import Answer

# The steps that put a release on the disk.
INSTALLING = frozenset({"resolve", "download", "build", "install"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One pattern and what it means. Its groups fill the sentences.

    `steps` are those it is about; all where it names none, but for those of `unless`.
    `gone_in` is the first Python for which it can be true, `came_in` the first for which it
    can't. `compiles` says that whoever meets it was about to compile.
    """

    code: str
    pattern: re.Pattern[str]
    message: str
    remedy: str
    answer: Answer = Answer.UNKNOWN
    steps: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    gone_in: str = ""
    came_in: str = ""
    compiles: bool = False

    def is_about(self, step: str, python: str) -> bool:
        """Say whether it can be true of a step on a minor of Python; any where that is ""."""
        if step in self.unless or (self.steps and step not in self.steps):
            return False
        return not any(self._excluding(_version(python)))

    def _excluding(self, tried: Version | None) -> Iterator[bool]:
        if tried is not None and self.gone_in:
            yield tried < Version(self.gone_in)
        if tried is not None and self.came_in:
            yield tried >= Version(self.came_in)


def rule(
    code: str,
    pattern: str,
    message: str,
    remedy: str,
    *,
    answer: Answer = Answer.UNKNOWN,
    steps: frozenset[str] = frozenset(),
    unless: frozenset[str] = frozenset(),
    gone_in: str = "",
    came_in: str = "",
    compiles: bool = False,
) -> Rule:
    """Return the rule for a pattern, which sees each line's begin and end."""
    return Rule(
        code=code,
        pattern=re.compile(pattern, re.MULTILINE),
        message=message,
        remedy=remedy,
        answer=answer,
        steps=steps,
        unless=unless,
        gone_in=gone_in,
        came_in=came_in,
        compiles=compiles,
    )


def _version(python: str) -> Version | None:
    try:
        return Version(python)
    except InvalidVersion:
        return None
