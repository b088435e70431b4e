"""What a run installed: as a requirements file, and against what another run installed. Pure.

Packages are as a sandbox recorded them, which is foreign: what is no name, version or digest
makes no file.
"""

import re
from collections.abc import Sequence

from packaging.version import InvalidVersion, Version

from registry.differences.packages import Package
from registry.installations import installation_at
from registry.models import ProbeRun

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
SHA256 = re.compile(r"[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40,64}")


def requirements_text(run: ProbeRun, packages: Sequence[Package]) -> str:
    """Return what a run installed as pip's requirements; nothing where it is not all known.

    Each with the SHA-256 of its file. What came from Git has no such file, so that pip
    could not check the others beside it: it is named in a comment.
    Source: pip, "Secure installs".
    """
    lines = [_line(run, one) for one in packages]
    if not lines or "" in lines:
        return ""
    of = f"{run.source.shown} {run.version} on Python {run.python}"
    day = f"{run.ran_at:%Y-%m-%d}"
    head = (
        f"# {of}: what run {run.pk} installed on {day}.",
        "# pip install --require-hashes -r requirements.txt",
    )
    return "\n".join([*head, *lines, ""])


def _line(run: ProbeRun, one: Package) -> str:
    """Return a package as a line of requirements; nothing where that would not be it."""
    name, version = str(one.get("name")), str(one.get("version"))
    if not NAME.fullmatch(name) or not _is_version(version):
        return ""
    if COMMIT.fullmatch(run.commit) and one.get("filename") == run.commit:
        own = installation_at(run.source.kind, run.source.address)
        base, mark, rest = own.place.address.partition("#")
        extras = own.own.removeprefix(own.place.address)
        return f"# First of all: {name}{extras} @ git+{base}@{run.commit}{mark}{rest}"
    digest = str(one.get("sha256"))
    if not SHA256.fullmatch(digest):
        return ""
    return f"{name}=={version} --hash=sha256:{digest}"


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
