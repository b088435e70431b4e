"""Locked releases as an environment: files linked together, and no code of theirs run.

Wheels are chosen from the index's pages by the hashes of the lock, and installed by a uv
that is ours, from files alone. The environment's own configuration is written last, so that
nothing that came in a wheel stands in its place. Its interpreter is started nowhere but in
a sandbox: a wheel may hold a `.pth` file, which runs at every start.

Byte code is compiled once for each wheel and Python, in a sandbox that sees nothing else,
and kept where uv keeps the unpacked wheel; the next environment gets links to it as well.
"""

import hashlib
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

import sandbox
from sandbox import Ending, Places
from sandbox.bytecode import compile_wheels
from sandbox.copies import write_whole
from sandbox.interpreters import Interpreter
from sandbox.wheels import Executable, UnfitWheel, check_members, read_executables
from sandbox.workshop import Workshop

# Where an environment is inside the sandbox, whichever it is.
PLACE = "/opt/connector"
INSTALL_S = 300


class NotInstalled(Exception):
    """Wheels that can't be installed together; the message says why."""

    ending = Ending.EXITED


class TooSlow(NotInstalled):
    """Wheels that this machine did not install in time."""

    ending = Ending.TIMED_OUT


@dataclass(frozen=True, slots=True)
class Chosen:
    """One package of a lock as it is installed. `wheel` is where it lies outside.

    `filename`, `sha256` and `size_bytes` are the index's: of the source distribution, where
    the wheel was built of one.
    """

    name: str
    version: str
    wheel: Path
    filename: str
    sha256: str
    size_bytes: int
    is_built: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed release: its folder outside, and the console scripts of one package."""

    folder: Path
    executables: tuple[Executable, ...]


@contextmanager
def installed(
    chosen: Iterable[Chosen],
    main: str,
    *,
    interpreter: Interpreter,
    workshop: Workshop,
) -> Iterator[Environment]:
    """Yield an environment with these packages, which is gone at the end.

    `main` names the package whose console scripts matter. Raises NotInstalled.
    """
    folder = workshop.state / "environments" / secrets.token_hex(8)
    try:
        yield install(
            chosen, main, folder=folder, interpreter=interpreter, workshop=workshop
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def install(
    chosen: Iterable[Chosen],
    main: str,
    *,
    folder: Path,
    interpreter: Interpreter,
    workshop: Workshop,
) -> Environment:
    """Make an environment in `folder`, which must not be there yet. Raises NotInstalled."""
    packages = list(chosen)
    ours = [package for package in packages if package.name == canonicalize_name(main)]
    try:
        executables = read_executables(ours[0].wheel) if ours else ()
    except UnfitWheel as error:
        raise NotInstalled(str(error)) from error
    folder.mkdir(parents=True)
    environment = Environment(folder, executables)
    add(packages, environment, interpreter=interpreter, workshop=workshop)
    return environment


def add(
    chosen: Iterable[Chosen],
    environment: Environment,
    *,
    interpreter: Interpreter,
    workshop: Workshop,
) -> None:
    """Install packages into an environment that nothing runs in. Raises NotInstalled."""
    packages, folder = list(chosen), environment.folder
    unpacked_bytes = sum(_judged(package, workshop) for package in packages)
    if unpacked_bytes > workshop.unpacked_bytes:
        raise NotInstalled(
            f"Its packages unpack to {unpacked_bytes:,} bytes: too large to be tried here."
        )
    _run_uv(packages, folder, interpreter, workshop)
    compile_wheels(folder, interpreter=interpreter, workshop=workshop)
    _make_environment(folder, interpreter)


def _judged(package: Chosen, workshop: Workshop) -> int:
    """Return the bytes that a wheel unpacks to; it is read once.

    Raises NotInstalled where it may not be installed.
    """
    # By what it was built of, where it was built: this is what it is kept under. Built again
    # it may be another one.
    parts = (package.sha256, package.wheel.name, package.wheel.stat().st_mtime_ns)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()
    judged = workshop.state / "judged" / key
    with suppress(OSError, ValueError):
        return int(judged.read_bytes())
    try:
        unpacked_bytes = check_members(package.wheel)
    except UnfitWheel as error:
        raise NotInstalled(str(error)) from error
    write_whole(judged, str(unpacked_bytes).encode())
    return unpacked_bytes


def _run_uv(
    packages: list[Chosen], folder: Path, interpreter: Interpreter, workshop: Workshop
) -> None:
    """Have uv unpack wheels. Raises NotInstalled, and OSError where this machine ended it."""
    cache = workshop.state / "uv"
    wheels = [str(package.wheel) for package in packages]
    command = [
        str(workshop.uv), "pip", "install",
        "--python", str(interpreter.executable), "--prefix", str(folder),
        "--no-deps", "--no-build", "--no-index", "--offline", "--no-config",
        "--no-python-downloads", "--no-progress", "--color", "never",
        "--link-mode", "hardlink", "--cache-dir", str(cache), *wheels,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=INSTALL_S,
            env={"PATH": "/usr/bin:/bin", "HOME": str(cache)},
            cwd=folder,
        )
    except subprocess.TimeoutExpired as error:
        raise TooSlow(f"Installing took more than {INSTALL_S} s.") from error
    if done.returncode < 0:
        # It is ours, and nothing in a wheel ends it so: no memory was left, or all was ended.
        raise OSError(f"uv was ended by signal {-done.returncode} while it installed.")
    if done.returncode:
        raise NotInstalled(done.stderr.decode(errors="replace"))


def _make_environment(folder: Path, interpreter: Interpreter) -> None:
    """Write what makes a folder an environment, over whatever a wheel has put there.

    It holds paths as this machine's level has them, and is used at no other.
    """
    places = sandbox.places_of({**interpreter.readable, folder: PLACE})
    python = Path(places.said(str(interpreter.executable)))
    scripts = folder / "bin"
    scripts.mkdir(exist_ok=True)
    for script in scripts.iterdir():
        _point(script, interpreter, places)
    for name in ("python", "python3", f"python{interpreter.minor}"):
        (scripts / name).unlink(missing_ok=True)
        (scripts / name).symlink_to(python)
    configuration = folder / "pyvenv.cfg"
    configuration.unlink(missing_ok=True)
    configuration.write_text(
        f"home = {python.parent}\n"
        "implementation = CPython\n"
        f"version_info = {interpreter.version}\n"
        "include-system-site-packages = false\n"
    )


def _point(script: Path, interpreter: Interpreter, places: Places) -> None:
    """Have a script start the environment's interpreter, where it starts the one below it."""
    if script.is_symlink() or not script.is_file():
        return
    below = f"#!{interpreter.executable}".encode()
    start = places.said(f"#!{PLACE}/bin/python").encode()
    # A new file: the old one may be a link to what uv keeps.
    partial = script.with_name(f".{secrets.token_hex(8)}")
    with script.open("rb") as read:
        if read.read(len(below)) != below:
            return
        with partial.open("xb") as written:
            written.write(start)
            # It may be as long as a wheel.
            shutil.copyfileobj(read, written)
    partial.chmod(script.stat().st_mode)
    partial.replace(script)
