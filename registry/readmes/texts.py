"""Where a README stands in what was seen of a package or of a repository."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from registry.vocabulary import SourceKind

# What old tools wrote where a package has no description.
NOTHING = {"", "UNKNOWN"}


class Form(StrEnum):
    """How a text is written. `UNSAID` is reStructuredText if it is without a mistake."""

    MARKDOWN = "markdown"
    RST = "rst"
    PLAIN = "plain"
    UNSAID = "unsaid"


# Source: core metadata specification, Description-Content-Type.
BY_TYPE = {
    "text/markdown": Form.MARKDOWN, "text/x-rst": Form.RST, "text/plain": Form.PLAIN,
}  # fmt: skip
BY_SUFFIX = {".md": Form.MARKDOWN, ".rst": Form.RST}


@dataclass(frozen=True, slots=True)
class ReadmeText:
    """A README as its author wrote it; `folder` is where in its repository it stands."""

    text: str
    form: Form
    folder: str = ""


def readme_of(
    kind: SourceKind, address: str, evidence: Mapping[str, Any]
) -> ReadmeText | None:
    """Return the README in the evidence of a package or a repository, if it has one."""
    if kind is SourceKind.PACKAGE:
        return _of_package(evidence.get("metadata") or {})
    if kind is SourceKind.REPOSITORY:
        readme = (evidence.get("reading") or {}).get("readme") or {}
        return _of_repository(readme, address)
    return None


def _of_package(metadata: Mapping[str, Any]) -> ReadmeText | None:
    text = str(metadata.get("description") or "")
    if text.strip() in NOTHING:
        return None
    said = metadata.get("description_content_type")
    if not said:
        return ReadmeText(text, Form.UNSAID)
    header = Message()
    header["Content-Type"] = str(said).replace("\n", " ").replace("\r", " ")
    return ReadmeText(text, BY_TYPE.get(header.get_content_type(), Form.PLAIN))


def _of_repository(readme: Mapping[str, Any], address: str) -> ReadmeText | None:
    text = str(readme.get("text") or "")
    if text.strip() in NOTHING:
        return None
    _, _, folder = address.partition("#subdirectory=")
    suffix = PurePosixPath(str(readme.get("path") or "")).suffix.lower()
    return ReadmeText(text, BY_SUFFIX.get(suffix, Form.PLAIN), unquote(folder))
