"""What a project's page of a package index lists, and the page as the sandbox gets it.

Pages come in JSON or HTML and are handed on in JSON, with addresses of our own gateway in
place of the index's. Only files with a SHA-256 are handed on: others can't be checked.

Source: the PyPA specification of the simple repository API, with PEP 658 (metadata),
PEP 691 (JSON), PEP 700 (sizes and times).
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urljoin

from pypi_simple import DistributionPackage, ProjectPage

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A file's name becomes a name in our folders.
FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class NoPage(Exception):
    """What the index answered is no page of the Simple API."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a project. `url` is the index's; `metadata_sha256` is empty without PEP 658.

    `size_bytes` is None where the index does not say it.
    """

    filename: str
    url: str
    sha256: str
    metadata_sha256: str = ""
    size_bytes: int | None = None
    requires_python: str | None = None
    yanked: str | bool = False
    uploaded_at: str | None = None

    @property
    def is_source(self) -> bool:
        """Return whether a wheel has to be built of it."""
        return not self.filename.endswith(".whl")

    def as_row(self, name: str) -> dict[str, Any]:
        """Return the file as a row of the page that the sandbox gets."""
        row: dict[str, Any] = {
            "filename": self.filename,
            "url": f"/files/{name}/{self.sha256}/{self.filename}",
            "hashes": {"sha256": self.sha256},
            "yanked": self.yanked,
        }
        if self.requires_python is not None:
            row["requires-python"] = self.requires_python
        if self.metadata_sha256:
            row["core-metadata"] = {"sha256": self.metadata_sha256}
        elif self.filename.endswith(".whl"):
            # The gateway reads them out of the wheel.
            row["core-metadata"] = True
        if self.size_bytes is not None:
            row["size"] = self.size_bytes
        if self.uploaded_at is not None:
            row["upload-time"] = self.uploaded_at
        return row


class Page:
    """A project's files, by SHA-256, and the page as the sandbox gets it.

    `digest` changes when a file comes, goes, or is yanked, and with nothing else.
    """

    __slots__ = ("body", "digest", "etag", "files", "name")

    def __init__(self, name: str, files: Iterable[File], *, etag: str = "") -> None:
        self.name = name
        self.etag = etag
        self.files = {file.sha256: file for file in files}
        rows = [file.as_row(name) for file in self.files.values()]
        body = {"meta": {"api-version": "1.0"}, "name": name, "files": rows}
        self.body = json.dumps(body, separators=(",", ":")).encode()
        self.digest = hashlib.sha256(self.body).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        files = [asdict(file) for file in self.files.values()]
        return {"name": self.name, "etag": self.etag, "files": files}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Page":
        """Return a page that `as_json` gave. Raises KeyError or TypeError for another."""
        files = [File(**file) for file in kept["files"]]
        return cls(kept["name"], files, etag=kept["etag"])


def read_page(
    name: str, content: bytes, content_type: str, *, url: str, etag: str = ""
) -> Page:
    """Return the page in an index's answer from `url`. Raises NoPage for anything else."""
    try:
        if content_type.partition(";")[0].strip().lower() == JSON_TYPE:
            rows = json.loads(content)["files"]
            files = [_from_json(row, url) for row in rows if _is_fit(row)]
        else:
            page = ProjectPage.from_html(name, content, url)
            files = [_from_html(one) for one in page.packages if _has_digest(one)]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise NoPage(
            f"The index's page of {name} is none of the Simple API."
        ) from error
    return Page(name, files, etag=etag)


def _is_fit(row: Any) -> bool:
    """Return whether a row has what we need; one broken row does not hide the rest."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("url"), str)
        and bool(FILENAME.fullmatch(str(row.get("filename"))))
        and bool(SHA256.fullmatch(_sha256(row.get("hashes"))))
    )


def _from_json(row: dict[str, Any], url: str) -> File:
    # The second is the name that PEP 658 had before PEP 714.
    metadata = row.get("core-metadata", row.get("dist-info-metadata"))
    size, yanked = row.get("size"), row.get("yanked")
    return File(
        filename=row["filename"],
        url=urljoin(url, row["url"]),
        sha256=_sha256(row["hashes"]),
        metadata_sha256=_sha256(metadata),
        size_bytes=size if isinstance(size, int) else None,
        requires_python=_text(row.get("requires-python")),
        yanked=yanked if isinstance(yanked, str | bool) else False,
        uploaded_at=_text(row.get("upload-time")),
    )


def _sha256(hashes: Any) -> str:
    given = hashes.get("sha256") if isinstance(hashes, dict) else None
    return given.lower() if isinstance(given, str) and SHA256.fullmatch(given) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _has_digest(package: DistributionPackage) -> bool:
    return bool(
        FILENAME.fullmatch(package.filename)
        and SHA256.fullmatch(package.digests.get("sha256", ""))
    )


def _from_html(package: DistributionPackage) -> File:
    digests = package.metadata_digests or {}
    return File(
        filename=package.filename,
        url=package.url.partition("#")[0],
        sha256=package.digests["sha256"],
        metadata_sha256=_sha256(digests),
        requires_python=package.requires_python,
        yanked=(package.yanked_reason or True) if package.is_yanked else False,
    )
