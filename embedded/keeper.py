"""Keep one program running while somebody needs it, then stop it and all it started.

    python keeper.py --lock FILE --mode exclusive|shared [options] -- PROGRAM ARGUMENT…

Whoever needs the program holds a lock on FILE. The keeper waits for that lock itself:
when it gets it, nobody needs the program any more, and it is stopped. The kernel lets
go of a lock when its holder ends, however it ends: a `kill -9` is no special case.

A program may start others, in sessions of their own, and die before them. On Linux the
keeper is the one to whom such orphans fall ("subreaper"), so it finds every descendant
and leaves none. Elsewhere it reaches the program's process group.

Rejected: PR_SET_PDEATHSIG alone, which reaches direct children only: granian's workers
outlive a killed granian (it is set all the same, for a keeper that is killed). A
cgroup, which needs rights an ordinary user lacks.

There is a keeper for each of Songbook's processes, so this file is run by its path,
with nothing but the standard library: it starts quickly and stays small.
"""

import argparse
import contextlib
import ctypes
import fcntl
import os
import pwd
import signal
import sys
import threading
import time
from pathlib import Path

ASKED_TO_STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
WATCHED = {*ASKED_TO_STOP, signal.SIGCHLD, signal.SIGALRM}
# A variable, or mypy takes what is for other systems to be unreachable.
ON_LINUX = sys.platform == "linux"
# From linux/prctl.h; Python has no names for them.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# How long killed processes may take to be gone (a disk that hangs keeps them).
REAP_PATIENCE_S = 5.0


def command_for(
    program: list[str],
    *,
    lock: Path,
    mode: str,
    stop_signal: str = "SIGTERM",
    account: str | None = None,
    folder: Path = Path("/"),
) -> list[str]:
    """Return the command that keeps this program while others hold the lock.

    The keeper takes the lock in the given mode, to learn that it is free: "exclusive"
    where its users share it, "shared" where several keepers wait for one user. A keeper
    should be started in a session of its own.
    """
    # Isolated: it needs no module of this folder's, nor of the environment's folders.
    command = [sys.executable, "-I", __file__, f"--lock={lock}", f"--mode={mode}"]
    command += [f"--stop-signal={stop_signal}", f"--folder={folder}"]
    if account:
        command.append(f"--account={account}")
    return [*command, "--", *program]


def main() -> int:
    """Run the program named on the command line and answer as a shell would."""
    options = parse_arguments()
    # Blocked, they wait for `sigwait`: nothing is ever interrupted half-way.
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    set_process_control(PR_SET_CHILD_SUBREAPER, 1)
    program = start(options)
    threading.Thread(target=wait_for_lock, args=(options,), daemon=True).start()
    status = watch(program, options=options)
    leave_nothing(program)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def parse_arguments() -> argparse.Namespace:
    """Return the options and the program with its arguments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--mode", choices=["exclusive", "shared"], required=True)
    parser.add_argument(
        "--stop-signal", choices=["SIGTERM", "SIGINT"], default="SIGTERM"
    )
    parser.add_argument("--patience-s", type=int, default=10)
    parser.add_argument("--account", help="run the program as this user")
    parser.add_argument("--folder", type=Path, default=Path("/"))
    parser.add_argument("program", nargs="+")
    return parser.parse_args()


def start(options: argparse.Namespace) -> int:
    """Start the program in a session of its own and return its process id."""
    program = os.fork()
    if program == 0:
        try:
            become_program(options)
        except OSError as error:
            print(f"{options.program[0]}: {error}", file=sys.stderr, flush=True)
        finally:
            # 127 is what a shell answers for a program it could not start.
            os._exit(127)
    return program


def become_program(options: argparse.Namespace) -> None:
    """Turn this new process into the program. Returns only by raising OSError."""
    os.setsid()
    # Locks handed to the keeper are the keeper's: what escapes it must not hold them.
    os.closerange(3, 1024)
    os.chdir(options.folder)
    if options.account:
        account = pwd.getpwnam(options.account)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
        os.umask(0o077)
    # After the change of user, which would clear it.
    set_process_control(PR_SET_PDEATHSIG, signal.Signals[options.stop_signal])
    # A signal that is blocked here would stay blocked in the program.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    # Without a shell, as S606 would have us notice.
    os.execvp(options.program[0], options.program)  # noqa: S606


def set_process_control(name: int, value: int) -> None:
    """Call prctl(2) where it exists; elsewhere the other means must do."""
    if ON_LINUX:
        ctypes.CDLL(None).prctl(name, value, 0, 0, 0)


def wait_for_lock(options: argparse.Namespace) -> None:
    """Ask this keeper to stop as soon as nobody holds the lock any more."""
    mode = fcntl.LOCK_EX if options.mode == "exclusive" else fcntl.LOCK_SH
    with options.lock.open("rb") as lock:
        fcntl.flock(lock, mode)
        os.kill(os.getpid(), signal.SIGTERM)
        # Held until this process ends, so that a newcomer waits for the program's end.
        threading.Event().wait()


def watch(program: int, *, options: argparse.Namespace) -> int:
    """Wait for the program's end and return its wait status.

    The first request to stop is passed on; the second, or the end of patience, kills.
    """
    requests = 0
    while True:
        if signal.sigwait(WATCHED) == signal.SIGCHLD:
            status = reap(until=program)
            if status is not None:
                return status
            continue
        requests += 1
        if requests == 1:
            os.kill(program, signal.Signals[options.stop_signal])
            signal.alarm(options.patience_s)
        else:
            kill_descendants(program)
            # Again soon, for a descendant that was just being born.
            signal.alarm(1)


def reap(*, until: int) -> int | None:
    """Collect the children that have ended; return the status of `until`, if it did."""
    found = None
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if child == 0:
            return found
        if child == until:
            found = status


def leave_nothing(program: int) -> None:
    """Kill what the ended program left behind and wait until it is gone."""
    give_up_at = time.monotonic() + REAP_PATIENCE_S
    while kill_descendants(program) and time.monotonic() < give_up_at:
        time.sleep(0.01)
        reap(until=program)


def kill_descendants(program: int) -> bool:
    """Kill all that the program started; tell whether any of it was left."""
    if ON_LINUX:
        found = descendants(os.getpid())
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        return bool(found)
    try:
        os.killpg(program, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def descendants(ancestor: int) -> set[int]:
    """Return the process ids of all children, their children, and so on."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name, in parentheses, which may hold anything.
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    found: set[int] = set()
    generation = {ancestor}
    while generation:
        generation = {
            child for child, parent in parents.items() if parent in generation
        }
        found |= generation
    return found


if __name__ == "__main__":
    sys.exit(main())
