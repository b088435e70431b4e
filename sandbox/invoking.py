"""Calls of a connector's command line, each with what came of it.

All calls of one release are made in one sandbox, without a network: the connector is
imported once, and forks for each call. What to call next is decided out here, by what the
calls before it said.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sandbox import Ending, Limits, Run
from sandbox.conversing import Conversation, Report, Silent, conversing
from sandbox.installing import PLACE, Environment
from sandbox.interpreters import Interpreter
from sandbox.limits import GIB
from sandbox.progress import begin
from sandbox.wheels import Executable
from sandbox.workshop import Workshop

# The documents of the largest connectors that we have seen have 3 MB.
OUTPUT_BYTES = 4_000_000
# A path where no file is; and the word for a call's config among its arguments.
MISSING = "/work/missing.json"
CONFIG = "{config}"
LIMITS = Limits(wall_s=400, cpu_s=400, memory_bytes=1 * GIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to make. `{config}` among `args` stands for a file with `config` in it."""

    name: str
    args: tuple[str, ...]
    config: Any = None
    # None for the workshop's usual time.
    limit_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one call, as far as the driver could see: foreign bytes."""

    name: str
    args: tuple[str, ...] = ()
    config: Any = None
    ending: Ending = Ending.EXITED
    exit_code: int | None = None
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0

    @property
    def is_good(self) -> bool:
        """Return whether the call exited with 0."""
        return self.ending is Ending.EXITED and self.exit_code == 0


class Caller:
    """An installed connector in its sandbox, imported and ready to be called."""

    def __init__(
        self,
        conversation: Conversation | Run,
        plan: dict[str, Any],
        *,
        import_s: float,
        call_s: float,
    ) -> None:
        self._run: Run | None = None
        if isinstance(conversation, Run):
            self._run = conversation
        else:
            self._conversation = conversation
        self._call_s = call_s
        self.imported = self._tell(Call(name="import", args=()), plan, import_s)

    def call(self, call: Call) -> Outcome:
        """Return the outcome of a call.

        Where the driver did not live to report it, that is how the whole sandbox ended.
        """
        limit_s = call.limit_s or self._call_s
        return self._tell(call, {"args": call.args, "config": call.config}, limit_s)

    def _tell(self, call: Call, said: dict[str, Any], limit_s: float) -> Outcome:
        begin(f"calling it with {' '.join(call.args)}" if call.args else "importing it")
        if self._run is None:
            try:
                report = self._conversation.tell(
                    {**said, "limit_s": limit_s}, limit_s=limit_s
                )
                return _outcome(call, report)
            except Silent:
                self._run = self._conversation.end()
        return _outcome(call, self._run)


@contextmanager
def calling(
    environment: Environment,
    executable: Executable,
    *,
    interpreter: Interpreter,
    workshop: Workshop,
) -> Iterator[Caller]:
    """Yield what calls a console script of an environment."""
    python = [str(interpreter.executable), "-I", "-S"]
    with conversing(
        [*python, workshop.tool("driver.py")],
        limits=LIMITS,
        readable={**workshop.readable(interpreter), environment.folder: PLACE},
        folder=workshop.doors,
        output_limit=OUTPUT_BYTES,
    ) as conversation:
        yield Caller(
            conversation,
            _plan(executable, workshop),
            import_s=workshop.import_s,
            call_s=workshop.call_s,
        )


def _plan(executable: Executable, workshop: Workshop) -> dict[str, Any]:
    """Return what the driver is told first."""
    script = f"{PLACE}/bin/{executable.name}"
    python, zygote = f"{PLACE}/bin/python", workshop.tool("zygote.py")
    return {
        "zygote": [python, zygote, script, executable.module, executable.attribute],
        "executable": script,
        "output_limit": OUTPUT_BYTES,
    }


def _outcome(call: Call, of: Report | Run) -> Outcome:
    ending, signal = of.ending, of.signal
    if isinstance(of, Run) and ending is Ending.EXITED:
        # The driver is gone, and somebody inside has ended it.
        ending, signal = Ending.SIGNALLED, 9
    return Outcome(
        name=call.name,
        args=call.args,
        config=call.config,
        ending=ending,
        exit_code=of.exit_code if ending is Ending.EXITED else None,
        signal=signal,
        stdout=of.stdout if isinstance(of, Report) else b"",
        stderr=of.stderr,
        stdout_bytes=of.stdout_bytes,
        stderr_bytes=of.stderr_bytes,
        seconds=of.seconds,
        cpu_seconds=of.cpu_seconds,
        peak_bytes=of.peak_bytes,
    )


def of_run(name: str, run: Run, *, keep_stdout: bool = True) -> Outcome:
    """Return a run of its own as a step of a record."""
    return Outcome(
        name=name,
        ending=run.ending,
        exit_code=run.exit_code,
        signal=run.signal,
        stdout=run.stdout if keep_stdout else b"",
        stderr=run.stderr,
        stdout_bytes=run.stdout_bytes,
        stderr_bytes=run.stderr_bytes,
        seconds=run.seconds,
        cpu_seconds=run.cpu_seconds,
        peak_bytes=run.peak_bytes,
    )


def good(name: str, seconds: float, *, said: str = "") -> Outcome:
    """Return a step of ours that went well."""
    return _ours(name, 0, seconds, said)


def failed(
    name: str, seconds: float, said: str, ending: Ending = Ending.EXITED
) -> Outcome:
    """Return a step of ours that could not be done: for what the package is, or a limit."""
    step = _ours(name, 1, seconds, said)
    return (
        step
        if ending is Ending.EXITED
        else replace(step, ending=ending, exit_code=None)
    )


def _ours(name: str, code: int, seconds: float, said: str) -> Outcome:
    text = said.encode(errors="replace")
    return Outcome(
        name=name, exit_code=code, stderr=text, stderr_bytes=len(text), seconds=seconds
    )


def standard_calls(*, is_tap: bool) -> Iterable[Call]:
    """Yield the calls that ask a connector what it is, and how it takes a missing config."""
    yield Call(name="help", args=("--help",))
    yield Call(name="version", args=("--version",))
    yield Call(name="about", args=("--about", "--format=json"))
    if is_tap:
        yield Call(name="discover", args=("--discover",))
    yield Call(name="bad-config", args=("--config", MISSING))


def configured_discovery(config: Any) -> Call:
    """Return the call that asks a tap for its catalog, with a config."""
    args = ("--config", CONFIG, "--discover")
    return Call(name="discover-config", args=args, config=config)
