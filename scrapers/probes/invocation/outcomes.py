"""What a record's steps answer to the six questions that are asked of every release."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from registry.facts import Finding
from registry.tried import Answer, Cause, Outcome, Question
from registry.vocabulary import PluginType, Severity
from scrapers.probes.invocation.about import About
from scrapers.probes.invocation.causes import NEEDS, cause_of
from scrapers.probes.invocation.record import Record, Step
from scrapers.probes.invocation.rules import INSTALLING
from scrapers.probes.invocation.streams import (
    Catalog,
    catalog_of,
    none_listed,
    none_without_config,
    prints_messages,
)

CONFIGURED = "discover-config"
DISCOVERY = ("discover", CONFIGURED)
VERSION = re.compile(r"(?<![\w.])v?(?P<version>\d+(?:\.\d+)+[\w.!+-]{0,60})")
# Each question's name in a sentence.
SENTENCES = {
    Question.INSTALLS: "It does not install",
    Question.IMPORTS: "It does not start",
    Question.HELP: "`--help` does not answer",
    Question.VERSION: "`--version` does not answer",
    Question.ABOUT: "`--about --format=json` does not answer",
    Question.DISCOVERS: "`--discover` lists no streams",
}
# Only the SDK's connectors have these, so their lack is told once and as no fault.
OPTIONAL = frozenset({Question.VERSION, Question.ABOUT})
# What has to go well before it is called.
BEFORE = frozenset({Question.INSTALLS, Question.IMPORTS})
# What only a program says that has started, though it is no answer to what it was asked.
SAID = NEEDS | {"flag"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The outcomes, and what else the steps behind them brought."""

    outcomes: tuple[Outcome, ...]
    starts: Answer
    catalog: Catalog
    reported_version: str
    findings: tuple[Finding, ...]


def answers_of(record: Record, about: About | None) -> Answers:
    """Return each question's outcome. A question that was not asked is unknown."""
    catalog, discovers = _discovers(record)
    version, reported = _version(record)
    outcomes = (
        _installs(record),
        _imports(record),
        _help(record),
        version,
        _about(record, about),
        discovers,
    )
    findings = [*_told(record, outcomes), *_heedless(record), *catalog.findings]
    return Answers(
        outcomes=outcomes,
        starts=_starts(record, outcomes),
        catalog=catalog,
        reported_version=reported or (about.version if about else ""),
        findings=tuple(findings),
    )


def _starts(record: Record, outcomes: tuple[Outcome, ...]) -> Answer:
    """Return whether it installs, imports, and does anything when it is called.

    Any call that ends well shows it, and so does an error that only a program makes which has
    started: it does not know a flag, or demands a config, credentials or a network before it
    answers. Of 35 connectors that were tried by hand every one that starts answers to
    `--help`, the oldest as well; others have no such flag or read their config first, and
    these errors tell them from broken ones. Where no call shows it, `--help` decides, which
    needs nothing: a traceback is a no, and a limit leaves it unknown.
    """
    answers = {one.question: one.answer for one in outcomes}
    before = {answers[question] for question in BEFORE}
    if before != {Answer.YES}:
        return Answer.NO if Answer.NO in before else Answer.UNKNOWN
    is_answered = any(step.is_ok for step in record.steps if _is_call(step))
    said = {one.cause.code for one in outcomes if one.cause}
    return Answer.YES if is_answered or said & SAID else answers[Question.HELP]


def _is_call(step: Step) -> bool:
    return step.name not in INSTALLING and step.name != "import"


def _installs(record: Record) -> Outcome:
    """Return whether it installed: what runs was installed, and a failure ends the list."""
    steps = [step for step in record.steps if step.name in INSTALLING]
    failed = next((step for step in steps if not step.is_ok), None)
    if failed is not None:
        return _outcome(
            Question.INSTALLS, failed, cause_of(failed, python=record.python)
        )
    installed = next((step for step in steps if step.name == "install"), None)
    if installed is not None:
        return _outcome(Question.INSTALLS, installed, None)
    return Outcome(question=Question.INSTALLS, answer=Answer.UNKNOWN)


def _imports(record: Record) -> Outcome:
    """Return whether it starts: what answered to anything did, whatever an import said."""
    step = record.step("import")
    answered = next((one for one in record.steps if one.args and one.is_ok), None)
    if answered is not None and (step is None or not step.is_ok):
        step = answered
    return _asked(Question.IMPORTS, step, record)


def _help(record: Record) -> Outcome:
    step = record.step("help")
    outcome = _asked(Question.HELP, step, record)
    if step is None or outcome.answer is not Answer.YES:
        return outcome
    is_said = bool(step.stdout.strip() or step.stderr.strip())
    return outcome if is_said else _no(outcome, "silent", "It prints nothing.")


def _version(record: Record) -> tuple[Outcome, str]:
    """Return whether it tells its version, and which."""
    step = record.step("version")
    outcome = _asked(Question.VERSION, step, record)
    if step is None or outcome.answer is not Answer.YES:
        return outcome, ""
    # The SDK's version stands behind the connector's own.
    said = (step.stdout.strip() or step.stderr.strip())[:1000].partition(",")[0]
    match = VERSION.search(said) or VERSION.search(step.stdout[:1000])
    is_own = match is not None and "SDK" not in match.string[: match.start()]
    if match is None or not is_own:
        return _no(outcome, "no-version", "What it prints has no version."), ""
    return outcome, match["version"].rstrip(".!+-")


def _about(record: Record, about: About | None) -> Outcome:
    step = record.step("about")
    outcome = _asked(Question.ABOUT, step, record)
    if outcome.answer is Answer.YES and about is None:
        return _no(outcome, "no-json", "What it prints is no JSON that says anything.")
    return outcome


def _discovers(record: Record) -> tuple[Catalog, Outcome]:
    """Return the catalog of the first `--discover` that had streams, and what decided.

    That there are none is only known where it was asked with a config: many connectors
    list what a config names, and nothing without one.
    """
    steps = [step for name in DISCOVERY if (step := record.step(name))]
    read = [(_catalog(step, record), step) for step in steps]
    # With a config there is more to go on, so that the last failure says most.
    best = next(
        ((catalog, step) for catalog, step in read if catalog.streams),
        read[-1] if read else None,
    )
    if best is None:
        return Catalog(), Outcome(question=Question.DISCOVERS, answer=Answer.UNKNOWN)
    catalog, step = best
    if catalog.streams == ():
        is_configured = step.name == CONFIGURED
        cause = None if is_configured else none_without_config()
        found = (
            (*catalog.findings, none_listed()) if is_configured else catalog.findings
        )
        streams = catalog.streams if is_configured else None
        catalog = Catalog(streams=streams, cause=cause, findings=found)
    return catalog, _outcome(Question.DISCOVERS, step, catalog.cause)


def _catalog(step: Step, record: Record) -> Catalog:
    """Return what a `--discover` printed. A sync may begin before something is missing."""
    if step.is_ok:
        return catalog_of(step)
    if prints_messages(step.stdout):
        return catalog_of(replace(step, ending="exited", exit_code=0))
    return Catalog(cause=cause_of(step, python=record.python))


def _asked(question: Question, step: Step | None, record: Record) -> Outcome:
    if step is None:
        return Outcome(question=question, answer=Answer.UNKNOWN)
    return _outcome(
        question, step, cause_of(step, python=record.python, own=_own_modules(record))
    )


def _own_modules(record: Record) -> set[str]:
    """Return what the connector's own module may be called."""
    names = (record.name, *record.executables)
    return {name.lower().replace("-", "_") for name in names if name}


def _outcome(question: Question, step: Step, cause: Cause | None) -> Outcome:
    return Outcome(
        question=question,
        answer=cause.answer if cause else Answer.YES,
        step=step.name,
        seconds=step.seconds,
        cause=cause,
    )


def _no(outcome: Outcome, code: str, message: str) -> Outcome:
    cause = Cause(code=code, message=message, answer=Answer.NO)
    return replace(outcome, answer=Answer.NO, cause=cause)


def _told(record: Record, outcomes: tuple[Outcome, ...]) -> Iterator[Finding]:
    """Yield a finding for each question whose answer its maintainer can change."""
    is_loader = record.type is PluginType.LOADERS
    told: set[str] = set()
    for outcome in outcomes:
        cause, question = outcome.cause, outcome.question
        is_asked = not (is_loader and question is Question.DISCOVERS)
        if cause is None or not is_asked or question in OPTIONAL:
            continue
        if cause.message in told:
            # It does not start, so it does not do anything else either.
            continue
        told.add(cause.message)
        is_fault = outcome.answer is Answer.NO
        if not is_fault and not cause.remedy:
            # A missing key, a missing network, a limit: nothing that anyone has to mend.
            continue
        is_basic = question is not Question.DISCOVERS
        words = (f"{SENTENCES[question]}: {cause.message}", cause.remedy)
        yield Finding(
            code=f"{question.value}-{cause.code}",
            message=" ".join(word for word in words if word),
            severity=Severity.ERROR if is_fault and is_basic else Severity.WARNING,
        )


def _heedless(record: Record) -> Iterator[Finding]:
    """Yield a finding where a config that is not there was no reason to fail."""
    step = record.step("bad-config")
    if step is not None and step.is_ok:
        message = (
            "It ends well although the config file that it was given does not exist: a "
            "wrong path goes unnoticed. End with an error that names it."
        )
        yield Finding(code="config-ignored", message=message, severity=Severity.WARNING)
