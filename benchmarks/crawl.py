"""Measure crawls with nothing new: `python -m benchmarks.crawl [SOURCES]`.

Half of the sources are repositories and half packages, all on one server on loopback that
has been read before. Two workers take all of them, round by round; beside them, in the same
run, two bare loops make the same conditional requests and do nothing else. Targets: a
request for each source and no more, no snapshot, memory flat, at least half the loops' rate.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import django

WORKERS = 2
COMMIT = "a" * 40
JSON = "application/vnd.pypi.simple.v1+json"


def main() -> int:
    """Measure one pass and print its figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser("benchmarks.crawl", description=__doc__)
    parser.add_argument("sources", type=int, nargs="?", default=10_000)
    count = parser.parse_args().sources
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ |= {"CRAWL_ALLOWED_NETWORKS": "127.0.0.0/8", "CRAWL_PACE_S": "0"}
    asked = multiprocessing.Value("q", 0)
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=serve, args=(port, asked), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.01)
    os.environ["PACKAGE_INDEX_URL"] = f"http://127.0.0.1:{port.value}/simple/"
    django.setup()
    from django.test.runner import DiscoverRunner  # noqa: PLC0415  after set-up

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        return measure(count, f"http://127.0.0.1:{port.value}", asked)
    finally:
        runner.teardown_databases(databases)
        server.kill()


def measure(count: int, url: str, asked: Any) -> int:
    """Take all sources twice, beside bare loops; return whether a target was missed."""
    from registry.models import Snapshot, Source  # noqa: PLC0415

    enrol(count, url)
    run(lambda share: rounds())
    make_due()
    before, asked.value = Snapshot.objects.count(), 0
    ours_s = run(lambda share: rounds())
    requests, news = asked.value, Snapshot.objects.count() - before
    left = Source.objects.filter(leased_until__isnull=False).count()
    addresses = [
        f"{url}/simple/tap-x{n}/"
        if n % 2
        else f"{url}/ada/tap-r{n}/info/refs?service=git-upload-pack"
        for n in range(count)
    ]
    bare_s = run(lambda share: loop(addresses[share::WORKERS]))
    ratio = bare_s / ours_s
    print(
        f"{count} sources, nothing new: {count / ours_s:,.0f} a second, "
        f"{ratio:.2f} of {WORKERS} bare loops ({count / bare_s:,.0f} a second); "
        f"{requests / count:.3f} requests each, {news} snapshots, {left} leases left"
    )
    return int(ratio < 0.5 or requests > count or news > 0 or left > 0)


def enrol(count: int, url: str) -> None:
    """Make sources of both kinds, due now."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415
    from registry.vocabulary import SourceKind  # noqa: PLC0415

    places = [
        (SourceKind.PACKAGE, f"tap-x{n}")
        if n % 2
        else (SourceKind.REPOSITORY, f"{url}/ada/tap-r{n}")
        for n in range(count)
    ]
    now = timezone.now()
    Source.objects.enrol_all(places, found_by="benchmark", due_at=now)
    # As if read before: what a first look fetches is no part of this measurement.
    from scrapers.crawlers.git import References  # noqa: PLC0415
    from scrapers.crawlers.repository.looking import digest_of  # noqa: PLC0415

    known = References(
        head=COMMIT, branch="main", tags={}, moved_to="", etag="", wait=None
    )
    Source.objects.filter(kind=SourceKind.REPOSITORY).update(
        validators={"references": digest_of(known)}
    )


def make_due() -> None:
    """Have every source due again."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Host, Source  # noqa: PLC0415

    Source.objects.update(due_at=timezone.now())
    Host.objects.update(open_at=None)


def run(work: Callable[[int], None]) -> float:
    """Run `work` in every worker at once; return the seconds until the last is done."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    workers = [multiprocessing.Process(target=work, args=(n,)) for n in range(WORKERS)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - began


def rounds() -> None:
    """Go rounds until nothing is due, and say how much memory that took."""
    from django.utils import timezone  # noqa: PLC0415

    from registry.models import Source  # noqa: PLC0415
    from scrapers.rounds import Round  # noqa: PLC0415

    sizes = []
    while Source.objects.due(timezone.now()).exists():
        now = timezone.now()
        if sources := Source.objects.lease(now, limit=50):
            Round(sources, began=now).go(lambda *_: None)
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    if len(sizes) > 10:
        print(
            f"  memory: {sizes[len(sizes) // 10]} MB early, {sizes[-1]} MB at the end"
        )


def loop(addresses: list[str]) -> None:
    """Make the same conditional requests, and do nothing else."""
    from scrapers.http import ask, session  # noqa: PLC0415

    with session(10) as http:
        for address in addresses:
            headers = {"Accept": JSON, "If-None-Match": '"one"'}
            ask(http, address, what="it", limit_bytes=10**6, headers=headers)


def serve(port: Any, asked: Any) -> None:
    """Answer for an index whose pages have one ETag, and for repositories of one commit."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            asked.value += 1
            if self.headers.get("If-None-Match") == '"one"' and "simple" in self.path:
                self.send_response_only(304)
                self.end_headers()
                return
            is_page = self.path.startswith("/simple/")
            body = page(self.path) if is_page else references()
            kind = JSON if is_page else "application/x-git-upload-pack-advertisement"
            self.send_response_only(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if is_page:
                self.send_header("ETag", '"one"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.value = server.server_port
    server.serve_forever()


def page(path: str) -> bytes:
    """Return a project's page without files."""
    name = path.split("/")[2]
    return f'{{"meta":{{"api-version":"1.0"}},"name":"{name}","files":[]}}'.encode()


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


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.exit(main())
