"""Programs that a command runs to their end, on the same terminal."""

import contextlib
import signal
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import FrameType

from embedded import keeper
from embedded.state import ROOT


def run_to_end(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    keep_open: Collection[int],
) -> int:
    """Run a program in the checkout and return its exit code, as a shell would.

    Standard input, output and the terminal are its own, and so is Ctrl-C. It inherits
    the open files `keep_open`.
    """
    program = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(environment),
        pass_fds=keep_open,
        # It is safe: there is no other thread here yet that might hold a lock.
        preexec_fn=end_with_parent,  # noqa: PLW1509
    )
    with signals_passed_to(program):
        code = program.wait()
    return code if code >= 0 else 128 - code


def output_of(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    keep_open: Collection[int],
) -> str | None:
    """Run a short program in the checkout; return what it prints, None where it fails.

    What it says on standard error is shown. It inherits the open files `keep_open`.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=keep_open,
        check=False,
        text=True,
        # As above.
        preexec_fn=end_with_parent,
    )
    return done.stdout if done.returncode == 0 else None


def end_with_parent() -> None:
    """Have the process that calls this stopped when its parent is killed (Linux)."""
    keeper.set_process_control(keeper.PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def signals_passed_to(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave the decision what to do about a signal to the program."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # The terminal has sent Ctrl-C to the program as well.
        if number != signal.SIGINT:
            program.send_signal(number)

    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, pass_on) for number in watched}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
