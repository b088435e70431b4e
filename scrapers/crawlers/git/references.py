"""What a repository offers: its head and its tags, in one request.

Any host that Git can clone from over HTTP answers `info/refs` with all of its references.
It is asked for without a `Git-Protocol` header: the first protocol lists everything in
that one answer, the second wants another request for the list.
Source: gitprotocol-http and gitprotocol-pack of Git's documentation.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from git import Git, GitCommandError

from registry.vocabulary import without_credentials
from scrapers.crawlers.git.running import QUIET, failure, host_of, is_local
from scrapers.http import Answer, Refused, Session, ask, session

SERVICE = "/info/refs?service=git-upload-pack"
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
ANNOUNCEMENT = b"# service=git-upload-pack"
# Some hundred thousand references; the largest known connector has some thousand.
LIMIT_BYTES = 32 * 1024 * 1024
LOCAL_LIMIT_S = 60
LENGTH = re.compile(rb"[0-9a-fA-F]{4}")
# SHA-1 or SHA-256.
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# The name under which an empty repository tells its capabilities.
NO_REFERENCE = "capabilities^{}"
HEAD_IS = "symref=HEAD:refs/heads/"
BRANCH = "refs/heads/"
TAG = "refs/tags/"
# Follows the name of a tag that is an object of its own: this row has what it points to.
PEELED = "^{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What a repository offers; `tags` gives the commit of each.

    `head` is the default branch's commit and `branch` its name: both "" where there is
    none. `served_at` is the repository's address after all redirects; `moved_to` is that
    too where it is another one for good. `wait` is how long the host wants to be left
    alone.
    """

    head: str
    branch: str
    tags: dict[str, str] = field(default_factory=dict)
    served_at: str = ""
    moved_to: str = ""
    etag: str = ""
    wait: timedelta | None = None


def references_of(url: str, *, http: Session, etag: str = "") -> References | None:
    """Return what a repository offers, or None where `etag` is still right. One request.

    Raises Throttled, Unreachable, Gone, or Refused (no Git repository, no address).
    """
    if is_local(url):
        return _local(url)
    if not host_of(url):
        raise Refused(f"{url!r} is no address of a Git repository.")
    address = url.rstrip("/")
    answer = ask(
        http,
        address + SERVICE,
        what=f"The repository {address}",
        limit_bytes=LIMIT_BYTES,
        headers={"If-None-Match": etag} if etag else None,
        # Forges answer so, without credentials, where nothing public is.
        also_absent={HTTPStatus.UNAUTHORIZED},
    )
    return None if answer is None else _advertised(address, answer)


def head_of(url: str, *, timeout_s: int) -> str:
    """Return the commit that the remote's HEAD names. One request.

    The operator named this address: its host may be a private one. Raises a CrawlError,
    Refused for an empty repository.
    """
    with session(timeout_s, trusted=host_of(url)) as http:
        found = references_of(url, http=http)
    if found is None or not found.head:
        raise Refused(f"{url} has no commit yet.")
    return found.head


def packets(content: bytes) -> Iterator[bytes | None]:
    """Yield the content of each pkt-line, None for a flush. Raises Refused.

    Source: gitprotocol-common, "pkt-line Format".
    """
    at = 0
    while at < len(content):
        length = content[at : at + 4]
        if not LENGTH.fullmatch(length):
            raise Refused("A line of the answer has no length.")
        size = int(length, 16)
        if size == 0:
            yield None
            at += 4
            continue
        # 1 to 3 are marks of the second protocol, which we did not ask for.
        if size < len(length) or at + size > len(content):
            raise Refused("A line of the answer has an impossible length.")
        yield content[at + 4 : at + size]
        at += size


def _advertised(url: str, answer: Answer) -> References:
    """Return what an answer advertises. Raises Refused where it is no advertisement."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != ADVERTISEMENT:
        raise Refused(f"{url} is no Git repository.")
    try:
        capabilities, rows = parsed(answer.content)
    except Refused as error:
        raise Refused(f"{url} answers as no Git repository does. {error}") from error
    served_at = answer.url.removesuffix(SERVICE) if SERVICE in answer.url else url
    is_moved = answer.moved_to and _core(served_at) != _core(url)
    symbolic = (word for word in capabilities if word.startswith(HEAD_IS))
    head, tags = _named(rows)
    return References(
        head=head,
        tags=tags,
        branch=next(symbolic, "").removeprefix(HEAD_IS),
        served_at=served_at,
        moved_to=without_credentials(served_at) if is_moved else "",
        etag=answer.headers.get("ETag", ""),
        wait=answer.wait,
    )


def parsed(content: bytes) -> tuple[list[str], list[tuple[str, str]]]:
    """Return an advertisement's capabilities, and its rows of name and id.

    Raises Refused for anything else.
    """
    lines = list(packets(content))
    if len(lines) < 3 or lines[1] is not None or lines[-1] is not None:
        raise Refused("It is cut off.")
    if (lines[0] or b"").rstrip(b"\n") != ANNOUNCEMENT:
        raise Refused("It announces something else.")
    capabilities: list[str] = []
    rows: list[tuple[str, str]] = []
    for line in lines[2:-1]:
        if line is None:
            raise Refused("It goes on after its end.")
        row, _, words = line.rstrip(b"\n").partition(b"\0")
        capabilities += words.decode("utf-8", "replace").split()
        rows.append(_row(row))
    return capabilities, rows


def _row(line: bytes) -> tuple[str, str]:
    """Return the name and id of one reference. Raises Refused where it is none."""
    text = line.decode("utf-8", "replace")
    if text.startswith("ERR "):
        raise Refused(text.removeprefix("ERR ")[:200])
    first, _, second = text.partition(" ")
    if first == "shallow" and COMMIT.fullmatch(second):
        return "", second
    if not second or not COMMIT.fullmatch(first):
        raise Refused("A reference has no id or no name.")
    return second, first


def _named(rows: Iterable[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """Return the head and the tags among rows of name and id."""
    ids = {name: commit for name, commit in rows if name != NO_REFERENCE}
    tags = {
        name.removeprefix(TAG): ids.get(name + PEELED, commit)
        for name, commit in ids.items()
        if name.startswith(TAG) and not name.endswith(PEELED)
    }
    return ids.get("HEAD", ""), tags


def _core(url: str) -> str:
    """Return an address without what two addresses of one repository may differ in."""
    return url.rstrip("/").removesuffix(".git")


def _local(url: str) -> References:
    """Return what a repository of this machine offers, as Git lists it."""
    if not settings.CRAWL_LOCAL_REPOSITORIES:
        raise Refused(f"{url} is on this machine, where nothing is to be read.")
    try:
        said = str(
            Git().ls_remote(
                "--symref", "--", url, env=QUIET, kill_after_timeout=LOCAL_LIMIT_S
            )
        )
    except GitCommandError as error:
        raise failure(url, error) from error
    rows = [line.split("\t", 1) for line in said.splitlines() if "\t" in line]
    heads = [row[0] for row in rows if row[0].startswith("ref: ") and row[1] == "HEAD"]
    branch = next(iter(heads), "").removeprefix("ref: ").removeprefix(BRANCH)
    named = [(name, commit) for commit, name in rows if COMMIT.fullmatch(commit)]
    head, tags = _named(named)
    return References(head=head, tags=tags, branch=branch, served_at=url)
