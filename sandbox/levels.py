"""What this machine can hold foreign code with, found out once for each process."""

from dataclasses import dataclass
from functools import lru_cache

from sandbox import bubblewrap, cgroups, container, landlock, seccomp
from sandbox.accounts import Account, NoAccount, account
from sandbox.selftest import failures
from sandbox.starting import Level, Refused

NOTHING_HOLDS = (
    "Foreign code is not run on this machine, because nothing here can hold it. {reasons}"
    " Allow user namespaces for ordinary users and install bubblewrap 0.8 or newer, or have"
    " a Linux 5.19 or newer with Landlock."
)
# Somebody who asked for a runtime trusts nothing else.
RUNTIME_DOES_NOT_HOLD = (
    "Foreign code is not run on this machine: SANDBOX_RUNTIME asks for {name}, and {reason}."
    " Nothing else is taken instead."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What holds foreign code here, and what of it is on.

    `cgroups` is the version of the control groups that can be used, 0 without. `reason` says
    why a better level was not taken; without any level, it says what to do.
    """

    level: Level
    reason: str = ""
    account: str = ""
    # The program and its version, where namespaces hold it.
    runtime: str = ""
    bubblewrap: str = ""
    landlock: int = 0
    cgroups: int = 0

    @property
    def seccomp(self) -> bool:
        """Return whether system calls are filtered: at every level that holds."""
        return self.holds

    @property
    def kept_apart(self) -> tuple[str, ...]:
        """Return what marks that which was made here, where other levels must not take it.

        Without mounts, what is built may hold paths of this machine.
        """
        return (self.level,) if self.level is Level.LANDLOCK else ()

    @property
    def holds(self) -> bool:
        """Return whether foreign code can be run here."""
        return self.level is not Level.NONE


@dataclass(slots=True)
class _Choice:
    levels: tuple[Level, ...] = (Level.BUBBLEWRAP, Level.LANDLOCK)


_choice = _Choice()


def choose_levels(*levels: Level) -> tuple[Level, ...]:
    """Have foreign code held by the first of these that withstands; return those before.

    It counts for this process, where no runtime was chosen.
    """
    before, _choice.levels = _choice.levels, levels
    return before


def choose_runtime(name: str) -> None:
    """Have foreign code held by an OCI runtime, by its path or name, or by nothing at all.

    Empty for the best that this machine has of its own. It counts for this process.
    """
    container.choose(name)


def assessed() -> Assessed:
    """Return the best level of this machine that withstands a short attack.

    The first call takes about a second; the answer holds as long as this process. Where a
    runtime was chosen, it is this or none.
    """
    return _assessed(_choice.levels, container.chosen())


@lru_cache(maxsize=4)
def _assessed(levels: tuple[Level, ...], runtime: str) -> Assessed:
    try:
        who = account()
    except NoAccount as missing:
        return Assessed(level=Level.NONE, reason=str(missing))
    if runtime:
        return _of_runtime(who)
    reasons: list[str] = []
    for level in levels:
        against = why_not(level, who)
        if not against:
            return _described(level, who, " ".join(reasons))
        reasons.append(f"{level.capitalize()}: {against}.")
    said = NOTHING_HOLDS.format(reasons=" ".join(reasons))
    return Assessed(level=Level.NONE, reason=said, account=who.name)


def why_not(level: Level, who: Account) -> str:
    """Return why a level can't be used here, or nothing if it can."""
    if seccomp.machine() is None:
        return "there is no filter of system calls for this kind of processor"
    try:
        if level is Level.CONTAINER:
            container.runtime()
        if level is Level.BUBBLEWRAP:
            bubblewrap.binary(who)
        found = failures(level, who)
    except (Refused, OSError) as missing:
        return str(missing)
    return f"an attack {', '.join(found)}" if found else ""


def _of_runtime(who: Account) -> Assessed:
    if against := why_not(Level.CONTAINER, who):
        said = RUNTIME_DOES_NOT_HOLD.format(name=container.chosen(), reason=against)
        return Assessed(level=Level.NONE, reason=said, account=who.name)
    return _described(Level.CONTAINER, who, "")


def _described(level: Level, who: Account, reason: str) -> Assessed:
    where = cgroups.hierarchy()
    runtime = container.runtime() if level is Level.CONTAINER else None
    found = bubblewrap.binary(who) if level is Level.BUBBLEWRAP else None
    return Assessed(
        level=level,
        reason=reason,
        account=who.name,
        runtime=f"{runtime.path} {runtime.version}" if runtime else "",
        bubblewrap=f"{found.path} {found.version}" if found else "",
        landlock=landlock.version() if level is Level.LANDLOCK else 0,
        cgroups=where.version if where else 0,
    )
