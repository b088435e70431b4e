"""The state: one folder with everything Songbook keeps on this machine.

    secret_key       made once, readable by its owner only
    run.lock         held by the one `dev run`, and by its keepers until all has stopped
    run.json         where that one is to be found
    migrate.lock     held while the database is prepared
    postgres/        the data (see postgres.py, also for where root has it)
    published/       the documents

Deleting the folder is a fresh start.
"""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from embedded.failure import Failure

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Running:
    """The Songbook that `dev run` runs just now."""

    pid: int
    url: str
    public_url: str


@dataclass(frozen=True, slots=True)
class State:
    """A state folder that exists and can be written to."""

    folder: Path

    @property
    def run_lock(self) -> Path:
        """The file whose lock says that a `dev run` is at work."""
        return self.folder / "run.lock"

    def secret_key(self) -> str:
        """Return the key kept here, made at the first call."""
        path = self.folder / "secret_key"
        with lock(self.folder / "secret_key.lock"):
            if not path.exists():
                new = path.with_suffix(".new")
                new.touch(mode=0o600)
                new.write_text(secrets.token_urlsafe(50))
                new.rename(path)
        return path.read_text()

    def remember(self, running: Running) -> None:
        """Write down where Songbook runs, for `running` in other processes."""
        new = self.folder / "run.json.new"
        new.write_text(json.dumps(asdict(running)))
        new.rename(self.folder / "run.json")

    def forget(self) -> None:
        """Take back what `remember` wrote."""
        (self.folder / "run.json").unlink(missing_ok=True)

    def running(self) -> Running | None:
        """Return the Songbook that runs on this state, if one does."""
        try:
            with lock(self.run_lock, wait=False):
                return None
        except BlockingIOError:
            pass
        try:
            found = json.loads((self.folder / "run.json").read_text())
        except FileNotFoundError:
            return None
        return Running(**found)


def open_state(folder: Path) -> State:
    """Return the state in this folder, made if need be. Raises Failure."""
    # Root's PostgreSQL runs as another account, which has to pass through the folder.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
    except OSError as error:
        raise Failure(f"the state folder cannot be made: {error}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(
            f"{folder} cannot be written to; set SONGBOOK_STATE to a folder of yours"
        )
    return State(folder.resolve())


@contextlib.contextmanager
def lock(path: Path, *, wait: bool = True, shared: bool = False) -> Iterator[IO[bytes]]:
    """Hold the lock on a file, which is made if need be, and give the open file.

    Raises BlockingIOError when another holds it and `wait` is off.
    """
    with path.open("ab") as file:
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(file, mode if wait else mode | fcntl.LOCK_NB)
        yield file
