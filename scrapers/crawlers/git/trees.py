"""Commits of a repository, fetched without their history into a bare folder.

Nothing is checked out: files are read from Git's objects, so links, hooks and submodules
of a repository never come to life. What a fetch may dial is settled before it starts.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from git import GitCommandError, Repo

from scrapers.crawlers.definitions.tree import File, text_of
from scrapers.crawlers.git.references import COMMIT, references_of
from scrapers.crawlers.git.running import (
    LIMITED,
    QUIET,
    failure,
    host_of,
    is_local,
    options_for,
)
from scrapers.http import Refused, Unreachable, session

LINK = "120000"
# Some hundred thousand files; the largest repository of connectors that we know has 60,000.
LISTING_LIMIT_BYTES = 32 * 1024 * 1024
SHALLOW = ("--depth=1",)
# All of it: fetched with a filter, Git asks for what is missing by starting itself again,
# and against a host that never gives it one process starts the next without end.
HISTORY: tuple[str, ...] = ()
REVISION = re.compile(r"[\w./+@-]+")
# What people write of a commit. Source: gitrevisions of Git; forges show seven digits.
ABBREVIATED = re.compile(r"[0-9a-f]{7,63}")
EVERYTHING = ("+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*")
UNKNOWN = re.compile(r"couldn't find remote ref")
# Servers of old versions give out what has a name, and nothing by its id.
UNNAMED = re.compile(r"unadvertised object|not our ref")
REDIRECTED = re.compile(r"returned error: 30\d")


class Checkout:
    """Commits of the repository at `url`, kept in `folder`, which must be ours alone.

    Hosts in `trusted` may have private addresses. Nothing is asked before `fetch`.
    """

    def __init__(
        self, url: str, folder: Path, *, timeout_s: float, trusted: Iterable[str] = ()
    ) -> None:
        self.url = url
        self._folder = folder
        self._timeout_s = timeout_s
        self._trusted = list(trusted)
        self._repo = Repo.init(folder / "commits", bare=True)
        self._kept: dict[str, str] = {}

    def fetch(self, commits: Iterable[str]) -> None:
        """Fetch commits, tags or branches, all in one go, each without its history.

        The first digits of a commit do where they are of one only: then all of the history
        is fetched. Raises a CrawlError: Unreachable where the host has one of them no more.
        """
        wanted = [one for one in dict.fromkeys(commits) if one not in self._kept]
        for one in wanted:
            if not REVISION.fullmatch(one) or one.startswith("-") or ".." in one:
                raise Refused(f"{one!r} is no commit, tag or branch.")
        if not wanted:
            return
        try:
            self._fetch(self._repo, SHALLOW, {one: one for one in wanted})
        except GitCommandError as error:
            if UNNAMED.search(str(error.stderr)):
                self._fetch_by_name(wanted)
            elif UNKNOWN.search(str(error.stderr)) and _is_abbreviated(wanted):
                self._fetch_abbreviated(*wanted)
            else:
                raise failure(self.url, error) from error

    def tree(self, commit: str, directory: str = "") -> "CommitTree":
        """Return the files of a fetched commit below `directory`, by their paths in it.

        Raises Refused where the commit has no such folder.
        """
        found = self.commit_of(commit)
        folder = directory.strip("/")
        try:
            top = str(
                self._repo.git.rev_parse("--verify", "--quiet", f"{found}:{folder}")
            )
            kind = self._repo.git.cat_file("-t", top)
        except GitCommandError:
            kind = top = ""
        if kind != "tree":
            raise Refused(f"{self.url} has no folder {directory!r}.")
        return CommitTree(self._repo, found, top)

    def committed_at(self, commit: str) -> datetime:
        """Return when a fetched commit was made. Raises Refused for an impossible time."""
        said = self._repo.git.show(
            "--no-patch", "--format=%ct", self.commit_of(commit), "--"
        )
        try:
            return datetime.fromtimestamp(int(said), UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise Refused(f"{self.url}: {commit} has no possible time.") from error

    def first_commit(self, head: str) -> str:
        """Return the commit that a history begins with, or "" if it cannot be told.

        Fetches the whole history, once in a source's life and within the usual limits. The
        smallest id where several are the first.
        """
        history = Repo.init(self._folder / "history", bare=True)
        try:
            self._fetch(history, HISTORY, {head: head})
            roots = history.git.rev_list("--max-parents=0", "refs/kept/0").split()
        except GitCommandError:
            return ""
        finally:
            history.close()
        is_whole = not (self._folder / "history" / "shallow").exists()
        return min(roots, default="") if is_whole else ""

    def close(self) -> None:
        """End Git's helper processes."""
        self._repo.close()

    def commit_of(self, name: str) -> str:
        """Return the id of what was fetched by a name; an id stays itself."""
        return self._kept.get(name, name)

    def _fetch(self, repo: Repo, how: tuple[str, ...], wanted: dict[str, str]) -> None:
        """Fetch `wanted`, what to call it by how the host calls it. Raises GitCommandError."""
        try:
            self._run_fetch(repo, how, wanted)
        except GitCommandError as error:
            if is_local(self.url) or not REDIRECTED.search(str(error.stderr)):
                raise
            # Each step of a redirect is judged on this way, which Git's own is not.
            with session(self._timeout_s, trusted=self._trusted) as http:
                found = references_of(self.url, http=http)
            if found is None or found.served_at == self.url:
                raise
            self.url = found.served_at
            self._run_fetch(repo, how, wanted)

    def _run_fetch(
        self, repo: Repo, how: tuple[str, ...], wanted: dict[str, str]
    ) -> None:
        first = len(self._kept) if repo is self._repo else 0
        refs = [f"refs/kept/{first + n}" for n in range(len(wanted))]
        specs = [
            f"+{name}:{ref}" for name, ref in zip(wanted.values(), refs, strict=True)
        ]
        self._ask_for(repo, how, specs)
        if repo is self._repo:
            for one, ref in zip(wanted, refs, strict=True):
                self._kept[one] = repo.git.rev_parse("--verify", f"{ref}^{{commit}}")

    def _ask_for(self, repo: Repo, how: tuple[str, ...], specs: Iterable[str]) -> None:
        repo.git.execute(
            [
                *LIMITED, *options_for(self.url, trusted=self._trusted),
                "fetch", *how, "--quiet", "--no-tags", "--no-recurse-submodules",
                "--no-write-fetch-head", "--", self.url, *specs,
            ],
            env=QUIET, kill_after_timeout=self._timeout_s,
        )  # fmt: skip

    def _fetch_abbreviated(self, digits: str) -> None:
        """Fetch the commit that begins so, of all that branches and tags lead to.

        Raises Refused where there is none, or more than one.
        """
        try:
            self._ask_for(self._repo, HISTORY, EVERYTHING)
        except GitCommandError as error:
            raise failure(self.url, error) from error
        try:
            found = self._repo.git.rev_parse("--verify", f"{digits}^{{commit}}")
        except GitCommandError as error:
            raise Refused(
                f"{self.url} has no commit, or several, that begin with {digits}."
            ) from error
        self._kept[digits] = found

    def _fetch_by_name(self, wanted: list[str]) -> None:
        """Fetch commits by the names of their tags, where the host gives out no ids."""
        with session(self._timeout_s, trusted=self._trusted) as http:
            offered = references_of(self.url, http=http)
        names = {}
        if offered is not None:
            names = {commit: f"refs/tags/{tag}" for tag, commit in offered.tags.items()}
            names[offered.head] = "HEAD"
        missing = [one for one in wanted if COMMIT.fullmatch(one) and one not in names]
        if missing:
            raise Unreachable(f"{self.url} has {missing[0]} no more.")
        try:
            self._fetch(
                self._repo, SHALLOW, {one: names.get(one, one) for one in wanted}
            )
        except GitCommandError as error:
            raise failure(self.url, error) from error
        for one in wanted:
            if COMMIT.fullmatch(one) and self._kept.pop(one) != one:
                raise Unreachable(f"{self.url} changed while it was read.")
            self._kept.setdefault(one, one)


def _is_abbreviated(wanted: list[str]) -> bool:
    return len(wanted) == 1 and ABBREVIATED.fullmatch(wanted[0]) is not None


class CommitTree:
    """The files of one commit, or of one folder of it."""

    def __init__(self, repo: Repo, revision: str, top: str) -> None:
        self.revision = revision
        self._repo = repo
        self._top = top

    def files(self) -> Iterator[File]:
        """Yield every regular file; links and submodules are passed over."""
        for mode, file in self.entries():
            if mode != LINK:
                yield file

    def entries(self) -> Iterator[tuple[str, File]]:
        """Yield every file and link with its mode, as Git writes it: "100755".

        Raises Refused where there are more than anybody could want.
        """
        for row in filter(None, self._listing().split(b"\0")):
            meta, path = row.split(b"\t", 1)
            mode, kind, blob, size = meta.decode().split()
            if kind == "blob":
                yield mode, File(path=text_of(path), blob=blob, size=int(size))

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
        """Yield the content of `files`, through one `cat-file --batch`."""
        for file in files:
            yield file, self._repo.odb.stream(bytes.fromhex(file.blob)).read()

    def close(self) -> None:
        """Nothing is held: the checkout is closed by who opened it."""

    def _listing(self) -> bytes:
        """Return all rows of the tree. Raises Refused where they have no end in sight.

        A dozen trees, each of which names the next one ten times, list more files than any
        memory holds.
        """
        listing = self._repo.git.ls_tree("-r", "-l", "-z", self._top, as_process=True)
        content = bytes(listing.stdout.read(LISTING_LIMIT_BYTES + 1))
        listing.stdout.close()
        if len(content) > LISTING_LIMIT_BYTES:
            raise Refused(f"{self.revision} has more files than can be listed.")
        try:
            listing.wait()
        except GitCommandError as error:
            raise Refused(f"{self.revision} can't be listed.") from error
        return content


class GitTree:
    """One commit of a repository that the operator named, fetched into `folder`."""

    def __init__(
        self, url: str, revision: str, folder: Path, *, timeout_s: int
    ) -> None:
        self.revision = revision
        self._checkout = Checkout(
            url, folder, timeout_s=timeout_s * 5, trusted=host_of(url)
        )
        self._checkout.fetch([revision])
        self._tree = self._checkout.tree(revision)

    def files(self) -> Iterator[File]:
        """Yield every regular file of the commit; links and submodules are passed over."""
        return self._tree.files()

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
        """Yield the content of `files`."""
        return self._tree.read(files)

    def close(self) -> None:
        """End Git's helper processes."""
        self._checkout.close()
