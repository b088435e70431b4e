"""What the trying of connectors needs on this machine: made once, used by every try.

In its state folder lie, all readable for the account of the sandbox and writable for ours
alone:

    index/         pages and files of the package index, checked
    wheelhouse/    wheels that were built in the sandbox, by what they were built from
    uv/            what installers unpack, with byte code; environments link to it
    judged/        which wheels were found fit to be installed
    locks/         what was resolved, and from which pages
    sources/       commits of repositories, as archives
    environments/  installed releases
    interpreters/  copies of Pythons that the sandbox could not read where they are
    pythons/       Pythons that were fetched, for this machine had none
    postgres/      a copy of PostgreSQL's programs that the sandbox could not read
    tools/         what runs inside: uv and our own scripts
    doors/         sockets, each for one sandbox
"""

import hashlib
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from requests import Session

from sandbox.allowance import Allowance
from sandbox.copies import copy_file
from sandbox.index import Index
from sandbox.interpreters import Interpreter, find_interpreters

SCRIPTS = Path(__file__).parent / "inside"
# Where tools are inside the sandbox.
TOOLS = "/opt/tools"


class NoInterpreter(LookupError):
    """This machine has no usable Python of that version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A state folder with an index, tools and interpreters by minor version.

    `uv` is the trusted one, to run outside; `unusable` says why an interpreter is not
    there.
    """

    state: Path
    index: Index
    uv: Path
    tools: Path
    interpreters: Mapping[str, Interpreter]
    unusable: Mapping[Path, str]
    # How long a build may take, an import, and a call that only asks what a connector is.
    build_s: float = 300
    import_s: float = 60
    call_s: float = 30
    # Begins anew for each sandbox that reaches the index, and for each lock.
    allowance: Callable[[], Allowance] = Allowance
    # Of all packages that are installed together. What is needed for CUDA has 7 GB; all
    # others that we have seen have less than 2.
    unpacked_bytes: int = 8_000_000_000

    @property
    def doors(self) -> Path:
        """Return the folder for sockets."""
        return self.state / "doors"

    @property
    def platform(self) -> str:
        """Return what wheels of this machine are made for: "linux-x86_64-glibc2.36"."""
        libc, version = platform.libc_ver()
        system = f"{platform.system()}-{platform.machine()}".lower()
        return f"{system}-{libc}{version}" if libc else system

    def interpreter(self, python: str) -> Interpreter:
        """Return the interpreter of a minor version. Raises NoInterpreter."""
        try:
            return self.interpreters[python]
        except KeyError as error:
            message = f"This machine has no usable Python {python}."
            raise NoInterpreter(message) from error

    def tool(self, name: str) -> str:
        """Return where one of the tools is inside the sandbox."""
        return f"{TOOLS}/{name}"

    def readable(self, interpreter: Interpreter) -> dict[Path, str]:
        """Return what every sandbox of this workshop can read."""
        return {self.tools: TOOLS, **interpreter.readable}


def open_workshop(
    state: Path,
    *,
    index_url: str,
    session: Session,
    uv: Path,
    admit: Callable[[str], None] = lambda _: None,
) -> Workshop:
    """Return a workshop in `state`, with the Pythons of this machine.

    `index_url` is a Simple API, with user and password if it wants them; `session` decides
    which addresses may be asked; `admit` hears of each file's before it is. Copies what the
    sandbox can't read, once. Raises OSError where the folder can't be written.
    """
    state = state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    _sweep(state)
    found = find_interpreters(state, uv)
    return Workshop(
        state=state,
        index=Index(index_url, session, state / "index", admit=admit),
        uv=uv,
        tools=_tools(state, uv),
        interpreters=found.usable,
        unusable=found.unusable,
    )


def _sweep(state: Path) -> None:
    """Remove what belonged to tries that were killed: no try takes a day."""
    old = time.time() - 86_400
    for left in (*state.glob("environments/*"), *state.glob("doors/*")):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime > old:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()


def _tools(state: Path, uv: Path) -> Path:
    """Return a folder with uv and the scripts; another one when any of them changes."""
    scripts = sorted(SCRIPTS.glob("*.py"))
    made = hashlib.sha256(f"{uv.stat().st_size} {uv.stat().st_mtime_ns}".encode())
    for script in scripts:
        made.update(script.read_bytes())
    folder = state / "tools" / made.hexdigest()[:16]
    for source in (uv, *scripts):
        copy_file(source, folder / source.name)
    return folder
