"""One rule by which a log tells a cause."""

import re
from dataclasses import dataclass

from registry.tried import Answer

# The steps that put a release on the disk.
INSTALLING = frozenset({"resolve", "download", "build", "install"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One pattern and what it means. Its groups fill the sentences.

    `steps` are those it is about; all where it names none.
    """

    code: str
    pattern: re.Pattern[str]
    message: str
    remedy: str
    answer: Answer = Answer.UNKNOWN
    steps: frozenset[str] = frozenset()


def rule(
    code: str,
    pattern: str,
    message: str,
    remedy: str,
    *,
    answer: Answer = Answer.UNKNOWN,
    steps: frozenset[str] = frozenset(),
) -> Rule:
    """Return the rule for a pattern, which sees each line's begin and end."""
    compiled = re.compile(pattern, re.MULTILINE)
    return Rule(
        code=code,
        pattern=compiled,
        message=message,
        remedy=remedy,
        answer=answer,
        steps=steps,
    )
