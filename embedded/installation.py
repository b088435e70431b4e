"""The virtual environment with the pinned packages; then the command, run in it.

    PYTHON -m embedded.installation UV|'' COMMAND ARGUMENT…

Run by the Python that `dev` found, with nothing but the standard library. UV is for a
Python that cannot make virtual environments itself.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from embedded.environment import state_folder
from embedded.failure import Failure, say
from embedded.state import ROOT

UV = "uv==0.13.8"
# What each command needs; what it has besides is in the files after it.
REQUIREMENTS = {
    "run": ("run.txt",),
    "manage": ("run.txt",),
    "test": ("test.txt", "run.txt"),
    "check": ("test.txt", "run.txt"),
}


def main() -> None:
    """Make sure of the environment and become the command. Exits with 1 on failure."""
    uv, command, *arguments = sys.argv[1:]
    try:
        environment = find_environment(uv=uv)
        environment.ensure(REQUIREMENTS[command])
    except Failure as failure:
        say(str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    python = str(environment.python)
    # A program of ours, and without a shell.
    os.execv(python, [python, "-m", "embedded", command, *arguments])  # noqa: S606


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a virtual environment is, as a file in it says.

    The file is there before the environment is, and says `is_complete` only while that
    is so: one whose making was killed half-way is known for that.
    """

    folder: str
    python: str
    # The files of requirements whose packages it has, with their digests.
    requirements: dict[str, str]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment, made or to be made."""

    folder: Path
    uv: str

    @property
    def python(self) -> Path:
        """Return its Python."""
        return self.folder / "bin" / "python"

    def ensure(self, files: tuple[str, ...]) -> None:
        """Make sure that what the first of these files asks for is installed."""
        if self.has(files[0]):
            return
        # Nobody else is to make the environment meanwhile. The lock is on the checkout
        # itself, which needs no file for it.
        with lock_on(ROOT):
            stamp = self.read() or self.make()
            if stamp.requirements.get(files[0]) != digest(files[0]):
                self.write(replace(stamp, is_complete=False))
                self.install(files[0])
                installed = {name: digest(name) for name in files}
                self.write(replace(stamp, requirements=stamp.requirements | installed))

    def has(self, file: str) -> bool:
        """Tell whether the packages of this file are installed."""
        stamp = self.read()
        return stamp is not None and stamp.requirements.get(file) == digest(file)

    def read(self) -> Stamp | None:
        """Return the stamp of an environment that is sound, else None."""
        try:
            stamp = Stamp(**json.loads((self.folder / "songbook.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None
        # Its scripts name the folder, which may have been moved with the checkout.
        was_moved = stamp.folder != str(self.folder)
        if not stamp.is_complete or was_moved or stamp.python != sys.version:
            return None
        # The Python it was made from may be gone, or another by now.
        said = output_of([str(self.python), "-c", "import sys; print(sys.version)"])
        return stamp if said.strip() == sys.version else None

    def make(self) -> Stamp:
        """Make the environment anew, without packages."""
        if os.path.lexists(self.folder):
            self.remove()
        say(f"making {self.folder} with Python {sys.version.split()[0]}")
        self.folder.mkdir(parents=True)
        stamp = Stamp(str(self.folder), sys.version, {}, is_complete=True)
        self.write(replace(stamp, is_complete=False))
        command = [sys.executable, "-m", "venv", str(self.folder)]
        if self.uv:
            command = [self.uv, "venv", "-q", "--allow-existing", "--no-project"]
            command += ["--python", sys.executable, str(self.folder)]
        if not succeeds(command):
            raise Failure("the virtual environment could not be made, as said above")
        return stamp

    def remove(self) -> None:
        """Remove an environment that will not do. Raises Failure if it is none."""
        if self.folder.is_symlink():
            self.folder.unlink()
            return
        marks = (self.folder / "songbook.json", self.folder / "pyvenv.cfg")
        if any(self.folder.iterdir()) and not any(mark.exists() for mark in marks):
            raise Failure(f"{self.folder} is no virtual environment; move it away")
        say(f"removing {self.folder}, which is unfinished, out of date or not ours")
        shutil.rmtree(self.folder)

    def write(self, stamp: Stamp) -> None:
        """Write the stamp, all of it at once."""
        new = self.folder / "songbook.json.new"
        new.write_text(json.dumps(asdict(stamp)))
        new.rename(self.folder / "songbook.json")

    def install(self, file: str) -> None:
        """Install the packages of a file, by uv or else by pip. Raises Failure."""
        say(f"installing requirements/{file}")
        python = str(self.python)
        wanted = ["-q", "--require-hashes", "-r", str(ROOT / "requirements" / file)]
        uv = self.find_uv()
        # pip always compiles; without it, and with PYTHONDONTWRITEBYTECODE, each start
        # of each process would compile all of Django.
        compiled = ["--compile-bytecode"] if sys.dont_write_bytecode else []
        by_uv = [uv, "pip", "install", "--python", python, *compiled, *wanted]
        if uv and succeeds(by_uv):
            return
        if uv:
            say("uv could not install them; trying pip")
        if not succeeds([python, "-m", "pip", "install", *wanted]):
            raise Failure("the packages could not be installed, as said above")

    def find_uv(self) -> str:
        """Return uv, installed if need be, or nothing if pip is to do the work."""
        if self.uv:
            return self.uv
        pip = [str(self.python), "-m", "pip"]
        if knows_an_index(output_of([*pip, "config", "list"])):
            # uv does not read pip's settings: it would go elsewhere.
            return ""
        ours = self.folder / "bin" / "uv"
        if ours.exists() or succeeds([*pip, "install", "-q", UV]):
            return str(ours)
        return shutil.which("uv") or ""


def find_environment(*, uv: str) -> Environment:
    """Return the environment: in the checkout, or in the state if that is read-only."""
    folder = ROOT / ".venv"
    writable = os.access(folder if folder.exists() else ROOT, os.W_OK)
    return Environment(folder if writable else state_folder(os.environ) / "venv", uv)


def knows_an_index(pip_configuration: str) -> bool:
    """Tell whether pip was given an index of its own, and uv was not."""
    if any(name.startswith("UV_") and "INDEX" in name for name in os.environ):
        return False
    pattern = r"^(global|install|:env:)\.(index-url|no-index)="
    return re.search(pattern, pip_configuration, re.MULTILINE) is not None


def digest(file: str) -> str:
    """Return what changes when a file of requirements does."""
    content = (ROOT / "requirements" / file).read_bytes()
    return hashlib.sha256(content).hexdigest()


def succeeds(command: list[str]) -> bool:
    """Run an installer and tell whether it did its work; it says itself if not."""
    variables = {
        # Of the environment we made; a person's habit of installing for the user fails.
        "PIP_USER": "0",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    try:
        ended = subprocess.run(
            command, env=os.environ | variables, stdout=sys.stderr, check=False
        )
    except OSError as error:
        say(str(error))
        return False
    return ended.returncode == 0


def output_of(command: list[str]) -> str:
    """Return what a program prints, or nothing if it fails."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ended.stdout


@contextlib.contextmanager
def lock_on(folder: Path) -> Iterator[None]:
    """Hold the lock on a folder, after waiting for it if need be."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another `dev` to finish setting up")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
