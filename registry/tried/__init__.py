"""What one try of one release on one Python showed: the contract between probes and registry.

Made by `scrapers.probes.invocation` from a probe's record. Unknown is neither yes nor no:
an answer says so, and of what a connector tells, None is "not known" and `()` is "none".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from registry.facts import Finding, Json
from registry.tried.answers import Answer, Cause, Outcome, Question
from registry.tried.offers import CAPABILITIES, Dependency, Setting, Stream
from registry.vocabulary import PluginType

__all__ = [
    "CAPABILITIES",
    "Answer",
    "Basis",
    "Cause",
    "Dependency",
    "Known",
    "Outcome",
    "Question",
    "Setting",
    "Stream",
    "Tried",
]


class Basis(StrEnum):
    """How a fact is known: from a run, or read from what was installed."""

    OBSERVED = "observed"
    STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known[T]:
    """A fact, and how it is known."""

    value: T
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one record says. `type` is None where neither name nor runs tell it.

    `starts` is what the outcomes come to: whether it does anything when it is called.
    `required_groups` are the sets of setting names each of which is enough to run, None where
    a config's schema demands what no such set says.

    `framework` is "singer-sdk" or "singer-python", `sdk_version` the version of singer-sdk:
    observed where it answered `--about`, static where its code or its lock tells.
    `needs_compiler` is yes where anything was compiled to install it or failed at that, no
    where it installed without, and unknown where it ended before. `needs_library` is the
    system library for whose lack a step failed ("libpq"), "" where no log named one.
    """

    spec: str = ""
    name: str = ""
    version: str = ""
    python: str = ""
    interpreter: str = ""
    platform: str = ""
    lock: str = ""
    commit: str = ""
    committed_at: datetime | None = None
    type: PluginType | None = None
    outcomes: tuple[Outcome, ...] = ()
    starts: Answer = Answer.UNKNOWN
    executable: Known[str] | None = None
    reported_version: Known[str] | None = None
    settings: Known[tuple[Setting, ...]] | None = None
    required_groups: Known[tuple[tuple[str, ...], ...]] | None = None
    capabilities: Known[tuple[str, ...]] | None = None
    streams: Known[tuple[Stream, ...]] | None = None
    sdk_version: Known[str] | None = None
    framework: Known[str] | None = None
    license: Known[str] | None = None
    requires_python: Known[str] | None = None
    dependencies: tuple[Dependency, ...] = ()
    needs_compiler: Answer = Answer.UNKNOWN
    needs_library: str = ""
    rescue: str = ""
    findings: tuple[Finding, ...] = ()

    def answer(self, question: Question) -> Answer:
        """Return what the try answers to `question`."""
        said = {outcome.question: outcome.answer for outcome in self.outcomes}
        return said.get(question, Answer.UNKNOWN)

    def as_json(self) -> Json:
        """Return all of it as it is kept in a row; a fact is `{value, basis}` or None."""
        plain = ("spec", "name", "version", "python", "interpreter", "platform", "lock",
                 "commit")  # fmt: skip
        texts = ("executable", "reported_version", "sdk_version", "framework",
                 "license", "requires_python", "capabilities")  # fmt: skip
        return {
            **{key: getattr(self, key) for key in plain},
            "committed_at": self.committed_at and self.committed_at.isoformat(),
            "type": self.type.value if self.type else None,
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
            "starts": self.starts.value,
            **{key: _known(getattr(self, key)) for key in texts},
            "settings": _known_list(self.settings),
            "required_groups": _known(self.required_groups),
            "streams": _known_list(self.streams),
            "dependencies": [one.as_json() for one in self.dependencies],
            "needs_compiler": self.needs_compiler.value,
            "needs_library": self.needs_library,
            "rescue": self.rescue,
            "findings": [finding.as_json() for finding in self.findings],
        }


def _known(fact: Known[Any] | None) -> Json | None:
    if fact is None:
        return None
    return {"value": _plain(fact.value), "basis": fact.basis.value}


def _known_list(fact: Known[Any] | None) -> Json | None:
    if fact is None:
        return None
    value = [one.as_json() for one in fact.value]
    return {"value": value, "basis": fact.basis.value}


def _plain(value: Any) -> Any:
    """Return a value with lists in place of tuples, as JSON gives it back."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
