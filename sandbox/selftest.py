"""A short attack of our own on the sandbox, before anybody else's code is let into it.

Kernels, containers and policies differ in what they allow, and a wall that was asked for
may not be there. The attacks run as foreign code would, against canaries that this process
sets up; one that succeeds is a reason not to use that level at all. The long suite is in
`tests/sandbox`.
"""

import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.accounts import Account
from sandbox.copies import copy_folder
from sandbox.executing import execute
from sandbox.limits import MIB, Limits
from sandbox.outcome import Ending, Run
from sandbox.placing import placed
from sandbox.starting import SOCKET, WORK, Job, Level

SCRIPT = (Path(__file__).parent / "inside" / "selftest.py").read_text()
# Far more than are allowed, also where a sandbox counts some of its own with them.
PROCESSES = 400
LIMITS = Limits(
    wall_s=10,
    cpu_s=5,
    memory_bytes=96 * MIB,
    processes=12,
    file_bytes=1 * MIB,
    writable_bytes=1 * MIB,
    output_bytes=64 * 1024,
)
# What takes too much is apart: a sandbox may end it with all that it would have told.
GREED = {
    # Written to, so that it is really taken.
    "took more memory than it may": (
        "import os; os.write(1, bytes(b'x' * (400 << 20))[:1])"
    ),
    # All at once. They end with the first, the last who could write.
    "started too many processes": (
        "import os; reading, writing = os.pipe()\n"
        f"for _ in range({PROCESSES}):\n"
        "    os.fork() or (os.close(writing), os.read(reading, 1), os._exit(0))"
    ),
}
SYSTEM = Path("/usr/bin/python3")
CANARY = "SONGBOOK_CANARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python that the account can run, and what it has to be lent for it."""

    executable: Path
    readable: Mapping[Path, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def failures(level: Level, account: Account) -> list[str]:
    """Return what foreign code could do at this level, in words; empty if it is safe."""
    with ExitStack() as held:
        python = interpreter(account, held)
        aims = targets(held)
        return (
            _attacked(level, account, python, aims)
            # A door to one socket is no way to others.
            or _attacked(level, account, python, aims, door=_door(aims, held))
            or _overate(level, account, python)
        )


def _attacked(
    level: Level,
    account: Account,
    python: Interpreter,
    aims: Mapping[str, str | int],
    *,
    door: Path | None = None,
) -> list[str]:
    told = json.dumps({**aims, "door": SOCKET if door else ""}).encode()
    done = _run(level, account, python, SCRIPT, told, door=door)
    try:
        return [str(name) for name in json.loads(done.stdout)]
    except ValueError:
        said = done.stderr.decode(errors="replace").strip()
        return [f"did not come to its end ({done.ending}: {said[-300:]})"]


def _overate(level: Level, account: Account, python: Interpreter) -> list[str]:
    return [
        name
        for name, script in GREED.items()
        if _succeeds(_run(level, account, python, script, b""))
    ]


def _succeeds(done: Run) -> bool:
    return done.ending is Ending.EXITED and done.exit_code == 0


def _run(
    level: Level,
    account: Account,
    python: Interpreter,
    script: str,
    stdin: bytes,
    *,
    door: Path | None = None,
) -> Run:
    with placed(python.readable, level, account) as places:
        job = Job(
            command=(str(python.executable), "-I", "-S", "-c", script),
            limits=LIMITS,
            readable=python.readable,
            environment=python.environment,
            socket=door,
            folder=WORK,
            account=account,
            grouped=False,
            places=places,
        )
        return execute(level, job, stdin)


def targets(held: ExitStack) -> dict[str, str | int]:
    """Set up what the attacks aim at; all of it goes with `held`."""
    # Open to every account: what keeps foreign code out has to be the sandbox.
    folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
    folder.chmod(0o777)
    (folder / "canary").write_text("secret")
    (folder / "canary").chmod(0o644)
    name = f"songbook-{secrets.token_hex(8)}"
    listener = held.enter_context(socket.create_server(("127.0.0.1", 0)))
    abstract = _listening(f"\0{name}", held)
    path = _listening(str(folder / "socket"), held)
    word = secrets.token_hex(8)
    for each in (listener, abstract, path):
        _greet(each, word, held)
    return {
        "pid": os.getpid(),
        "file": str(folder / "canary"),
        "canary": CANARY,
        "port": listener.getsockname()[1],
        "abstract": name,
        "path": str(folder / "socket"),
        # Who was reached says it: where a socket leads may be another place than was asked.
        "word": word,
    }


def _door(aims: Mapping[str, str | int], held: ExitStack) -> Path:
    """Set up a socket that is lent; who comes to it hears that."""
    path = Path(str(aims["file"])).with_name("door")
    _greet(_listening(str(path), held), "door", held)
    return path


def _listening(address: str, held: ExitStack) -> socket.socket:
    made = held.enter_context(socket.socket(socket.AF_UNIX))
    made.bind(address)
    if not address.startswith("\0"):
        Path(address).chmod(0o666)
    made.listen()
    return made


def _greet(listener: socket.socket, word: str, held: ExitStack) -> None:
    """Say a word to everyone who connects."""

    def greet() -> None:
        with suppress(OSError):
            while True:
                with listener.accept()[0] as near, suppress(OSError):
                    near.sendall(word.encode())

    thread = threading.Thread(target=greet, daemon=True)
    thread.start()
    held.callback(thread.join)
    held.callback(listener.shutdown, socket.SHUT_RDWR)


def interpreter(account: Account, held: ExitStack) -> Interpreter:
    """Return the machine's Python, or ours, or a copy of ours that the account can read.

    A copy goes with `held`.
    """
    if SYSTEM.exists():
        return Interpreter(executable=SYSTEM)
    prefix = Path(sys.base_prefix).resolve()
    if not account.can_read(prefix):
        folder = Path(tempfile.mkdtemp(prefix="songbook-python-"))
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        copy_folder(prefix, folder / "python")
        prefix = folder / "python"
    name = f"bin/python{sys.version_info.major}.{sys.version_info.minor}"
    # What lies below /usr is there anyway.
    lent = {} if prefix == Path("/usr") else {prefix: str(prefix)}
    # A copy may look for its own library where it was copied from.
    library = {"LD_LIBRARY_PATH": str(prefix / "lib")}
    return Interpreter(executable=prefix / name, readable=lent, environment=library)
