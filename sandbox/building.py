"""Wheels made of source distributions, in the sandbox, once for each Python and platform.

A build runs anybody's code, with a door to the index for what it needs to build with, and a
cache of its own that ends with it. What comes back is judged before it is kept.

It is kept with the pages of the index that the build asked for, and built again when one of
them changes: what it is built with has newer releases, which may not build it any more.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sandbox
from sandbox import Limits, Run
from sandbox.copies import write_whole
from sandbox.fetching import NoFile, choose
from sandbox.gateway import opened
from sandbox.interpreters import Interpreter
from sandbox.limits import GIB, MIB
from sandbox.locking import ENVIRONMENT, INDEX_URL, Lock, is_unchanged, relayed
from sandbox.sources import SourceTree
from sandbox.wheels import UnfitWheel, check_built
from sandbox.workshop import Workshop

LIMITS = Limits(
    cpu_s=280,
    memory_bytes=1 * GIB,
    writable_bytes=1 * GIB,
    file_bytes=512 * MIB,
    stdout_bytes=128 * MIB,
)
WHEEL = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.whl")
SOURCES = "/opt/source"
OUT = "/work/out"
NOTHING: Mapping[str, str] = {}
# Beside a wheel, what its build consulted.
NOTE = "built.json"


class NotBuilt(Exception):
    """A build that gave no wheel that could be taken; `run` is how it went."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


def built_wheel(
    sha256: str, *, interpreter: Interpreter, workshop: Workshop
) -> Path | None:
    """Return the wheel that building a source distribution again would give, if known.

    Asks the index for pages older than ten minutes, if they are still the same. Raises
    Unavailable.
    """
    place = _place(sha256, interpreter, workshop)
    try:
        kept = json.loads((place / NOTE).read_bytes())
        wheel, consulted = place / str(kept["wheel"]), dict(kept["consulted"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return wheel if wheel.is_file() and is_unchanged(consulted, workshop) else None


def is_built(lock: Lock, *, interpreter: Interpreter, workshop: Workshop) -> bool:
    """Say whether there is a wheel of each source distribution in a lock, as it is now.

    Raises Unavailable.
    """
    here: dict[str, Any] = {"interpreter": interpreter, "workshop": workshop}
    try:
        files = choose(lock, **here)
    except NoFile:
        # Nothing would be built.
        return True
    sources = [file.sha256 for file in files if file.is_source]
    return all(built_wheel(sha256, **here) for sha256 in sources)


def build(
    source: Path,
    sha256: str,
    *,
    release: tuple[str, str],
    interpreter: Interpreter,
    workshop: Workshop,
) -> tuple[Run, Path]:
    """Build a source distribution of a release (name, version); return how, and the wheel.

    Raises NotBuilt, and Unavailable where the index is why.
    """
    inside = f"{SOURCES}/{source.name}"
    command = _command(inside, interpreter, workshop)
    run, consulted = _run(command, {source: inside}, interpreter, workshop)
    place = _place(sha256, interpreter, workshop)
    return run, _taken(run, source.name, place, release, consulted)


def build_tree(
    tree: SourceTree, *, interpreter: Interpreter, workshop: Workshop
) -> tuple[Run, Path]:
    """Build a source tree; return how, and the wheel, whatever release that says to be.

    Raises NotBuilt, and Unavailable where the index is why.
    """
    archive, folder = f"{SOURCES}/tree.tar", "/work/source"
    python = [str(interpreter.executable), "-I", "-S"]
    project = f"{folder}/{tree.directory}" if tree.directory else folder
    command = [
        *[*python, workshop.tool("unpack.py"), archive, folder, "--"],
        *_command(project, interpreter, workshop),
    ]
    run, consulted = _run(
        command, {tree.archive: archive}, interpreter, workshop, tree.environment
    )
    place = _place(tree.key, interpreter, workshop)
    return run, _taken(run, tree.commit, place, None, consulted)


def _taken(
    run: Run,
    source: str,
    place: Path,
    release: tuple[str, str] | None,
    consulted: Mapping[str, str],
) -> Path:
    """Return where the wheel is kept that a run gave. Raises NotBuilt."""
    if run.exit_code != 0:
        raise NotBuilt(f"{source} does not build.", run)
    name, _, content = run.stdout.partition(b"\n")
    if not WHEEL.fullmatch(name):
        raise NotBuilt(f"The build of {source} gave no wheel.", run)
    place.mkdir(parents=True, exist_ok=True)
    # Judged in a folder of its own, since another process may build the same.
    with TemporaryDirectory(dir=place) as folder:
        suspect = Path(folder, name.decode())
        write_whole(suspect, content)
        try:
            check_built(suspect, release)
        except UnfitWheel as error:
            raise NotBuilt(str(error), run) from error
        wheel = suspect.replace(place / suspect.name)
    note = {"wheel": wheel.name, "consulted": dict(consulted)}
    write_whole(place / NOTE, json.dumps(note).encode())
    return wheel


def _run(
    command: list[str],
    readable: Mapping[Path, str],
    interpreter: Interpreter,
    workshop: Workshop,
    environment: Mapping[str, str] = NOTHING,
) -> tuple[Run, Mapping[str, str]]:
    """Return how a build went, and which pages it consulted. Raises Unavailable.

    Its stderr begins with what it took from the index to build with, if anything.
    """
    allowed = workshop.allowance()
    with opened(workshop.index, workshop.doors, allowed) as door:
        run = sandbox.run(
            [*relayed(interpreter, workshop), *command],
            limits=replace(LIMITS, wall_s=workshop.build_s),
            readable={**workshop.readable(interpreter), **readable},
            environment={**ENVIRONMENT, **environment},
            socket=door.path,
        )
    told = run if run.exit_code == 0 else door.told(run)
    if door.taken:
        took = f"To build with, it took {', '.join(sorted(door.taken))}.\n".encode()
        size_bytes = told.stderr_bytes + len(took)
        told = replace(told, stderr=took + told.stderr, stderr_bytes=size_bytes)
    return told, dict(door.consulted)


def _place(sha256: str, interpreter: Interpreter, workshop: Workshop) -> Path:
    parts = (sha256, interpreter.minor, workshop.platform)
    said = " ".join([*parts, *sandbox.assessed().kept_apart])
    key = hashlib.sha256(said.encode()).hexdigest()
    return workshop.state / "wheelhouse" / key[:2] / key


def _command(source: str, interpreter: Interpreter, workshop: Workshop) -> list[str]:
    return [
        str(interpreter.executable), "-I", "-S", workshop.tool("build.py"), OUT,
        workshop.tool("uv"), "build", "--wheel", source,
        "--out-dir", OUT,
        "--python", str(interpreter.executable),
        "--default-index", INDEX_URL,
        "--no-config", "--no-sources", "--no-python-downloads", "--no-progress",
        "--color", "never",
    ]  # fmt: skip
