"""What follows from trying a release: its record, in facts. Pure functions over one JSON value.

    record ─▶ Record ─▶ about, answers, packages ─▶ Tried ─▶ definition

The record's texts were printed by a stranger's program, which may print anything: nothing
in here raises for what stands in one, and everything ends.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from packaging.version import InvalidVersion, Version

from registry.facts import Finding
from registry.tried import Basis, Known, Outcome, Question, Tried
from registry.vocabulary import Severity
from scrapers.probes.invocation.about import About, about_of
from scrapers.probes.invocation.capabilities import probe_capabilities
from scrapers.probes.invocation.configuring import config_for, leaks
from scrapers.probes.invocation.defining import definition_of, surface_of
from scrapers.probes.invocation.json_texts import text_of
from scrapers.probes.invocation.making import config_from
from scrapers.probes.invocation.outcomes import answers_of
from scrapers.probes.invocation.packages import (
    dependencies_of,
    framework_of,
    license_of,
    needs_compiler,
    needs_library,
    package_findings,
    sdk_version_of,
)
from scrapers.probes.invocation.reading import (
    known_groups,
    known_settings,
    known_streams,
)
from scrapers.probes.invocation.record import Record

__all__ = ["config_for", "config_from", "definition_of", "probe_record", "surface_of"]

FINDINGS_LIMIT = 100
# How a command says that it is a connector, where a package has several.
WORDS = ("tap-", "target-")


def probe_record(record: Mapping[str, Any]) -> Tried:
    """Return the facts of one probe record: what was tried, what it said, what to mend.

    Never raises, whatever the record is; what is not in it is unknown.
    """
    return _tried(Record.read(record))


def _tried(record: Record) -> Tried:
    about = about_of(record.step("about"))
    answers = answers_of(record, about)
    by_question = {outcome.question: outcome for outcome in answers.outcomes}
    capabilities, contradictions = probe_capabilities(
        record, about, by_question[Question.DISCOVERS]
    )
    settings = known_settings(record, about)
    findings = (
        *leaks(record),
        *answers.findings,
        *(about.findings if about else ()),
        *contradictions,
        *_version_findings(record, answers.reported_version),
        *package_findings(record),
    )
    return replace(
        _installed(record, about, by_question[Question.INSTALLS]),
        outcomes=answers.outcomes,
        starts=answers.starts,
        reported_version=_text(answers.reported_version, Basis.OBSERVED),
        settings=settings,
        required_groups=known_groups(settings, about),
        capabilities=capabilities,
        streams=known_streams(record, answers.catalog),
        findings=findings[:FINDINGS_LIMIT],
    )


def _installed(record: Record, about: About | None, installs: Outcome) -> Tried:
    """Return what was tried, and what follows from the packages alone."""
    return Tried(
        spec=record.spec,
        name=record.name,
        version=record.version,
        python=record.python,
        interpreter=record.interpreter,
        platform=record.platform,
        lock=record.lock,
        rescue=record.rescue,
        commit=record.commit,
        committed_at=record.committed_at,
        type=record.type,
        executable=_executable(record),
        sdk_version=sdk_version_of(record, about),
        framework=framework_of(record, about),
        license=_text(license_of(record.metadata), Basis.STATIC),
        requires_python=_text(
            text_of(record.metadata.get("requires_python")), Basis.STATIC
        ),
        dependencies=dependencies_of(record),
        needs_compiler=needs_compiler(record, installs),
        needs_library=needs_library(record),
    )


def _text(value: str, basis: Basis) -> Known[str] | None:
    return Known(value=value, basis=basis) if value else None


def _executable(record: Record) -> Known[str] | None:
    """Return the command that is the connector: called like it, or like a tap or target."""

    def worth(command: str) -> tuple[bool, bool, bool]:
        said = command.lower().replace("_", "-")
        return said == record.name, record.name.endswith(said), said.startswith(WORDS)

    command = max(record.executables, key=worth, default="")
    return _text(command, Basis.OBSERVED)


def _is_same(one: str, other: str) -> bool:
    """Say whether both are one version: `2024.01.05` is written `2024.1.5` elsewhere.

    Source: PyPA, version specifiers, "Normalization".
    """
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def _version_findings(record: Record, reported: str) -> list[Finding]:
    if not reported or not record.version or _is_same(reported, record.version):
        return []
    message = (
        f"It says that it is {reported}, but {record.version} is what was installed: "
        "read the version from its metadata."
    )
    return [Finding(code="version", message=message, severity=Severity.WARNING)]
