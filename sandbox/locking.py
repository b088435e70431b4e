"""What a release needs, resolved to names, versions and hashes.

Resolving may build source distributions to read their metadata, and so runs anybody's code:
it happens in the sandbox, with a door to the index and nothing else. Its answer is hostile
too; what it names is later taken from the index's own pages, by hash.

The answer follows from the pages that were consulted. While these are what they were,
resolving again would give the same lock, and is not done.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

import sandbox
from sandbox import Limits, Run
from sandbox.copies import write_whole
from sandbox.gateway import opened
from sandbox.index import Absent, Unfit
from sandbox.interpreters import Interpreter
from sandbox.limits import GIB, MIB
from sandbox.sources import OWN
from sandbox.starting import SOCKET
from sandbox.workshop import Workshop

# Where the index is inside: the relay listens there.
PORT = 8118
INDEX_URL = f"http://127.0.0.1:{PORT}/simple/"
PINNED = re.compile(r"([A-Za-z0-9._-]{1,200})==([A-Za-z0-9._+!-]{1,120})\s*(.*)")
# A wheel that the lock is for stands in it by its path.
OWN_ROW = re.compile(
    r"[A-Za-z0-9._-]{1,200}(?:\[[a-z0-9,-]+\])? @ "
    rf"file://{OWN}/[0-9a-f]{{64}}/\S+(?: --hash=\S+)*"
)
HASHED = re.compile(r"--hash=sha256:([0-9a-f]{64})")
PACKAGES_LIMIT = 1_000
# A change in how locks are made makes those that were kept useless.
LAYOUT = 1
NOTHING: Mapping[Path, str] = {}
LIMITS = Limits(
    wall_s=300,
    cpu_s=240,
    memory_bytes=1 * GIB,
    writable_bytes=1 * GIB,
    file_bytes=512 * MIB,
    stdout_bytes=8 * MIB,
)


class NotASpec(ValueError):
    """What should be tried is no name of a package with versions."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock, with the SHA-256 of each file that it may come from."""

    name: str
    version: str
    hashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lock:
    """What is to be installed, by name. `consulted` are the pages that it follows from.

    `own` is the key of the source tree that it is for, where that is no release on an index.
    """

    packages: tuple[Locked, ...]
    consulted: Mapping[str, str] = field(default_factory=dict)
    own: str = ""

    @property
    def digest(self) -> str:
        """Return what two locks have in common when they name the same files."""
        rows = [
            f"{p.name}=={p.version} {' '.join(sorted(p.hashes))}" for p in self.packages
        ]
        rows += [self.own] if self.own else []
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def requirement(spec: str) -> Requirement:
    """Return what to install. Raises NotASpec for an address, a marker, or no requirement."""
    try:
        read = Requirement(spec)
    except InvalidRequirement as error:
        raise NotASpec(f"{spec!r} is no name of a package with versions.") from error
    if read.url or read.marker:
        raise NotASpec(f"{spec!r} names more than a package with versions.")
    return read


def known_lock(
    specs: tuple[str, ...],
    *,
    interpreter: Interpreter,
    workshop: Workshop,
    own: str = "",
) -> Lock | None:
    """Return the lock that resolving would give, if nothing changed since the last time.

    Asks the index for pages older than ten minutes, if they are still the same. Raises
    Unavailable.
    """
    path = workshop.state / "locks" / f"{_key(specs, interpreter, workshop)}.json"
    try:
        kept = json.loads(path.read_bytes())
        packages = [
            Locked(n, v, frozenset(hashes)) for n, v, hashes in kept["packages"]
        ]
        consulted = dict(kept["consulted"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not is_unchanged(consulted, workshop):
        return None
    return Lock(tuple(packages), consulted, own)


def is_unchanged(consulted: Mapping[str, str], workshop: Workshop) -> bool:
    """Say whether pages of the index are what they were. Raises Unavailable.

    Asks it for those older than ten minutes.
    """

    def is_same(name: str) -> bool:
        try:
            return workshop.index.page(name).digest == str(consulted[name])
        except (Absent, Unfit):
            return not consulted[name]

    with ThreadPoolExecutor(8) as pool:
        return all(pool.map(is_same, consulted))


def resolve(
    specs: tuple[str, ...],
    *,
    interpreter: Interpreter,
    workshop: Workshop,
    readable: Mapping[Path, str] = NOTHING,
    own: str = "",
) -> tuple[Run, Lock | None]:
    """Return how resolving went, and the lock if there is one.

    `own` is the key of a source tree whose wheel is `readable` and stands in `specs`.
    Raises Unavailable where the index, and no package, is why there is none.
    """
    lent = {**workshop.readable(interpreter), **readable}
    allowed = workshop.allowance()
    with opened(workshop.index, workshop.doors, allowed) as door:
        run = sandbox.run(
            [*relayed(interpreter, workshop), *_compile(interpreter, workshop)],
            limits=LIMITS,
            readable=lent,
            environment=ENVIRONMENT,
            stdin="\n".join(specs).encode(),
            socket=door.path,
        )
        said = sandbox.places_of(lent).heard(run.stdout)
        packages = read_lock(said) if run.exit_code == 0 else None
        if packages is None:
            return door.told(run), None
        lock = Lock(packages, dict(door.consulted), own)
    if not door.failures:
        _keep(lock, _key(specs, interpreter, workshop), workshop)
    return run, lock


# Builds and resolvers read these. Retries are for networks; the door is none.
ENVIRONMENT = {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "120"}


def relayed(interpreter: Interpreter, workshop: Workshop) -> list[str]:
    """Return the beginning of a command that is to find the index at INDEX_URL."""
    python = [str(interpreter.executable), "-I", "-S"]
    return [*python, workshop.tool("relay.py"), SOCKET, str(PORT), "--"]


def read_lock(content: bytes) -> tuple[Locked, ...] | None:
    """Return the packages of a requirements file with hashes, by name, but its own wheel.

    It was written next to foreign code: None where a line is none of a lock's, where it
    names nothing at all, or too much.
    """
    text = content.decode(errors="replace").replace("\\\n", " ")
    rows = [" ".join(line.split()) for line in text.splitlines()]
    said = [row for row in rows if row and not row.startswith("#")]
    found: dict[str, Locked] = {}
    for row in said:
        if OWN_ROW.fullmatch(row):
            continue
        pinned = PINNED.fullmatch(row)
        hashes = frozenset(HASHED.findall(pinned[3])) if pinned else frozenset()
        if pinned is None or not hashes or not _is_version(pinned[2]):
            return None
        name = canonicalize_name(pinned[1])
        found[name] = Locked(name, pinned[2], hashes)
    if not said or len(found) > PACKAGES_LIMIT:
        return None
    return tuple(found[name] for name in sorted(found))


def _compile(interpreter: Interpreter, workshop: Workshop) -> list[str]:
    return [
        workshop.tool("uv"), "pip", "compile", "-",
        "--python", str(interpreter.executable),
        "--default-index", INDEX_URL,
        "--generate-hashes", "--no-annotate", "--no-header", "--no-config",
        "--no-sources", "--no-python-downloads", "--no-progress", "--color", "never",
    ]  # fmt: skip


def _is_version(said: str) -> bool:
    try:
        Version(said)
    except InvalidVersion:
        return False
    return True


def _key(specs: tuple[str, ...], interpreter: Interpreter, workshop: Workshop) -> str:
    parts = (
        LAYOUT, workshop.index.url, workshop.platform, interpreter.version,
        workshop.tools.name, *sandbox.assessed().kept_apart, *specs,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _keep(lock: Lock, key: str, workshop: Workshop) -> None:
    packages = [[p.name, p.version, sorted(p.hashes)] for p in lock.packages]
    kept = {"packages": packages, "consulted": dict(lock.consulted)}
    path = workshop.state / "locks" / f"{key}.json"
    write_whole(path, json.dumps(kept).encode())
