"""Byte code of unpacked wheels, compiled once for each Python.

Compiling runs no code of a wheel, but it reads anybody's text with a program not made for
that. So each wheel is compiled in a sandbox that sees this wheel alone: what comes out is
kept for this wheel alone. uv links whatever lies with an unpacked wheel into the
environments that it makes, so byte code is put there.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath

import sandbox
from sandbox import Limits
from sandbox.copies import write_whole
from sandbox.interpreters import Interpreter
from sandbox.limits import GIB, MIB
from sandbox.workshop import Workshop

# Where the wheel is in the sandbox; and where its modules will be when they run.
UNPACKED = "/opt/wheel"
SITE = "/opt/connector/lib/python{minor}/site-packages"
LIMITS = Limits(wall_s=120, cpu_s=120, memory_bytes=1 * GIB, output_bytes=256 * MIB)
# The processors are shared with what else is tried.
AT_ONCE = 2


def compile_wheels(
    folder: Path, *, interpreter: Interpreter, workshop: Workshop
) -> None:
    """Compile what was not yet, of the wheels in an environment that uv has just made.

    A wheel that can't be compiled runs all the same, and starts slower.
    """
    site = folder / "lib" / f"python{interpreter.minor}" / "site-packages"
    mark = f"compiled-{interpreter.version}"
    new = [info for info in site.glob("*.dist-info") if not (info / mark).exists()]
    if not new:
        return
    unpacked = _unpacked(workshop)

    def take(info: Path) -> None:
        place = unpacked.get(_identity(info / "METADATA"))
        if place is not None:
            _compile(place, site, interpreter, workshop)
            # Linked into environments like all that lies with the unpacked wheel.
            write_whole(place / info.name / mark, b"")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(take, new))


def _unpacked(workshop: Workshop) -> dict[tuple[int, int], Path]:
    """Return where uv keeps unpacked wheels, by the identity of their metadata."""
    kept = (workshop.state / "uv").glob("archive-v*/*/*.dist-info/METADATA")
    return {_identity(found): found.parent.parent for found in kept}


def _identity(path: Path) -> tuple[int, int]:
    """Return what two links to one file have in common; nothing's, where there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _compile(
    place: Path, site: Path, interpreter: Interpreter, workshop: Workshop
) -> None:
    inside = SITE.format(minor=interpreter.minor)
    script = workshop.tool("compile.py")
    run = sandbox.run(
        [str(interpreter.executable), "-I", "-S", script, UNPACKED, inside],
        limits=LIMITS,
        readable={**workshop.readable(interpreter), place: UNPACKED},
    )
    tag = f"cpython-{interpreter.minor.replace('.', '')}"
    for below, code in _modules(run.stdout):
        # A wheel may have something else where byte code would be.
        with suppress(OSError):
            # Only beside a module that is there: nothing else has byte code.
            if code and (place / below).is_file():
                cached = below.parent / "__pycache__" / f"{below.stem}.{tag}.pyc"
                write_whole(place / cached, code)
                if (site / below).is_file():
                    write_whole(site / cached, code)


def _modules(output: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield the modules in what the sandbox gave, up to where it makes no sense."""
    at = 0
    while (end := output.find(b"\n", at)) >= 0:
        try:
            below, length = json.loads(output[at:end])
            path = PurePosixPath(below)
        except (ValueError, TypeError, RecursionError):
            return
        at = end + 1
        is_fit = not path.is_absolute() and ".." not in path.parts
        if not is_fit or type(length) is not int or not 0 <= length <= len(output) - at:
            return
        yield path, output[at : at + length]
        at += length
