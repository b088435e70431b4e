"""What a check is: a named rule over a recording, and what it may say.

A check never gives a number, and checks are never summed up to one. What the harness could
not see is told apart from what the connector did wrong: `inconclusive` where a limit or a
missing network stopped the run, `skip` where it was not made or not read back.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from scrapers.probes.conformance.lacking import lack_of, limit_of
from scrapers.probes.conformance.recording import Kind, RecordedRun, Recording

# More of the same does not say more.
EVIDENCE_LIMIT = 5
LINE_LIMIT = 300
# What Python, Node, Go, Java and curl say where there is no network. A run that fails so
# says nothing of the connector.
NETWORK = re.compile(
    rb"Name or service not known|name resolution|nodename nor servname|getaddrinfo"
    rb"|NameResolutionError|Network is unreachable|Connection refused"
    rb"|Max retries exceeded|Could not resolve host|ENOTFOUND|EAI_AGAIN"
    rb"|ConnectionError|ConnectError|UnknownHostException|no such host"
    rb"|could not translate host name|ServerSelectionTimeoutError"
)


class Level(StrEnum):
    """How much hangs on a check: what the specification demands, advises, or leaves open."""

    MUST = "must"
    SHOULD = "should"
    INFO = "info"


class Result(StrEnum):
    """What one check says of one recording."""

    PASS = "pass"  # noqa: S105  the word of a verdict
    FAIL = "fail"
    WARN = "warn"
    INFO = "info"
    NOT_APPLICABLE = "not-applicable"
    SKIP = "skip"
    INCONCLUSIVE = "inconclusive"


# Of these there was something to see, and it was seen.
JUDGED = (Result.PASS, Result.FAIL, Result.WARN, Result.INFO)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A result, why in one sentence, and what it rests on."""

    result: Result
    detail: str = ""
    evidence: tuple[str, ...] = ()


type Rule = Callable[[Recording], Verdict]

SOFTENED = {Level.SHOULD: Result.WARN, Level.INFO: Result.INFO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule with its id, the section it stands on, and what its author can do about it.

    `needs` names runs without which there is nothing to judge; `after` those that must
    have exited with 0 as well. `kind` None means both taps and targets.
    """

    id: str
    title: str
    level: Level
    spec: str
    remedy: str
    rule: Rule
    kind: Kind | None = None
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def judge(self, recording: Recording) -> Verdict:
        """Return what this check says; a failed SHOULD is a warning, a failed INFO a note."""
        if self.kind not in (None, recording.kind):
            return not_applicable(f"It is for {self.kind}s.")
        for name in (*self.needs, *self.after):
            blocked = _unjudgeable(recording, name, must_pass=name in self.after)
            if blocked is not None:
                return blocked
        verdict = self.rule(recording)
        if verdict.result is Result.FAIL:
            return replace(verdict, result=SOFTENED.get(self.level, Result.FAIL))
        return verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A check and its verdict."""

    check: Check
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """Every verdict on one recording, in the order of the checks."""

    judged: tuple[Judged, ...]

    @property
    def counts(self) -> dict[Result, int]:
        """Return how many verdicts there are of each result, all results named."""
        counted = Counter(one.verdict.result for one in self.judged)
        return {result: counted[result] for result in Result}

    @property
    def failures(self) -> tuple[Judged, ...]:
        """Return what failed: only a MUST can."""
        return tuple(j for j in self.judged if j.verdict.result is Result.FAIL)


def declare(
    id: str,  # noqa: A002  the word that reports use
    *,
    spec: str,
    remedy: str,
    level: Level = Level.MUST,
    kind: Kind | None = None,
    needs: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> Callable[[Rule], Check]:
    """Return a decorator that makes a rule a check; its docstring is the title."""

    def made(rule: Rule) -> Check:
        return Check(
            id=id,
            title=(rule.__doc__ or "").strip().removesuffix("."),
            level=level,
            spec=spec,
            remedy=remedy,
            rule=rule,
            kind=kind,
            needs=needs,
            after=after,
        )

    return made


def checks_of(module: Mapping[str, object]) -> tuple[Check, ...]:
    """Return the checks that a module declares, in its order; `module` is its globals."""
    return tuple(value for value in module.values() if isinstance(value, Check))


def passed(detail: str = "") -> Verdict:
    """Return that the rule holds."""
    return Verdict(Result.PASS, detail)


def failed(detail: str, *evidence: str) -> Verdict:
    """Return that the rule is broken, and how."""
    return Verdict(Result.FAIL, detail, tuple(clipped(line) for line in evidence))


def not_applicable(detail: str) -> Verdict:
    """Return that the rule has nothing to hold for."""
    return Verdict(Result.NOT_APPLICABLE, detail)


def skipped(detail: str) -> Verdict:
    """Return that nobody looked, and why."""
    return Verdict(Result.SKIP, detail)


def inconclusive(detail: str) -> Verdict:
    """Return that the harness could not see it."""
    return Verdict(Result.INCONCLUSIVE, detail)


def ended_without(run: RecordedRun, *, is_synthetic: bool) -> Verdict:
    """Return how a run failed; where it lacked what nobody gave it, that blames nobody.

    That may be anything where its config is made up, and else what it says itself.
    """
    if is_synthetic:
        return inconclusive(f"It fails with a config that was made up: {tail(run)}")
    if lack := lack_of(run):
        return inconclusive(lack)
    return ended_badly(run)


def ended_badly(run: RecordedRun) -> Verdict:
    """Return how a run failed."""
    return failed(f"{run.ended.capitalize()}.", tail(run))


def found(problems: Iterable[str], what: str = "") -> Verdict:
    """Return a failure with the first problems as evidence, or a pass without any."""
    first = list(islice(problems, EVIDENCE_LIMIT))
    if not first:
        return passed(what)
    return failed(first[0], *first[1:])


def found_on_lines(problems: Iterable[tuple[int, str]]) -> Verdict:
    """Return what `found` does of problems by line; an empty text is no problem."""
    return found(f"Line {line}: {problem}." for line, problem in problems if problem)


def clipped(text: str) -> str:
    """Return a text short enough to be read in a report."""
    return text if len(text) <= LINE_LIMIT else f"{text[:LINE_LIMIT]}…"


def tail(run: RecordedRun) -> str:
    """Return the last line that a run wrote on stderr."""
    lines = run.stderr.decode("utf-8", "replace").strip().splitlines()
    return clipped(lines[-1].strip()) if lines else ""


def _unjudgeable(recording: Recording, name: str, *, must_pass: bool) -> Verdict | None:
    """Return why a run can't be judged, or None where it can."""
    run = recording.runs.get(name)
    if run is None:
        return skipped(recording.missing.get(name, f"There was no run {name!r}."))
    if limit := limit_of(run):
        return inconclusive(f"The run {name!r} says nothing: {limit.rstrip('.')}.")
    if not run.is_ok and NETWORK.search(run.stderr):
        return inconclusive(f"The run {name!r} needs the network: {tail(run)}")
    if must_pass and not run.is_ok:
        return not_applicable(f"The run {name!r} did not succeed: {run.ended}.")
    return None
