"""What the installed packages say: licence, demands, framework, and what had to be built."""

import re
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from registry.facts import Finding, Json
from registry.tried import Answer, Basis, Dependency, Known, Outcome
from registry.vocabulary import Severity
from scrapers.probes.invocation.about import About
from scrapers.probes.invocation.causes import missing_library, was_compiling
from scrapers.probes.invocation.json_texts import text_of, texts_of
from scrapers.probes.invocation.record import Record
from scrapers.probes.invocation.rules import INSTALLING

SDK, CLASSIC = "singer-sdk", "singer-python"
# Forks of singer-python bring the same `singer` module.
FRAMEWORKS = {
    "singer-sdk": SDK,
    "singer-python": CLASSIC,
    "pipelinewise-singer-python": CLASSIC,
    "realit-singer-python": CLASSIC,
}
LICENSE_TEXT_LIMIT = 60
FILENAME_LIMIT = 255
APPROVED = "License :: OSI Approved :: "
# A wheel that holds compiled code is for one platform.
PURE = re.compile(r"-any\.whl$")


def dependencies_of(record: Record) -> tuple[Dependency, ...]:
    """Return the packages of the lock but for the connector itself, by their names."""
    own = canonicalize_name(record.name)
    read = [_dependency(one) for one in record.packages]
    kept = {one.name: one for one in read if one.name and one.name != own}
    return tuple(kept[name] for name in sorted(kept))


def license_of(metadata: Json) -> str:
    """Return the licence: an expression, else classifiers, else a short text."""
    if expression := text_of(metadata.get("license_expression")):
        return expression
    listed = texts_of(metadata.get("classifiers"))
    # Of several nobody says whether all or any of them count.
    if approved := [one for one in listed if one.startswith(APPROVED)]:
        return ", ".join(one.rpartition(" :: ")[2] for one in approved)
    said = text_of(metadata.get("license"), 4 * LICENSE_TEXT_LIMIT).strip()
    is_name = len(said) <= LICENSE_TEXT_LIMIT and "\n" not in said
    return said if is_name and said != "UNKNOWN" else ""


def framework_of(record: Record, about: About | None) -> Known[str] | None:
    """Return what it is built with: what answers as the SDK does is built with it."""
    if about is not None and about.sdk_version:
        return Known(value=SDK, basis=Basis.OBSERVED)
    said = text_of(record.static.get("framework"))
    if said in FRAMEWORKS.values():
        return Known(value=said, basis=Basis.STATIC)
    installed = {one.name for one in dependencies_of(record)}
    found = [word for name, word in FRAMEWORKS.items() if name in installed]
    return Known(value=found[0], basis=Basis.STATIC) if found else None


def sdk_version_of(record: Record, about: About | None) -> Known[str] | None:
    """Return the SDK's version: the one that answered, else the one in the lock."""
    if about is not None and about.sdk_version:
        return Known(value=about.sdk_version, basis=Basis.OBSERVED)
    locked = [one.version for one in dependencies_of(record) if one.name == SDK]
    return Known(value=locked[0], basis=Basis.STATIC) if locked and locked[0] else None


def needs_compiler(record: Record, installs: Outcome) -> Answer:
    """Return whether it takes a compiler to install it here.

    Yes where something was compiled or failed at that, no where it installed without.
    """
    failed = [step for step in record.steps if step.name in INSTALLING]
    if any(was_compiling(step, python=record.python) for step in failed):
        return Answer.YES
    built = [one for one in record.packages if one.get("built") is True]
    wheels = [text_of(one.get("wheel"), FILENAME_LIMIT) for one in built]
    if any(name.endswith(".whl") and not PURE.search(name) for name in wheels):
        return Answer.YES
    # Records of old don't say what was built.
    is_known = installs.answer is Answer.YES and all(wheels)
    return Answer.NO if is_known else Answer.UNKNOWN


def needs_library(record: Record) -> str:
    """Return the system library that it lacked here to be installed or called, if any.

    The first that a step's log names; a later one may show only when that is there.
    """
    missing = (missing_library(step, python=record.python) for step in record.steps)
    return next((name for name in missing if name), "")


def package_findings(record: Record) -> Iterator[Finding]:
    """Yield what a maintainer can change about how it is packaged."""
    if record.rescue:
        yield _warning(
            "rescue",
            f"It installs, but starts only with `{record.rescue}` beside it: name that "
            "among its dependencies, or do without.",
        )
    if record.metadata and not license_of(record.metadata):
        yield _warning("license", _unlicensed(record.metadata))
    built = [one.name for one in dependencies_of(record) if one.is_built]
    if built:
        listed = ", ".join(built[:10])
        yield _warning(
            "built",
            f"There is no wheel for {listed}: each install builds from source, which "
            "takes longer and can fail.",
        )
    if record.name and len(record.executables) == 0 and _is_installed(record):
        yield _warning("executable", "It installs no command to run.")


def _unlicensed(metadata: Json) -> str:
    """Return what a maintainer can do about a licence that has no name in the metadata."""
    said = text_of(metadata.get("license")).strip()
    if said in {"", "UNKNOWN"}:
        return "Its metadata names no licence: add one."
    return "Its metadata has a licence's text, and not its name: add that."


def _is_installed(record: Record) -> bool:
    step = record.step("install")
    return step is not None and step.is_ok


def _dependency(said: Json) -> Dependency:
    return Dependency(
        name=canonicalize_name(text_of(said.get("name"))),
        version=text_of(said.get("version")),
        # Records of old have the word for nothing as well.
        license=text_of(said.get("license"), 4 * LICENSE_TEXT_LIMIT)
        .strip()
        .removesuffix("UNKNOWN"),
        size_bytes=_size(said.get("size_bytes")),
        is_built=said.get("built") is True,
    )


def _size(value: Any) -> int:
    is_size = isinstance(value, int) and not isinstance(value, bool)
    return max(0, value) if is_size else 0


def _warning(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity=Severity.WARNING)
