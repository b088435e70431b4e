"""Wheels made of source distributions, in the sandbox, once for each Python and platform.

A build runs anybody's code, with a door to the index for what it needs to build with, and a
cache of its own that ends with it. What comes back is judged before it is kept.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import sandbox
from sandbox import Limits, Run
from sandbox.copies import write_whole
from sandbox.gateway import opened
from sandbox.index import Unavailable
from sandbox.interpreters import Interpreter
from sandbox.limits import GIB, MIB
from sandbox.locking import ENVIRONMENT, INDEX_URL, relayed
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
NOTHING: Mapping[str, str] = {}


class NotBuilt(Exception):
    """A build that gave no wheel that could be taken; `run` is how it went."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


def built_wheel(
    sha256: str, *, interpreter: Interpreter, workshop: Workshop
) -> Path | None:
    """Return the wheel that was built of a source distribution earlier, if it was."""
    kept = sorted(_place(sha256, interpreter, workshop).glob("*.whl"))
    return kept[0] if kept else None


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
    run = _run(
        _command(inside, interpreter, workshop), {source: inside}, interpreter, workshop
    )
    return run, _taken(run, source.name, _place(sha256, interpreter, workshop), release)


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
    run = _run(
        command, {tree.archive: archive}, interpreter, workshop, tree.environment
    )
    return run, _taken(run, tree.commit, _place(tree.key, interpreter, workshop), None)


def _taken(run: Run, source: str, place: Path, release: tuple[str, str] | None) -> Path:
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
        return suspect.replace(place / suspect.name)


def _run(
    command: list[str],
    readable: Mapping[Path, str],
    interpreter: Interpreter,
    workshop: Workshop,
    environment: Mapping[str, str] = NOTHING,
) -> Run:
    """Return how a build went. Raises Unavailable."""
    with opened(workshop.index, workshop.doors) as door:
        run = sandbox.run(
            [*relayed(interpreter, workshop), *command],
            limits=replace(LIMITS, wall_s=workshop.build_s),
            readable={**workshop.readable(interpreter), **readable},
            environment={**ENVIRONMENT, **environment},
            socket=door.path,
        )
        if run.exit_code != 0 and door.failures:
            raise Unavailable(door.failures[0])
    return run


def _place(sha256: str, interpreter: Interpreter, workshop: Workshop) -> Path:
    parts = f"{sha256} {interpreter.minor} {workshop.platform}"
    key = hashlib.sha256(parts.encode()).hexdigest()
    return workshop.state / "wheelhouse" / key[:2] / key


def _command(source: str, interpreter: Interpreter, workshop: Workshop) -> list[str]:
    return [
        str(interpreter.executable), "-I", "-S", workshop.tool("build.py"),
        workshop.tool("uv"), "build", "--wheel", source,
        "--out-dir", "/work/out",
        "--python", str(interpreter.executable),
        "--default-index", INDEX_URL,
        "--cache-dir", "/tmp/uv",
        "--no-config", "--no-sources", "--no-python-downloads", "--no-progress",
        "--color", "never",
    ]  # fmt: skip
