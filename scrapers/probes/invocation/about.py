"""What a connector says of itself in answer to `--about --format=json`.

Source: singer_sdk.about.AboutInfo and JSONFormatter.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from registry.facts import Finding, Json
from registry.tried import Setting
from registry.vocabulary import Severity
from scrapers.probes.invocation.groups import required_groups
from scrapers.probes.invocation.json_texts import found, text_of, texts_of
from scrapers.probes.invocation.record import Step
from scrapers.probes.invocation.settings import settings_of

VERSION = re.compile(r"\d[\w.!+-]{0,99}")
PYTHON = re.compile(r"3\.\d{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One answer, read. None is what it does not speak of."""

    version: str = ""
    sdk_version: str = ""
    description: str = ""
    pythons: tuple[str, ...] = ()
    capabilities: tuple[str, ...] | None = None
    settings: tuple[Setting, ...] | None = None
    groups: tuple[tuple[str, ...], ...] | None = None
    findings: tuple[Finding, ...] = ()


def about_of(step: Step | None) -> About | None:
    """Return what was answered; None where there is no answer in JSON."""
    if step is None or not step.is_ok:
        return None
    said, is_alone = found(step.stdout, "settings", "capabilities")
    if said is None:
        # A line of a log may have a name as well.
        said, is_alone = found(step.stdout, "name")
    if said is None:
        return None
    answer = about_from(said)
    return (
        answer if is_alone else replace(answer, findings=(_noise(), *answer.findings))
    )


def about_from(said: Json) -> About:
    """Return what an answer's JSON says; nothing of what is not in it."""
    settings = groups = None
    findings: tuple[Finding, ...] = ()
    if (schema := said.get("settings")) is not None:
        settings, findings = settings_of(schema)
        groups = required_groups(schema, settings)
    return About(
        version=_version(said.get("version")),
        sdk_version=_version(said.get("sdk_version")),
        description=text_of(said.get("description")),
        pythons=_pythons(said.get("supported_python_versions")),
        capabilities=_capabilities(said.get("capabilities")),
        settings=settings,
        groups=groups,
        findings=findings,
    )


def _version(value: Any) -> str:
    """Return a version; the SDK writes "[could not be detected]" where it has none."""
    text = text_of(value)
    return text if VERSION.fullmatch(text) else ""


def _pythons(value: Any) -> tuple[str, ...]:
    return tuple(one for one in texts_of(value) if PYTHON.fullmatch(one))


def _capabilities(value: Any) -> tuple[str, ...] | None:
    return texts_of(value) if isinstance(value, list) else None


def _noise() -> Finding:
    message = (
        "`--about --format=json` prints other text beside the JSON: write it to stderr."
    )
    return Finding(code="about", message=message, severity=Severity.WARNING)
