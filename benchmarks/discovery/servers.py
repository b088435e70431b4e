"""The servers that are compared: started on free ports, stopped whatever happens."""

import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.run import web_command

CHECKOUT = Path(__file__).resolve().parents[2]
SHIPPED = CHECKOUT / "deploy" / "nginx.conf"
PATIENCE_S = 20.0

# What nginx needs at least to serve the same files in the same two forms.
BARE = """
worker_processes 2;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
events {}
http {
    access_log off;
    default_type application/json;
    sendfile on;
    keepalive_requests 100000;
    server {
        listen 80;
        gzip_static on;
        root /srv/songbook/published/documents;
    }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: list[str], *, port: int, variables: Mapping[str, str]
) -> Iterator[Server]:
    """Run a server until the block ends. Raises TimeoutError if it does not listen."""
    process = subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | variables)
    try:
        await_port(port)
        yield Server(port=port, process=process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_port(port: int) -> None:
    """Wait until someone listens on a port. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port} after {PATIENCE_S:g} s")


@contextlib.contextmanager
def granian(root: Path) -> Iterator[Server]:
    """Run the embedded server over a published folder."""
    port = free_port()
    variables = {"PUBLISHED_ROOT": str(root)}
    # The product's own command, so that it is the product that is measured.
    with running(web_command(port), port=port, variables=variables) as server:
        yield server


@contextlib.contextmanager
def nginx(config: str, *, root: Path, folder: Path) -> Iterator[Server]:
    """Run nginx with a configuration whose places are replaced by ours."""
    port = free_port()
    folder.mkdir()
    file = folder / "nginx.conf"
    file.write_text(adapted(config, root=root, folder=folder, port=port))
    # Root's nginx would read the files as another user, who may not be allowed to.
    user = "user root;" if os.geteuid() == 0 else ""
    place = ["-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")]
    command = ["nginx", *place, "-g", f"daemon off; {user}"]
    with running(command, port=port, variables={}) as server:
        yield server


def adapted(config: str, *, root: Path, folder: Path, port: int) -> str:
    """Return a configuration with its places replaced. Raises ValueError if one lacks.

    The number of workers becomes granian's. Nothing else that bears on speed changes.
    """
    temporary = "".join(
        f"{kind}_temp_path {folder};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    for pattern, ours in (
        (r"/srv/songbook/published", str(root)),
        (r"listen 80\b", f"listen 127.0.0.1:{port}"),
        (r"worker_processes \w+;", "worker_processes 2;"),
        (r"/run/nginx\.pid", str(folder / "pid")),
        (r"/var/log/nginx/error\.log", str(folder / "error.log")),
        # Without these only root can start it.
        (r"http \{", f"http {{ {temporary}"),
    ):
        config, count = re.subn(pattern, ours.replace("\\", r"\\"), config)
        if not count:
            raise ValueError(f"The nginx configuration has no {pattern!r}")
    return config
