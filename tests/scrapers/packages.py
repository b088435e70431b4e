"""A package index on this machine, with packages that tests build."""

import base64
import gzip
import hashlib
import html
import io
import json
import tarfile
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"


def metadata_of(name: str, version: str, **fields: Any) -> bytes:
    """Return core metadata; a list stands for a field that is there more than once."""
    rows = {"Metadata-Version": "2.1", "Name": name, "Version": version} | fields
    lines = []
    for key, value in rows.items():
        header = key.replace("_", "-")
        given = value if isinstance(value, list) else [value]
        lines += [f"{header}: {one}\n" for one in given]
    return "".join(lines).encode()


def wheel(name: str, version: str, metadata: bytes, **more: bytes) -> bytes:
    stem = f"{name.replace('-', '_')}-{version}"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in more.items():
            archive.writestr(timeless(path), content)
        archive.writestr(timeless(f"{stem}.dist-info/METADATA"), metadata)
    return made.getvalue()


def timeless(path: str) -> zipfile.ZipInfo:
    """Return a member without a time: a file that is built twice is the same file."""
    member = zipfile.ZipInfo(path)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def sdist(name: str, version: str, metadata: bytes) -> bytes:
    return tar({f"{name}-{version}/PKG-INFO": metadata})


def tar(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(made.getvalue(), compresslevel=1, mtime=0)


def patient() -> requests.Session:
    """Return a session for the real index: connections to it break now and then."""
    session = requests.Session()
    retries = Retry(5, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504))
    session.mount("https://", HTTPAdapter(max_retries=retries))
    return session


@dataclass
class Distribution:
    """One file on a project's page; `metadata` is served beside it where it is given."""

    filename: str
    content: bytes = b""
    metadata: bytes | None = None
    row: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        row = {
            "filename": self.filename,
            "url": f"/files/{self.filename}",
            "hashes": {"sha256": hashlib.sha256(self.content).hexdigest()},
        }
        if self.metadata is not None:
            row["core-metadata"] = {"sha256": hashlib.sha256(self.metadata).hexdigest()}
        return row | self.row

    def as_html(self) -> str:
        row = self.as_json()
        requires = html.escape(self.row.get("requires-python", ""))
        yanked = ' data-yanked=""' if self.row.get("yanked") else ""
        link = f"{row['url']}#sha256={row['hashes']['sha256']}"
        return (
            f'<a href="{link}" data-requires-python="{requires}"{yanked}>'
            f"{self.filename}</a>"
        )


@dataclass
class Answer:
    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Index:
    """The Simple API of PyPI, or the plain pages of a folder of files."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, int]] = []
        # What came with each request: user and password, or nothing.
        self.logins: list[str] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        given = self.answers.get(request.path, Answer(404, HTML, b"Not found"))
        etag = given.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            given = Answer(304, given.content_type, b"", given.headers)
        self.asked.append((request.path, given.status))
        _, _, login = request.headers.get("Authorization", "").partition(" ")
        self.logins.append(base64.b64decode(login).decode())
        request.send_response(given.status)
        request.send_header("Content-Type", given.content_type)
        request.send_header("Content-Length", str(len(given.body)))
        for name, value in given.headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(given.body)

    def forget(self) -> None:
        """Forget everything that is there and that was asked."""
        self.answers.clear()
        self.asked.clear()
        self.logins.clear()

    def list_projects(self, **serials: int | None) -> None:
        """Publish this list of projects, each with its serial if it has one."""
        rows = [
            {"name": name.replace("_", "-")}
            | ({"_last-serial": serial} if serial is not None else {})
            for name, serial in serials.items()
        ]
        body = {"meta": {"api-version": "1.1"}, "projects": rows}
        self.root(json.dumps(body).encode())

    def root(self, body: bytes, *, kind: str = JSON) -> None:
        """Answer with this where the list of projects is."""
        etag = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"'}
        self.answers["/simple/"] = Answer(200, kind, body, etag)

    def put(
        self,
        name: str,
        *files: Distribution,
        plain: bool = False,
        status: dict[str, Any] | None = None,
    ) -> None:
        """Publish a project with these files and no other."""
        body = json.dumps(
            {
                "meta": {"api-version": "1.1"},
                "name": name,
                "files": [file.as_json() for file in files],
                "versions": [],
                **({"project-status": status} if status else {}),
            }
        ).encode()
        kind = JSON
        if plain:
            body = "".join(file.as_html() for file in files).encode()
            body, kind = b"<!DOCTYPE html><html><body>" + body, HTML
        self.page(name, body, kind=kind)
        for file in files:
            path = f"/files/{file.filename}"
            binary = "application/octet-stream"
            self.answers[path] = Answer(200, binary, file.content)
            if file.metadata is not None and not plain:
                self.answers[f"{path}.metadata"] = Answer(200, binary, file.metadata)

    def page(self, name: str, body: bytes, *, kind: str = JSON) -> None:
        etag = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"'}
        self.answers[f"/simple/{name}/"] = Answer(200, kind, body, etag)


def release(
    name: str, version: str, *, served: bool = True, **row: Any
) -> Distribution:
    """Return a wheel of a connector on a public forge, as one file of an index."""
    metadata = metadata_of(
        name,
        version,
        Summary=f"Made at {version}.",
        License="MIT",
        Project_URL=["Repository, https://github.com/Ada-Labs/tap-alpha.git"],
    )
    return Distribution(
        f"{name.replace('-', '_')}-{version}-py3-none-any.whl",
        wheel(name, version, metadata),
        metadata if served else None,
        {"upload-time": "2024-05-06T07:08:09.123456Z"} | row,
    )
