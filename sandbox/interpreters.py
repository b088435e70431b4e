"""The Pythons of this machine that connectors can be tried on.

Candidates are run once and say themselves what they are. Inside the sandbox an interpreter
lies where it lies outside, so that whatever it knows of its own place is true; where the
sandbox's account can't read it there (a home folder is nobody else's matter), a copy in our
state is bound to that place.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags

from sandbox.copies import copy_folder, is_open_to_all
from sandbox.pythons import fetched_pythons

MINORS = ("3.10", "3.11", "3.12", "3.13", "3.14")
# An interpreter that takes longer to say its name is broken.
ANSWER_S = 10
# What every sandbox has anyway.
SYSTEM = Path("/usr")
QUESTION = """
import json, os, sys, sysconfig
print(json.dumps({
    "name": sys.implementation.name,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "is_final": sys.version_info.releaselevel == "final",
    "executable": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
    "prefix": os.path.realpath(sys.base_prefix),
    "has_gil": not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "has_headers": os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
    "soabi": sysconfig.get_config_var("SOABI") or "",
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """One CPython. `executable` and `prefix` are its places, outside and inside alike.

    `folder` is what is bound to `prefix`: the same, or a copy, made when it is first used.
    """

    version: str
    executable: Path
    prefix: Path
    folder: Path
    has_headers: bool = True

    @property
    def patch(self) -> int:
        """Return the last number of its version, 0 for one that is none."""
        last = self.version.rpartition(".")[2]
        return int(last) if last.isdigit() else 0

    @property
    def minor(self) -> str:
        """Return the version without its patch: "3.12"."""
        return ".".join(self.version.split(".")[:2])

    @property
    def readable(self) -> Mapping[Path, str]:
        """Return what a sandbox must bind for this interpreter to run in it.

        Copies the interpreter the first time, if it has to be one. Raises OSError.
        """
        if self.prefix == SYSTEM:
            return {}
        if not self.folder.exists():
            copy_folder(self.prefix, self.folder)
        return {self.folder: str(self.prefix)}

    @cached_property
    def tags(self) -> dict[Tag, int]:
        """Return the wheel tags that it takes, with their ranks, the best first."""
        major, minor = map(int, self.minor.split("."))
        platforms = list(platform_tags())
        tags = [
            *cpython_tags((major, minor), platforms=platforms),
            *compatible_tags((major, minor), f"cp{major}{minor}", platforms),
        ]
        return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


@dataclass(frozen=True, slots=True)
class Found:
    """The interpreters that can be used, by minor version, and why others can't."""

    usable: dict[str, Interpreter] = field(default_factory=dict)
    unusable: dict[Path, str] = field(default_factory=dict)


def find_interpreters(state: Path, uv: Path) -> Found:
    """Return the best CPython of each minor version from 3.10 to 3.14 on this machine.

    The best has headers, to build extensions with, and the highest patch. Runs candidates.
    Those that the sandbox's account can't read are copied into `state` when first used.
    """
    found = Found()
    for candidate in dict.fromkeys(_candidates(state, uv)):
        interpreter = _ask(candidate, found.unusable)
        if interpreter is None:
            continue
        known = found.usable.get(interpreter.minor)
        if known is None or _worth(interpreter) > _worth(known):
            found.usable[interpreter.minor] = interpreter
    for minor, interpreter in sorted(found.usable.items()):
        if is_open_to_all(interpreter.prefix):
            continue
        if not is_open_to_all(state):
            found.unusable[interpreter.executable] = (
                f"Only its owner can read {interpreter.prefix}, and a copy in {state}."
            )
            del found.usable[minor]
            continue
        place = f"{interpreter.version}-{_stamp(interpreter)}"
        copy = state / "interpreters" / place
        found.usable[minor] = replace(interpreter, folder=copy)
    return found


def _candidates(state: Path, uv: Path) -> Iterator[Path]:
    """Yield what may be an interpreter, each by its real path."""
    for place in (*_pyenv(), *_on_path(), *_known_to_uv(uv), *fetched_pythons(state)):
        try:
            path = place.resolve(strict=True)
        except OSError:
            continue
        if os.access(path, os.X_OK) and path.is_file():
            yield path


def _pyenv() -> Iterable[Path]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for minor in MINORS:
        yield from sorted(root.glob(f"versions/{minor}.*/bin/python{minor}"))


def _on_path() -> Iterable[Path]:
    folders = [*os.get_exec_path(), "/usr/bin", "/usr/local/bin"]
    for folder in dict.fromkeys(folders):
        # Shims of pyenv are scripts that pick one of its versions, which we have.
        if Path(folder).name != "shims":
            yield from (Path(folder, f"python{minor}") for minor in MINORS)


def _known_to_uv(uv: Path) -> Iterable[Path]:
    command: list[Path | str] = [
        uv,
        "python",
        "list",
        "--only-installed",
        "--output-format",
        "json",
    ]
    answer = _run([*command, "--no-config"])
    try:
        rows = json.loads(answer or "[]")
        return [Path(row["path"]) for row in rows if row.get("path")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _ask(candidate: Path, unusable: dict[Path, str]) -> Interpreter | None:
    """Return the interpreter behind a path; None where it is none or none of ours."""
    answer = _run([candidate, "-I", "-S", "-c", QUESTION])
    try:
        said = json.loads(answer or "")
        minor = ".".join(said["version"].split(".")[:2])
    except (ValueError, KeyError, TypeError):
        unusable[candidate] = "It does not run."
        return None
    if said["name"] != "cpython" or not said["has_gil"]:
        unusable[candidate] = "Connectors are not written for this kind of Python."
        return None
    if minor not in MINORS or not said["is_final"]:
        return None
    prefix = Path(said["prefix"])
    return Interpreter(
        version=said["version"],
        executable=Path(said["executable"]),
        prefix=prefix,
        folder=prefix,
        has_headers=said["has_headers"],
    )


def _worth(interpreter: Interpreter) -> tuple[bool, list[int]]:
    return interpreter.has_headers, [int(n) for n in interpreter.version.split(".")]


def _stamp(interpreter: Interpreter) -> str:
    """Return what changes when the interpreter is built or installed anew."""
    return f"{interpreter.executable.stat().st_mtime_ns:x}"


def _run(command: list[Path | str]) -> str | None:
    """Return what a trusted program says, or None where it fails or hangs."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            timeout=ANSWER_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")
