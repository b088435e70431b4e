"""How Git is run here: quietly, on nobody's configuration, with limits."""

import re
import socket
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from git import Git, GitCommandError
from git.exc import UnsafeProtocolError

from scrapers.dialing import Forbidden, checked_addresses
from scrapers.http import Gone, Refused, Unreachable

# Nobody is there to answer a prompt, and nothing of this machine's or its user's
# configuration may change what a fetch does.
QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ALLOW_PROTOCOL": "https:http:file",
    "GIT_LFS_SKIP_SMUDGE": "1",
    # Not even a .netrc: curl reads it from the home folder.
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    # A transfer slower than 1 kB/s for 20 s counts as dead.
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "20",
}
# The first Git that `http.curloptResolve` tells which addresses to dial. An older one takes
# the option, and goes wherever the name leads. Source: Git's release notes, 2.37.0.
OLDEST = (2, 37)
FILE_LIMIT_MB = 200
# `ulimit` counts blocks of 512 bytes.
LIMITED = ("sh", "-c", f'ulimit -f {FILE_LIMIT_MB * 2048}; exec git "$@"', "git")
CONFIGURED = (
    "core.hooksPath=/dev/null",
    # One file per fetch, which the limit can then stop, and no work of upkeep.
    "fetch.unpackLimit=1",
    "gc.auto=0",
    "maintenance.auto=false",
    # What unpacks to more than this is never held in memory as a whole.
    "core.bigFileThreshold=1m",
    # A redirect would be dialled unchecked.
    "http.followRedirects=false",
)
NOT_THERE = re.compile(
    r"not found|does not exist|does not appear to be a git repository", re.IGNORECASE
)
TOO_LARGE = re.compile(
    r"died of signal 25|File too large|exceeds maximum allowed|invalid index-pack output"
)
# Two readers of one address must not see two hosts in it: nothing that is unusual.
HTTP_ADDRESS = re.compile(
    r"https?://(?:[^\s/@\\?#]*@)?(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
    r"(?::[0-9]{1,5})?(?:/[^\s\\]*)?",
    re.IGNORECASE,
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_local(url: str) -> bool:
    """Say whether an address is of this machine's files."""
    return url.startswith("file://") or Path(url).is_absolute()


def host_of(url: str) -> list[str]:
    """Return the host of an HTTP address in a list, which is empty for any other."""
    if not HTTP_ADDRESS.fullmatch(url):
        return []
    return [urlsplit(url).hostname or ""]


def installed() -> tuple[int, ...]:
    """Return the version of the Git on this machine; () where it tells none. One process."""
    try:
        return Git().version_info
    except (GitCommandError, ValueError, IndexError):
        # GitPython takes the third word to pieces, whatever it finds.
        return ()


def dotted(version: tuple[int, ...]) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version)) or "of no known version"


def options_for(url: str, *, trusted: Iterable[str]) -> list[str]:
    """Return Git's options for fetching from `url`, with the addresses it may dial.

    One lookup of the name. Raises Refused (a private or impossible address, a Git that
    can't be told where to dial) or Unreachable.
    """
    options = list(CONFIGURED)
    if not is_local(url):
        _require_pinning(url)
        options.append(f"http.curloptResolve={_pinned(url, trusted)}")
    elif not settings.CRAWL_LOCAL_REPOSITORIES:
        raise Refused(f"{url} is on this machine, where nothing is to be read.")
    return [word for option in options for word in ("-c", option)]


def failure(
    url: str, error: GitCommandError | UnsafeProtocolError
) -> Unreachable | Gone | Refused:
    """Return the failure that Git's words mean, in a sentence."""
    said = str(getattr(error, "stderr", "") or error).strip().strip("'")
    lines = [line for line in said.splitlines() if line.strip()] or ["no answer"]
    last = lines[0].removeprefix("stderr: ").strip("' ").removeprefix("fatal: ")
    if isinstance(error, UnsafeProtocolError) or "not allowed" in said:
        return Refused(f"{url} uses a protocol that is not allowed.")
    if TOO_LARGE.search(said):
        return Refused(f"{url} has more than {FILE_LIMIT_MB} MB in one commit.")
    if "did not complete in" in said:
        return Unreachable(f"{url} did not answer in time.")
    if NOT_THERE.search(said):
        return Gone(f"Nothing is at {url}: {last}")
    return Unreachable(f"{url} could not be reached: {last}")


def _require_pinning(url: str) -> None:
    if (found := installed()) < OLDEST:
        raise Refused(
            f"{url} was not fetched: Git is {dotted(found)} here, and before "
            f"{dotted(OLDEST)} it can't be kept from private addresses."
        )


def _pinned(url: str, trusted: Iterable[str]) -> str:
    """Return HOST:PORT:ADDRESSES for curl, so that it looks up nothing itself."""
    if not host_of(url):
        raise Refused(f"{url!r} is no address of a Git repository.")
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        found = checked_addresses(
            host, port, trusted=trusted, networks=settings.CRAWL_ALLOWED_NETWORKS
        )
    except (Forbidden, ValueError) as error:
        raise Refused(f"{url}: {error}") from error
    except socket.gaierror as error:
        raise Unreachable(f"{url} could not be reached: no such host.") from error
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}:{','.join(found)}"
