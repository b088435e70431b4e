"""A server of an index and of repositories that have next to nothing new.

Its own process answers, as fast as Python does, so that what is measured is who asks.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "a" * 40
JSON = "application/vnd.pypi.simple.v1+json"
REFERENCES = "application/x-git-upload-pack-advertisement"


def serve(port: Any, asked: Any, news: Any) -> None:
    """Answer until killed: pages of packages with their ETags, repositories of one commit.

    All three are shared with other processes: the port once it is known, how many requests
    came, and of how many packages there is news since the last pass, with its number.
    """
    Handler.asked, Handler.news = asked, news
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.value = server.server_port
    server.serve_forever()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    asked: Any
    news: Any
    # The newest release of packages that have one.
    states: dict[int, int] = {}

    def do_GET(self) -> None:
        """Answer by the path."""
        self.asked.value += 1
        if not self.path.startswith("/simple/"):
            self._answer(references(), REFERENCES)
        elif self.path.endswith(".metadata"):
            self._answer(metadata(self.path), "application/octet-stream")
        else:
            self._answer_page()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer_page(self) -> None:
        number = int(self.path.split("/")[2].removeprefix("tap-x"))
        count, now = self.news
        # Every other source is a package.
        if number < count * 2:
            self.states[number] = now
        state = self.states.get(number, 0)
        etag = f'"{state or "one"}"'
        if self.headers.get("If-None-Match") == etag:
            self.send_response_only(304)
            self.end_headers()
            return
        self._answer(page(self.path, state), JSON, etag=etag)

    def _answer(self, body: bytes, kind: str, *, etag: str = "") -> None:
        self.send_response_only(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)


def page(path: str, state: int) -> bytes:
    """Return a project's page with the one file of its newest release, if there is any."""
    name = path.split("/")[2]
    filename = f"{name.replace('-', '_')}-{state}.0-py3-none-any.whl"
    file = {
        "filename": filename, "url": f"/simple/{name}/{filename}", "core-metadata": True,
        "hashes": {"sha256": f"{state:064x}"}, "upload-time": "2024-05-06T07:08:09Z",
    }  # fmt: skip
    files = [file] if state else []
    said = {"meta": {"api-version": "1.0"}, "name": name, "files": files}
    return json.dumps(said).encode()


def metadata(path: str) -> bytes:
    """Return the metadata of a release, from the address of its file."""
    name, version = path.rpartition("/")[2].split("-")[:2]
    name = name.replace("_", "-")
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()


def references() -> bytes:
    """Return the references of a repository with one commit on one branch."""

    def packet(text: bytes) -> bytes:
        return f"{len(text) + 4:04x}".encode() + text

    head = COMMIT.encode() + b" HEAD\0symref=HEAD:refs/heads/main\n"
    main = COMMIT.encode() + b" refs/heads/main\n"
    return (
        packet(b"# service=git-upload-pack\n") + b"0000" + packet(head) + packet(main)
        + b"0000"
    )  # fmt: skip
