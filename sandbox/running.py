"""Running a command of somebody else: the one door to the sandbox."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sandbox.accounts import NoAccount, account
from sandbox.executing import execute, refusal
from sandbox.levels import assessed
from sandbox.limits import Limits
from sandbox.outcome import Run
from sandbox.places import Places
from sandbox.placing import placed, shown
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
    places: Places | None = None,
) -> Run:
    """Run a command behind walls, and return what came of it. Raises nothing.

    It has no network. `readable` are files and folders of this machine with the paths where
    it sees them, read-only; the sandbox's account has to be able to read them. `environment`
    is laid over a small fixed one; nothing of ours is in it. `socket` is a UNIX socket that
    it finds at `/run/index.sock`. It begins in `folder`; it may write to `/work`, `/tmp` and
    `/dev/shm`, which are empty in the beginning and gone in the end: results come on stdout.

    All of this, and the text on `stdin`, speaks of the paths above at every level. With
    Landlock there is nothing at these paths, and other ones are put in their place: what it
    says on stderr is put back, and what it says on stdout is as it was said (see
    `places_of`; `places` are those of `places_of_a_run`). There are no sockets with paths, and
    whatever it connects by TCP is connected with `socket`.

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
    with ExitStack() as held:
        where = places or held.enter_context(placed(readable, level, who))
        job = Job(
            command=tuple(command),
            limits=limits,
            readable=readable,
            environment=environment,
            socket=socket,
            folder=folder,
            account=who,
            grouped=False,
            places=where,
        )
        return execute(level, job, where.said_in(stdin))


def places_of(readable: Mapping[Path, str]) -> Places:
    """Return where foreign code finds what it is lent, for longer than one run."""
    return shown(readable, assessed().level)


@contextmanager
def places_of_a_run(readable: Mapping[Path, str]) -> Iterator[Places]:
    """Yield where one run finds what it is lent; what it writes is gone at the end."""
    level = assessed().level
    if level is Level.NONE:
        # It will be refused, with the reason.
        yield Places()
        return
    with placed(readable, level, account()) as places:
        yield places
