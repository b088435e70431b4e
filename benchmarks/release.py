"""Measure how soon a release is served: `python -m benchmarks.release [TIMES]`.

Songbook runs as `dev run` starts it. A new file appears on an index page, or a new tag in
a repository, both on loopback; a signed message is posted to the source's hook; and the
connector's document is asked for until it tells the new state. Then once more while many
other sources of the same hosts are overdue, which workers take at the usual pace. Target:
10 s, for the slowest.
"""

import argparse
import hashlib
import hmac
import http.client
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import django

from embedded.postgres import Postgres

TARGET_S = 10.0
POLL_S = 0.02
PATIENCE_S = 90.0
# A source's hook is heard once in this time.
HOOK_REST_S = 5.5
PORT = 20_815
# Each web process loads what a hook needs when it is first asked for one.
WARMING = 10
STARTED = (sys.executable, "dev", "run")


def main() -> int:
    """Measure, and print a line for each kind of source; 1 if the target is missed."""
    parser = argparse.ArgumentParser("benchmarks.release", description=__doc__)
    parser.add_argument("times", type=int, nargs="?", default=10)
    parser.add_argument("--backlog", type=int, default=400)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="songbook-release-"))
    # PostgreSQL's own account has to pass through.
    folder.chmod(0o755)
    try:
        with Postgres(folder) as postgres:
            return run(options, folder, postgres.url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(options: argparse.Namespace, folder: Path, database_url: str) -> int:
    """Start Songbook, and measure in quiet and in a crowd."""
    from benchmarks.upstreams import Upstreams  # noqa: PLC0415

    (folder / "served").mkdir()
    with (
        closing(Upstreams(folder / "served")) as upstreams,
        started(folder, database_url, index_url=upstreams.index.url),
    ):
        measured = {
            "package": upstreams.add_package("tap-packed"),
            "repository": upstreams.add_repository("tap-kept"),
        }
        for one in measured.values():
            enrol([one])
        missed = measure(measured, upstreams, options.times, "nothing else to do")
        crowd = [
            upstreams.add_package(f"tap-other-{n}") if n % 2
            else upstreams.add_repository(f"tap-crowd-{n}")
            for n in range(options.backlog)
        ]  # fmt: skip
        enrol(crowd)
        said = f"{options.backlog} others overdue"
        return max(missed, measure(measured, upstreams, options.times, said))


@contextmanager
def started(folder: Path, database_url: str, *, index_url: str) -> Iterator[None]:
    """Run Songbook beside the block, and show its log where that gave up waiting."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hub.settings", "DATABASE_URL": database_url,
        "PACKAGE_INDEX_URL": index_url, "DEFINITIONS_SOURCES": "",
        "CRAWL_ALLOWED_NETWORKS": "127.0.0.0/8", "SECRET_KEY": "k" * 50,
        "SONGBOOK_STATE": str(folder), "SONGBOOK_PORT": str(PORT),
        "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    with (folder / "songbook.log").open("wb") as log:
        songbook = subprocess.Popen(STARTED, stdout=log, stderr=log)
    try:
        until(is_up, what="an answer")
        for _ in range(WARMING):
            ask("POST", "/hooks/0")
        django.setup()
        yield
    except TimeoutError:
        print((folder / "songbook.log").read_text(errors="replace")[-2000:])
        raise
    finally:
        songbook.terminate()
        songbook.wait()


def enrol(found: list[Any]) -> None:
    """Make sources that are due now."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415

    places = [(one.kind, one.address) for one in found]
    Source.objects.enrol_all(places, found_by="benchmark", due_at=timezone.now())


def measure(measured: dict[str, Any], upstreams: Any, times: int, said: str) -> int:
    """Release each so many times; return whether the slowest missed the target."""
    took: dict[str, list[float]] = {kind: [] for kind in measured}
    for one in measured.values():
        until(lambda one=one: is_served(one), what=f"{one.name} at first")
    for _ in range(times):
        time.sleep(HOOK_REST_S)
        for kind, one in measured.items():
            upstreams.change(one)
            began = time.perf_counter()
            post_hook(one)
            until(lambda one=one: is_served(one), what=f"{one.name} anew")
            took[kind].append(time.perf_counter() - began)
    missed = 0
    for kind, seconds in took.items():
        is_missed = max(seconds) > TARGET_S
        missed |= is_missed
        print(
            f"{said:22} {kind:10} {times} releases: p50 {statistics.median(seconds):.2f} s, "
            f"max {max(seconds):.2f} s, {'MISSED' if is_missed else 'within'} {TARGET_S:g} s",
            flush=True,
        )
    return int(missed)


def until(condition: Any, *, what: str) -> None:
    """Wait until the condition holds. Raises TimeoutError."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError(what)
        time.sleep(POLL_S)


def is_up() -> bool:
    """Say whether Songbook serves its index."""
    try:
        status, _ = ask("GET", "/meltano/api/v1/plugins/extractors/index")
    except OSError:
        return False
    return status == http.client.OK


def is_served(upstream: Any) -> bool:
    """Say whether the connector's document tells its newest state."""
    from registry.models import Document  # noqa: PLC0415

    beginning = f"meltano/api/v1/plugins/extractors/{upstream.name}--"
    row = Document.objects.filter(path__startswith=beginning).only("path").first()
    if row is None:
        return False
    status, body = ask("GET", f"/{row.path}")
    return status == http.client.OK and f'"State {upstream.state}."'.encode() in body


def post_hook(upstream: Any) -> None:
    """Announce a release as GitHub does: with a signature of the body."""
    from registry.hooks import secret_of  # noqa: PLC0415
    from registry.models import Source  # noqa: PLC0415

    source = Source.objects.get(kind=upstream.kind, address=upstream.address)
    body = b'{"ref": "refs/tags/v1.0"}'
    key = secret_of(source.pk).encode()
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={digest}"}
    status, said = ask("POST", f"/hooks/{source.pk}", body, headers)
    if status != http.client.ACCEPTED:
        raise RuntimeError(f"the hook answers {status}: {said[:200]!r}")


def ask(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Return what Songbook answers: status and body. Raises OSError where it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
