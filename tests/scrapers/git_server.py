"""A Git host on this machine: `git http-backend` behind a server that tests steer."""

import contextlib
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from git import Actor, Repo

ADA = Actor("Ada", "ada@example.org")


@dataclass
class Given:
    """What is answered to a path in place of what Git would say."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]


class GitServer:
    """Serves every bare repository below `root`; `asked` has all requests.

    `given` answers a path (without its query) by hand, `delay_s` comes before any answer.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.given: dict[str, Given] = {}
        self.asked: list[Asked] = []
        self.delay_s = 0.0
        self.etag = ""
        self.made: list[Upstream] = []
        self.is_closed = False
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.answer(self)

            do_POST = do_GET  # noqa: N815  the server's name for it

            def handle(self) -> None:
                # A client that gave up is what some tests are about.
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        # Connections that are still open get no answer any more either.
        self.is_closed = True
        self.server.shutdown()
        self.server.server_close()
        for upstream in self.made:
            upstream.bare.close()
            upstream.work.close()

    def make(self, name: str) -> "Upstream":
        """Return a new repository that is served at `/NAME`."""
        self.made.append(Upstream(self, name))
        return self.made[-1]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.is_closed:
            request.close_connection = True
            return
        body = _body(request)
        self.asked.append(
            Asked(request.command, request.path, dict(request.headers.items()))
        )
        time.sleep(self.delay_s)
        path = request.path.partition("?")[0]
        given = self.given.get(path)
        if given is None and self.etag:
            known = request.headers.get("If-None-Match") == self.etag
            given = Given(304) if known else None
        given = given or self._by_git(request, body)
        try:
            request.send_response(given.status)
            for name, value in given.headers.items():
                request.send_header(name, value)
            if given.status != 304:
                request.send_header("Content-Length", str(len(given.body)))
            request.end_headers()
            request.wfile.write(given.body)
        except OSError:
            # A client that has read enough hangs up.
            request.close_connection = True

    def _by_git(self, request: BaseHTTPRequestHandler, body: bytes) -> Given:
        path, _, query = request.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": request.command,
            "REMOTE_ADDR": "127.0.0.1",
        }
        ended = subprocess.run(
            ["git", "http-backend"],
            input=body, env=environment, capture_output=True, check=False,
        )  # fmt: skip
        head, _, content = ended.stdout.partition(b"\r\n\r\n")
        headers = dict(
            line.split(": ", 1) for line in head.decode().splitlines() if ": " in line
        )
        status = int(headers.pop("Status", "200").split()[0])
        if self.etag:
            headers["ETag"] = self.etag
        return Given(status, headers, content)


class Upstream:
    """A repository of the server, and a work tree in which a test makes its commits."""

    def __init__(self, server: GitServer, name: str) -> None:
        self.url = f"{server.url}/{name}"
        self.path = f"/{name}"
        self.bare = Repo.init(server.root / name, bare=True, initial_branch="main")
        self.work = Repo.init(
            server.root.parent / f"work-{name}", initial_branch="main"
        )
        self.folder = Path(self.work.working_dir)

    def commit(self, *, tag: str = "", annotated: bool = False, **files: str) -> str:
        """Write files (`__` in a name stands for `/`), commit, and publish all of it."""
        for name, text in files.items():
            path = self.folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.work.git.add(all=True)
        made = self.work.index.commit("Change", author=ADA, committer=ADA)
        if tag:
            message = "Release" if annotated else None
            with self.work.config_writer() as config:
                config.set_value("user", "name", "Ada")
                config.set_value("user", "email", "ada@example.org")
            self.work.create_tag(tag, message=message)
        self.publish()
        return str(made.hexsha)

    def publish(self) -> None:
        self.work.git.push(str(self.bare.git_dir), "--all", "--force")
        self.work.git.push(str(self.bare.git_dir), "--tags", "--force")


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))
    body = b""
    while size := int(request.rfile.readline(), 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return body
