"""One data folder of PostgreSQL, a "cluster" in its words: where it is, how it is made.

    data/            PostgreSQL's, owned by the account that runs it
    sockets          where the running server's socket is
    postgres.log     what the server says
    *.lock           see postgres.py

`initdb` works in a folder of its own that is renamed when it is whole, so one that was
killed half-way leaves nothing that looks like data.

The path of a socket has about 100 bytes, so it is not in the state but in a folder
below the one for temporary files, named for the account and the data.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embedded.accounts import Account, account_for, make_shared_folder
from embedded.binaries import Programs, find_programs, within_reach
from embedded.failure import Failure, say
from embedded.state import lock

NAME = "songbook"
PORT = 5432
# What fits in a socket's address on macOS, where it is shortest.
LONGEST_SOCKET_PATH = 103

CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Nobody copies from this server, so the log need hold only what a crash needs.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    # Compiling costs more than our short queries take.
    "jit": "off",
    # Disks of today: reading here and there costs little more than reading on.
    "random_page_cost": "1.1",
}
# For data nobody will miss, as that of tests.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The folder that holds one cluster and what belongs to it."""

    place: Path
    durable: bool

    @property
    def data(self) -> Path:
        """Return PostgreSQL's own folder."""
        return self.place / "data"

    @property
    def log(self) -> Path:
        """Return the file with what the server says."""
        return self.place / "postgres.log"

    @property
    def users_lock(self) -> Path:
        """Return the file whose lock the users of the server share."""
        return self.place / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Return the file whose lock is held while there is a server."""
        return self.place / "server.lock"

    def sockets(self) -> Path:
        """Return the folder of the running server's socket."""
        return Path((self.place / "sockets").read_text())

    def url(self) -> str:
        """Return the address of the database, for Django and for libpq alike."""
        host = quote(str(self.sockets()), safe="")
        return f"postgresql://{NAME}@/{NAME}?host={host}&port={PORT}"

    def major(self) -> int | None:
        """Return the version of the data, or None where there is none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None


def find_cluster(state: Path, *, durable: bool) -> Cluster:
    """Return the cluster of a state, with its folder made.

    Root's is outside of a state that the account running PostgreSQL cannot reach; a
    file in the state says where, so that a deleted state has lost its data too.
    """
    with lock(state / "postgres.lock"):
        place = state / "postgres"
        elsewhere = state / "postgres-is-at"
        if elsewhere.exists():
            place = Path(elsewhere.read_text())
        elif not place.exists() and not account_for(place / "data").can_reach(state):
            place = make_shared_folder() / f"postgres-{secrets.token_hex(6)}"
            elsewhere.write_text(str(place))
            say(f"PostgreSQL cannot reach {state}, so its data is in {place}")
        if not place.exists():
            place.mkdir()
            # Root's server, which is not root, has to pass through.
            place.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return Cluster(place, durable)


def prepare(cluster: Cluster, *, keep_open: int) -> tuple[list[str], Account]:
    """Make the data if there is none; return the server's command and its account.

    Called with the server's lock, the open file `keep_open`, which the programs started
    here keep open: one that outlives this process still works on the data.
    """
    account = account_for(cluster.data)
    programs = within_reach(find_programs(major=cluster.major()), account)
    for left in cluster.place.glob("new-*"):
        shutil.rmtree(left, ignore_errors=True)
    if cluster.major() is None:
        say("making the database")
        make_data(cluster, programs=programs, account=account, keep_open=keep_open)
    sockets = make_socket_folder(cluster, account=account)
    (cluster.place / "sockets").write_text(str(sockets))
    command = [str(programs.folder / "postgres"), "-D", str(cluster.data)]
    for name, value in configuration(cluster, programs=programs).items():
        command += ["-c", f"{name}={value}"]
    return [*command, "-k", str(sockets)], account


def configuration(cluster: Cluster, *, programs: Programs) -> dict[str, str]:
    """Return the settings; given at each start, so that old data gets new ones."""
    found = dict(CONFIGURATION)
    if programs.major >= 18:
        # No extra processes for reading: this is one small server among others.
        found["io_method"] = "sync"
    return found if cluster.durable else found | CARELESS


def make_data(
    cluster: Cluster, *, programs: Programs, account: Account, keep_open: int
) -> None:
    """Make a cluster with the role and the database, all of it or nothing."""
    new = Path(tempfile.mkdtemp(dir=cluster.place, prefix="new-"))
    account.own(new)
    initdb = [
        str(programs.folder / "initdb"),
        "-D",
        str(new),
        *initdb_options(programs),
    ]
    # Alone and without a server, it reads commands from its input.
    single = [str(programs.folder / "postgres"), "--single", "-D", str(new), "postgres"]
    create = f"CREATE DATABASE {NAME}\n"
    for command, said in ((initdb, ""), (single, create)):
        ended = account.run(command, said=said, keep_open=keep_open)
        if ended.returncode != 0:
            raise Failure(f"{Path(command[0]).name} failed:\n{ended.stdout.strip()}")
    new.rename(cluster.data)


def initdb_options(programs: Programs) -> list[str]:
    """Return how data is made: who may enter, and how text is sorted."""
    options = [f"--username={NAME}", "--encoding=UTF8", "--no-instructions"]
    # Only the account itself, and root, get to the socket.
    options += ["--auth-local=trust", "--auth-host=reject"]
    if programs.major < 17:
        return [*options, "--locale=C.UTF-8"]
    # PostgreSQL's own rules sort alike on every machine and need no package.
    return [
        *options,
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]


def make_socket_folder(cluster: Cluster, *, account: Account) -> Path:
    """Return a folder that only this account may enter, of a path that is short enough.

    Raises Failure if somebody else made it first.
    """
    digest = hashlib.sha256(os.fsencode(cluster.place)).hexdigest()[:12]
    name = f"songbook-{account.uid}-{digest}"
    folder = Path(tempfile.gettempdir()) / name
    socket = folder / f".s.PGSQL.{PORT}"
    is_short = len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
    # TMPDIR may be a long path, or a folder of root's own.
    if not is_short or not account.can_reach(folder.parent):
        # Who made the folder is checked below, which ruff does not see.
        folder = Path("/tmp") / name  # noqa: S108
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    is_ours = found.st_uid in (os.geteuid(), account.uid)
    if not stat.S_ISDIR(found.st_mode) or not is_ours:
        raise Failure(f"{folder} belongs to someone else; have it removed")
    account.own(folder)
    return folder
