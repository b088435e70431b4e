"""Running a command of somebody else: the one door to the sandbox."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.accounts import NoAccount, account
from sandbox.executing import execute, refusal
from sandbox.levels import assessed
from sandbox.limits import Limits
from sandbox.outcome import Run
from sandbox.starting import WORK, Job, Level

DEFAULT = Limits()
NOTHING: Mapping[Path, str] = {}
UNCHANGED: Mapping[str, str] = {}


def run(
    command: Sequence[str],
    *,
    limits: Limits = DEFAULT,
    readable: Mapping[Path, str] = NOTHING,
    environment: Mapping[str, str] = UNCHANGED,
    stdin: bytes = b"",
    socket: Path | None = None,
    folder: str = WORK,
    level: Level | None = None,
) -> Run:
    """Run a command behind walls, and return what came of it. Raises nothing.

    It has no network. `readable` are files and folders of this machine with the paths where
    it sees them, read-only; the sandbox's account has to be able to read them. `environment`
    is laid over a small fixed one; nothing of ours is in it. `socket` is a UNIX socket that
    it finds at `/run/index.sock`. It begins in `folder`; it may write to `/work`, `/tmp` and
    `/dev/shm`, which are empty in the beginning and gone in the end: results come on stdout.

    With Landlock, what is readable has to keep its own path, there is no socket, and `/work`
    and `/tmp` are the folder it begins in and `$TMPDIR`.

    `level` is the best that this machine has and that withstood `sandbox.selftest`; without
    any, the run is REFUSED, with the reason on stderr.
    """
    if level is None:
        found = assessed()
        if found.level is Level.NONE:
            return refusal(tuple(command), found.reason)
        level = found.level
    try:
        who = account()
    except NoAccount as missing:
        return refusal(tuple(command), str(missing))
    job = Job(
        command=tuple(command),
        limits=limits,
        readable=readable,
        environment=environment,
        socket=socket,
        folder=folder,
        account=who,
        grouped=False,
    )
    return execute(level, job, stdin)
