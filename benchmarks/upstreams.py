"""Repositories, packages and definitions on loopback that change when they are told to.

What benchmarks crawl: each has a number of releases so far, its `state`, which is also in
the words that end up in its document.
"""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from registry.vocabulary import SourceKind
from tests.definitions import definition_of
from tests.scrapers.git_server import GitServer
from tests.scrapers.packages import Distribution, Index, metadata_of, wheel

PLUGINS_IN_A_TREE = 20
PYPROJECT = """[project]
name = "{name}"
version = "{state}.0"
description = "State {state}."
dependencies = ["singer-sdk"]
"""


@dataclass(slots=True, kw_only=True)
class Upstream:
    """One thing that can be crawled, and its state."""

    kind: SourceKind
    address: str
    name: str
    state: int = 0
    # The commit of this state, where there are commits.
    commit: str = ""


@dataclass(slots=True)
class Upstreams:
    """Servers of Git and of an index, and everything on them. `close` them at the end."""

    folder: Path
    all: list[Upstream] = field(default_factory=list)
    git: GitServer = field(init=False)
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        self.git = GitServer(self.folder)
        self.index = Index()

    def close(self) -> None:
        """Stop to answer."""
        self.git.close()
        self.index.close()

    def add_package(self, name: str) -> Upstream:
        """Return a new package with one release."""
        return self._added(Upstream(kind=SourceKind.PACKAGE, address=name, name=name))

    def add_repository(self, name: str) -> Upstream:
        """Return a new repository with one release."""
        address = f"{self.git.url}/ada/{name}"
        made = Upstream(kind=SourceKind.REPOSITORY, address=address, name=name)
        return self._added(made)

    def add_definitions(self, name: str) -> Upstream:
        """Return a new tree of definitions."""
        address = f"{self.git.url}/ada/{name}"
        made = Upstream(kind=SourceKind.DEFINITIONS, address=address, name=name)
        return self._added(made)

    def _added(self, made: Upstream) -> Upstream:
        if made.kind is not SourceKind.PACKAGE:
            run_git(
                "init", "--quiet", "--bare", "--initial-branch=main", self._at(made)
            )
        self.all.append(made)
        self.change(made)
        return made

    def change(self, upstream: Upstream) -> None:
        """Make the next release."""
        upstream.state += 1
        if upstream.kind is SourceKind.PACKAGE:
            files = [file_of(upstream.name, n + 1) for n in range(upstream.state)]
            self.index.put(upstream.name, *files)
            return
        run_git(
            "-C", self._at(upstream), "fast-import", "--quiet", said=commit_of(upstream)
        )
        head = Path(self._at(upstream), "refs", "heads", "main")
        upstream.commit = head.read_text(encoding="ascii").strip()

    def _at(self, upstream: Upstream) -> str:
        return str(self.folder / "ada" / upstream.name)


def file_of(name: str, state: int) -> Distribution:
    """Return the file of a release, with its metadata beside it."""
    metadata = metadata_of(name, f"{state}.0", Summary=f"State {state}.")
    filename = f"{name.replace('-', '_')}-{state}.0-py3-none-any.whl"
    row = {"upload-time": f"2024-05-06T07:{state // 60 % 60:02}:{state % 60:02}Z"}
    content = wheel(name, f"{state}.0", metadata)
    return Distribution(filename, content, metadata, row)


def commit_of(upstream: Upstream) -> str:
    """Return the next commit of a repository, as `git fast-import` reads it."""
    is_tree = upstream.kind is SourceKind.DEFINITIONS
    files = definitions(upstream.state) if is_tree else project(upstream)
    said = [
        "commit refs/heads/main",
        f"committer Ada <ada@example.org> {int(time.time())} +0000",
        data_of(f"State {upstream.state}"),
        *(["from refs/heads/main^0"] if upstream.state > 1 else []),
    ]
    for path, text in files.items():
        said += [f"M 100644 inline {path}", data_of(text)]
    said += ["", f"reset refs/tags/v{upstream.state}.0", "from refs/heads/main", ""]
    return "\n".join(said)


def data_of(text: str) -> str:
    """Return a text with its length before it."""
    return f"data {len(text.encode())}\n{text}"


def project(upstream: Upstream) -> dict[str, str]:
    """Return the files of a connector's repository."""
    text = PYPROJECT.format(name=upstream.name, state=upstream.state)
    return {"pyproject.toml": text, "README.md": f"# {upstream.name}\n"}


def definitions(state: int) -> dict[str, str]:
    """Return the definitions that are new in a state: one in turn, or all at first."""
    numbers = range(PLUGINS_IN_A_TREE) if state == 1 else [state % PLUGINS_IN_A_TREE]
    files = {}
    for number in numbers:
        name = f"tap-defined-{number}"
        said = definition_of("extractors", name, "ada")
        # What it would name is at no server here.
        said |= {"description": f"State {state}.", "pip_url": "", "repo": ""}
        text = yaml.safe_dump(said, sort_keys=False)
        files[f"_data/meltano/extractors/{name}/ada.yml"] = text
    return files


def run_git(*arguments: str, said: str = "") -> None:
    """Run Git to its end. Raises CalledProcessError."""
    subprocess.run(
        ["git", *arguments], input=said.encode(), check=True, capture_output=True
    )
