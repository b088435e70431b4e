"""Released Meltano CLIs from the package index, each in a virtual environment that is kept.

The environments are below the state folder, so that only the first run takes long. Several
test processes may want the same one at once: whoever comes first makes it, the others wait.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from embedded.installation import UV
from hub.settings import STATE

FOLDER = STATE / "clients"
PATIENCE_S = 600


class NotHere(Exception):
    """A client that this machine can't have; the text says why."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version of Meltano, the Python it runs on, and what else it has to have."""

    version: str
    # The first of these that is on this machine.
    pythons: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.version

    @property
    def requirements(self) -> list[str]:
        return [f"meltano=={self.version}", *self.needs]


# Its web server imports `pkg_resources`, which later releases of setuptools lack.
OLD_SETUPTOOLS = ("setuptools<81",)

NEWEST = Release("4.4.1", ("3.13", "3.12", "3.11"))
THIRD = Release("3.9.1", ("3.11", "3.12", "3.10"))
# The last of those with lock files that read `/discovery.yml` where they have none.
SECOND = Release("2.20.0", ("3.10", "3.9", "3.8"), OLD_SETUPTOOLS)
# The first that asks the hub.
OLDEST = Release("2.0.0", ("3.9", "3.8"), OLD_SETUPTOOLS)
# The last before the hub: all it knows is `/discovery.yml`.
BEFORE_HUB = Release("1.105.0", ("3.8", "3.9"), OLD_SETUPTOOLS)


def client(release: Release) -> Path:
    """Return the program `meltano` of a release. Raises NotHere."""
    uv = find_uv()
    python, interpreter = find_interpreter(uv, release)
    name = f"{release.version}-py{python.replace('.', '')}"
    folder = FOLDER / name
    wanted = "\n".join([interpreter, *release.requirements])
    with turn(name):
        if not is_made(folder, wanted):
            make(uv, folder, interpreter, release)
            (folder / "made").write_text(wanted)
    return folder / "bin" / "meltano"


def is_made(folder: Path, wanted: str) -> bool:
    """Tell whether the environment is whole, as wanted, and still runs."""
    mark, python = folder / "made", folder / "bin" / "python"
    return mark.exists() and mark.read_text() == wanted and said_by(python, "-V") != ""


def make(uv: list[str], folder: Path, interpreter: str, release: Release) -> None:
    """Make the environment of a release, whatever was there before. Raises NotHere."""
    shutil.rmtree(folder, ignore_errors=True)
    python = str(folder / "bin" / "python")
    tell([*uv, "venv", "-q", "--no-project", "--python", interpreter, str(folder)])
    tell([*uv, "pip", "install", "-q", "--python", python, *release.requirements])


@cache
def find_uv() -> list[str]:
    """Return the command of uv: one that is there, or else one installed for these tests.

    Raises NotHere.
    """
    beside = [str(Path(sys.executable).parent), str(Path.home() / ".local" / "bin")]
    # `dev` keeps its own in one of these, on a machine that had none.
    beside += [str(STATE / "uv" / "bin"), str(STATE / "uv-venv" / "bin")]
    path = os.pathsep.join([os.environ.get("PATH", ""), *beside])
    if found := shutil.which("uv", path=path):
        return [found]
    if said_by(sys.executable, "-m", "uv", "--version"):
        return [sys.executable, "-m", "uv"]
    ours = FOLDER / "uv"
    with turn("uv"):
        if not said_by(ours / "bin" / "uv", "--version"):
            tell([sys.executable, "-m", "venv", "--clear", str(ours)])
            tell([str(ours / "bin" / "python"), "-m", "pip", "install", "-q", UV])
    return [str(ours / "bin" / "uv")]


def find_interpreter(uv: list[str], release: Release) -> tuple[str, str]:
    """Return the first version of Python that is here, and its path. Raises NotHere."""
    for version in release.pythons:
        for candidate in candidates(uv, version):
            code = "import sys; print('%d.%d' % sys.version_info[:2])"
            if said_by(candidate, "-c", code) == version:
                return version, candidate
    versions = " or ".join(release.pythons)
    raise NotHere(f"Meltano {release} needs Python {versions}, which is not here")


def candidates(uv: list[str], version: str) -> Iterator[str]:
    """Yield what may be a Python of this version. Only running it tells.

    pyenv's programs on the path refuse for any version that is not chosen, and uv gives up
    on them, so its installations are looked at too.
    """
    if found := shutil.which(f"python{version}"):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True):
        yield str(path)
    command = [*uv, "python", "find", "--no-project", "--no-python-downloads"]
    if found := said_by(*command, version):
        yield found


def said_by(*command: str | Path) -> str:
    """Return what a command prints, or nothing if it fails."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=STATE if STATE.exists() else None,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def tell(command: list[str]) -> None:
    """Run a command to its end. Raises NotHere with what it said if it fails."""
    try:
        subprocess.run(
            command,
            cwd=FOLDER,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
    except subprocess.CalledProcessError as error:
        what = " ".join(command[:4])
        raise NotHere(f"`{what}…` failed: {error.stderr.strip()[-500:]}") from error


@contextlib.contextmanager
def turn(name: str) -> Iterator[None]:
    """Wait until nobody else works on the environment of this name."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
