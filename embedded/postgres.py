"""PostgreSQL for one state folder, shared by everybody who needs it just now.

The server belongs to none of those who use it: not to the one who started it, nor to
the others. Two locks say so, and the kernel lets go of a lock however its holder ends.

    users.lock      held, shared, by each process that uses the server. The server's
                    keeper waits to have it alone: nobody uses the server any more
                    then, and it is stopped, with the lock held until it is down. Who
                    wants to use it meanwhile waits for that.
    server.lock     held from before `initdb` until the server is down: first by who
                    starts it, then by the keeper, to whom it is handed. Who gets it
                    may start a server.

So `dev manage` may start the server, `dev run` join it, and either go first. Killing
any of them does no harm. A killed keeper takes its server with it (Linux) or leaves an
orphan, which the next one to start a server stops first.

Rejected: the server as a child of who starts it. Then a `dev manage shell` that was
there first takes the database of a later `dev run` away when it ends.
"""

import contextlib
import os
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg

from embedded import keeper
from embedded.cluster import Cluster, find_cluster, prepare
from embedded.failure import Failure
from embedded.state import lock

# How often a server that ends at once is started again: the processes of one that was
# killed may need a moment to leave its shared memory.
ATTEMPTS = 4
# Recovery after a crash replays the log first.
START_PATIENCE_S = 60.0
STOP_PATIENCE_S = 20.0
LARGEST_LOG_BYTES = 2_000_000


class Postgres:
    """The use of a state's PostgreSQL; a context manager that starts or joins it."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.cluster: Cluster = find_cluster(state, durable=durable)
        self.use = ExitStack()
        self.users: IO[bytes] | None = None
        self.keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.use:
            users = lock(self.cluster.users_lock, shared=True)
            self.users = self.use.enter_context(users)
            self.ensure_running()
            # Who could not start it does not use it either.
            self.use = self.use.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()

    @property
    def url(self) -> str:
        """Return the value for DATABASE_URL."""
        return self.cluster.url()

    def ensure_running(self) -> None:
        """Start the server unless one runs; wait until it answers. Raises Failure."""
        attempts = 0
        give_up_at = time.monotonic() + START_PATIENCE_S
        while True:
            with (
                contextlib.suppress(BlockingIOError),
                lock(self.cluster.server_lock, wait=False) as server_lock,
            ):
                attempts += 1
                if attempts > ATTEMPTS:
                    break
                self.start(server_lock)
            if self.answers():
                return
            if time.monotonic() > give_up_at:
                break
            # Right after a start it answers in about 0.1 s; a killed one takes longer.
            time.sleep(0.02 if attempts < 2 else 0.5)
        raise Failure(f"PostgreSQL does not start:\n{last_lines(self.cluster.log)}")

    def is_running(self) -> bool:
        """Tell whether the server has a keeper; cheap enough to ask every second."""
        try:
            with lock(self.cluster.server_lock, wait=False):
                return False
        except BlockingIOError:
            return True

    def start(self, server_lock: IO[bytes]) -> None:
        """Start the server below a keeper, to whom the lock is handed."""
        if self.keeper is not None:
            # It has ended, or we would not have the lock.
            self.keeper.wait()
        stop_orphan(self.cluster)
        command, account = prepare(self.cluster, keep_open=server_lock.fileno())
        kept = keeper.command_for(
            command,
            lock=self.cluster.users_lock,
            mode="exclusive",
            # A "fast" shutdown: sessions are ended and everything is written down.
            stop_signal="SIGINT",
            account=account.name,
        )
        with open_log(self.cluster.log) as log:
            self.keeper = subprocess.Popen(
                kept,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                pass_fds=[server_lock.fileno()],
            )

    def answers(self) -> bool:
        """Tell whether the database can be used."""
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except (psycopg.OperationalError, FileNotFoundError):
            return False
        return True

    def leave(self) -> None:
        """End the use; if it was the last one, return when the server is down."""
        self.use.close()
        give_up_at = time.monotonic() + STOP_PATIENCE_S
        while self.is_running() and time.monotonic() < give_up_at:
            if is_shared(self.cluster.users_lock):
                break
            time.sleep(0.01)
        else:
            remove_socket_folder(self.cluster)
        if self.keeper and self.keeper.poll() is None:
            # It serves others now and is nobody's child to wait for.
            self.keeper.returncode = 0


def is_shared(users_lock: Path) -> bool:
    """Tell whether others use the server, which is when the lock can only be shared."""
    try:
        with lock(users_lock, wait=False):
            # The keeper is about to take it.
            return False
    except BlockingIOError:
        pass
    try:
        with lock(users_lock, wait=False, shared=True):
            return True
    except BlockingIOError:
        # The keeper has it and stops the server.
        return False


def remove_socket_folder(cluster: Cluster) -> None:
    """Remove the folder of a server that is down, unless the next one is starting."""
    with (
        contextlib.suppress(OSError),
        lock(cluster.server_lock, wait=False),
    ):
        cluster.sockets().rmdir()


def stop_orphan(cluster: Cluster) -> None:
    """Stop a server whose keeper was killed. Raises Failure if it does not stop."""
    give_up_at = time.monotonic() + STOP_PATIENCE_S
    while (orphan := server_of(cluster)) is not None:
        if time.monotonic() > give_up_at:
            raise Failure(
                f"the PostgreSQL left behind (process {orphan}) does not stop"
            )
        with contextlib.suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGINT)
        time.sleep(0.1)


def server_of(cluster: Cluster) -> int | None:
    """Return the process id of the server that works on the data, if one does.

    The id PostgreSQL wrote down may be another process's since a crash of the machine,
    so that process is asked: a server's working folder is its data.
    """
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if keeper.ON_LINUX:
        try:
            at = Path(f"/proc/{pid}/cwd").readlink()
        except OSError:
            return None
        return pid if at == cluster.data else None
    asked = ["/bin/ps", "-p", str(pid), "-o", "command="]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return pid if str(cluster.data) in said else None


def open_log(path: Path) -> IO[bytes]:
    """Open the server's log at its end; one that has grown long starts anew."""
    is_long = path.exists() and path.stat().st_size > LARGEST_LOG_BYTES
    return path.open("wb" if is_long else "ab")


def last_lines(path: Path) -> str:
    """Return the end of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:])
