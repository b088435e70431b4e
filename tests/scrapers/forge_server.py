"""A forge on this machine: answers in the two forges' real shapes, steered by tests."""

import hashlib
import json
import threading
from copy import deepcopy
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RATE_LIMIT = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59"}

# In the real shapes of both, shortened.
GITHUB = {
    "id": 191234567,
    "node_id": "MDEwOlJlcG9zaXRvcnkxOTEyMzQ1Njc=",
    "name": "tap-alpha",
    "full_name": "Ada/tap-alpha",
    "private": False,
    "owner": {
        "login": "Ada",
        "id": 583231,
        "type": "Organization",
        "site_admin": False,
    },
    "html_url": "https://github.com/Ada/tap-alpha",
    "description": "Singer tap for Alpha",
    "fork": True,
    "url": "https://api.github.com/repos/Ada/tap-alpha",
    "created_at": "2019-06-10T14:12:00Z",
    "updated_at": "2026-05-02T08:00:11Z",
    "pushed_at": "2026-04-30T17:21:09Z",
    "clone_url": "https://github.com/Ada/tap-alpha.git",
    "homepage": None,
    "size": 412,
    "stargazers_count": 41,
    "watchers_count": 41,
    "language": "Python",
    "has_issues": True,
    "forks_count": 12,
    "archived": True,
    "disabled": False,
    "open_issues_count": 7,
    "license": {
        "key": "apache-2.0",
        "name": "Apache License 2.0",
        "spdx_id": "Apache-2.0",
        "url": "https://api.github.com/licenses/apache-2.0",
        "node_id": "MDc6TGljZW5zZTI=",
    },
    "allow_forking": True,
    "topics": ["singer-tap", "meltano", "alpha"],
    "visibility": "public",
    "default_branch": "main",
    "parent": {"id": 100, "full_name": "singer-io/tap-alpha", "fork": False},
    "source": {"id": 100, "full_name": "singer-io/tap-alpha", "fork": False},
    "network_count": 30,
    "subscribers_count": 5,
}
GITLAB = {
    "id": 27270471,
    "description": "Singer tap for Alpha",
    "name": "Tap Alpha",
    "name_with_namespace": "Data / Taps / Tap Alpha",
    "path": "tap-alpha",
    "path_with_namespace": "Data/taps/tap-alpha",
    "created_at": "2021-06-07T12:51:08.604Z",
    "default_branch": "master",
    "tag_list": ["Data integration", "singer"],
    "topics": ["Data integration", "singer"],
    "ssh_url_to_repo": "git@gitlab.com:Data/taps/tap-alpha.git",
    "http_url_to_repo": "https://gitlab.com/Data/taps/tap-alpha.git",
    "web_url": "https://gitlab.com/Data/taps/tap-alpha",
    "readme_url": "https://gitlab.com/Data/taps/tap-alpha/-/blob/master/README.md",
    "license_url": "https://gitlab.com/Data/taps/tap-alpha/-/blob/master/LICENSE",
    "license": {
        "key": "agpl-3.0",
        "name": "GNU Affero General Public License v3.0",
        "nickname": "GNU AGPLv3",
        "html_url": "http://choosealicense.com/licenses/agpl-3.0/",
        "source_url": None,
    },
    "forks_count": 3,
    "avatar_url": None,
    "star_count": 2,
    "last_activity_at": "2026-03-01T10:00:00.000Z",
    "namespace": {
        "id": 9,
        "name": "taps",
        "kind": "group",
        "full_path": "Data/taps",
    },
    "archived": False,
    "visibility": "public",
    "open_issues_count": 1,
}


@dataclass
class Reply:
    """What a path is answered with. JSON unless `body` is bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class ForgeServer:
    """Answers the paths in `replies`, with ETags; `asked` has every request's headers."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, Message]] = []
        forge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                forge.asked.append((self.path, self.headers))
                forge.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> "ForgeServer":
        threading.Thread(target=self.server.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        missing = Reply({"message": "Not Found", "status": "404"}, 404)
        reply = self.replies.get(handler.path, missing)
        body = reply.body if isinstance(reply.body, bytes) else _json(reply.body)
        etag = f'W/"{hashlib.sha256(body).hexdigest()}"'
        headers = RATE_LIMIT | {"Content-Type": "application/json; charset=utf-8"}
        status = reply.status
        if status == 200:
            headers["ETag"] = etag
            if handler.headers.get("If-None-Match") == etag:
                status, body = 304, b""
        handler.send_response(status)
        for name, value in (headers | reply.headers).items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def github_repository(**changes: Any) -> dict[str, Any]:
    """What GitHub answers to `GET /repos/Ada/tap-alpha`, shortened."""
    return deepcopy(GITHUB) | changes


def gitlab_project(**changes: Any) -> dict[str, Any]:
    """What GitLab answers to `GET /projects/data%2Ftaps%2Ftap-alpha?license=true`."""
    return deepcopy(GITLAB) | changes
