"""Look at a Git repository on any host: one `ls-remote`, and a shallow fetch when it moved."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from git import Git, GitCommandError, Repo
from git.exc import UnsafeProtocolError

from scrapers.crawlers.definitions.tree import File, text_of
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
    "LC_ALL": "C",
    # A transfer slower than 1 kB/s for 20 s counts as dead.
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "20",
}
NOT_THERE = re.compile(
    r"not found|does not exist|does not appear to be a git repository", re.IGNORECASE
)


def head_of(url: str, *, timeout_s: int) -> str:
    """Return the commit that the remote's HEAD names. One `ls-remote`.

    Raises Unreachable, Gone, or Refused for an empty repository or a bad address.
    """
    if url.startswith("-"):
        raise Refused(f"{url!r} is not a repository address.")
    try:
        answer = str(
            Git().ls_remote("--", url, "HEAD", env=QUIET, kill_after_timeout=timeout_s)
        )
    except (GitCommandError, UnsafeProtocolError) as error:
        raise _failure(url, error) from error
    if not answer:
        raise Refused(f"{url} has no commit yet.")
    return answer.split(maxsplit=1)[0]


class GitTree:
    """One commit of a repository, fetched without its history into a bare `folder`."""

    def __init__(
        self, url: str, revision: str, folder: Path, *, timeout_s: int
    ) -> None:
        self.revision = revision
        self._repo = Repo.init(folder, bare=True)
        try:
            self._repo.git.fetch(
                "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, revision,
                env=QUIET, kill_after_timeout=timeout_s * 5,
            )  # fmt: skip
        except GitCommandError as error:
            raise _failure(url, error) from error

    def files(self) -> Iterator[File]:
        """Yield every regular file of the commit; links and submodules are passed over."""
        listing = self._repo.git.ls_tree(
            "-r", "-l", "-z", self.revision, stdout_as_string=False
        )
        for row in filter(None, listing.split(b"\0")):
            meta, path = row.split(b"\t", 1)
            mode, kind, blob, size = meta.decode().split()
            if kind == "blob" and mode != "120000":
                yield File(path=text_of(path), blob=blob, size=int(size))

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
        """Yield the content of `files`, through one `cat-file --batch`."""
        for file in files:
            yield file, self._repo.odb.stream(bytes.fromhex(file.blob)).read()

    def close(self) -> None:
        """End Git's helper processes."""
        self._repo.close()


def _failure(
    url: str, error: GitCommandError | UnsafeProtocolError
) -> Unreachable | Gone | Refused:
    """Return the failure that Git's words mean, in a sentence."""
    said = str(getattr(error, "stderr", "") or error).strip().strip("'")
    lines = [line for line in said.splitlines() if line.strip()] or ["no answer"]
    last = lines[0].removeprefix("stderr: ").strip("' ").removeprefix("fatal: ")
    if isinstance(error, UnsafeProtocolError) or "not allowed" in said:
        return Refused(f"{url} uses a protocol that is not allowed.")
    if NOT_THERE.search(said):
        return Gone(f"Nothing is at {url}: {last}")
    return Unreachable(f"{url} could not be reached: {last}")
