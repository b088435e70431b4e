"""One run from its start to its end, at a given level.

What runs together: the thread that calls `execute`, and the processes it started. The
parent-death signal that bubblewrap asks for comes when that *thread* ends, which is what is
wanted: nobody else waits for the run. No Python code runs between fork and exec
(`preexec_fn`), where another thread's lock would stop it for ever. What is started waits
for a word on stdin instead, and until it is said, limits and group are put on it from
outside.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from contextlib import ExitStack
from dataclasses import replace

from sandbox import bubblewrap, cgroups, container, landlock
from sandbox.cgroups import Group, Usage
from sandbox.limits import Limits
from sandbox.outcome import Ending, Run
from sandbox.progress import TAIL_BYTES, printing
from sandbox.sampling import sample
from sandbox.starting import GO, OWN_PROCESSES, Job, Level, Refused, Start
from sandbox.watching import Watch

STARTERS = {
    Level.CONTAINER: container.start,
    Level.BUBBLEWRAP: bubblewrap.start,
    Level.LANDLOCK: landlock.start,
}
# How long what was started may take to end before it is killed.
DEATH_S = 5.0
# Shells, and bubblewrap, add it to the number of the signal that ended a command.
SIGNAL_BASE = 128


def execute(level: Level, job: Job, stdin: bytes = b"") -> Run:
    """Return what came of a job at this level; one that can't start is REFUSED."""
    began = time.monotonic()
    if level not in STARTERS:
        return refusal(job.command, "nothing here can hold foreign code")
    try:
        with ExitStack() as held:
            most = _most_processes(level, job.limits)
            group = _group(job.limits, most, held)
            job = replace(job, grouped=group is not None)
            start = STARTERS[level](job, held)
            return _Execution(start, job, group, most).to_the_end(stdin, began)
    except Refused as refused:
        return refusal(job.command, str(refused))


def refusal(command: tuple[str, ...], sentence: str) -> Run:
    """Return the run that was not started, with the sentence that says why."""
    said = sentence.encode()
    return Run(
        command=command,
        ending=Ending.REFUSED,
        exit_code=None,
        signal=None,
        stdout=b"",
        stderr=said,
        stdout_bytes=0,
        stderr_bytes=len(said),
        seconds=0.0,
        cpu_seconds=0.0,
        peak_bytes=0,
    )


def _most_processes(level: Level, limits: Limits) -> int:
    """Return how many processes of a run are allowed, with those that hold the job."""
    if level is Level.CONTAINER:
        return container.most_processes(limits)
    return limits.processes + OWN_PROCESSES


def _group(limits: Limits, most: int, held: ExitStack) -> Group | None:
    where = cgroups.hierarchy()
    if where is None:
        return None
    try:
        group = Group(where, replace(limits, processes=most - cgroups.OWN_PROCESSES))
    except OSError:
        # What was delegated can be taken back; then we look on ourselves.
        return None
    held.callback(group.remove)
    return group


class _Execution:
    """A started job, its group, and what is known of it."""

    def __init__(self, start: Start, job: Job, group: Group | None, most: int) -> None:
        self.start, self.job, self.group = start, job, group
        self.most_processes = most
        self.peak_bytes = 0
        self.cpu_seconds = 0.0
        switched = start.account if start.account and start.account.changes else None
        try:
            self.process = subprocess.Popen(
                start.program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", **start.environment},
                pass_fds=[file.fileno() for file in start.files],
                start_new_session=True,
                user=switched.uid if switched else None,
                group=switched.gid if switched else None,
                extra_groups=[] if switched else None,
                umask=0o022,
            )
        except OSError as error:
            raise Refused(f"{start.program[0]} can't be started: {error}") from error
        for file in start.files:
            file.close()

    def to_the_end(self, stdin: bytes, began: float) -> Run:
        """Let the job begin, and return what came of it."""
        look = self._look if self.group is None else self.start.look
        watch = Watch(self.process, said=stdin, limits=self.job.limits, look=look)
        try:
            self._go()
            with printing(lambda: self._tail(watch)):
                forced = watch.until(began + self.job.limits.wall_s)
        finally:
            self._end()
            over = watch.rest()
            watch.close()
            self._reap()
        return self._told(watch, forced or over, began)

    def _tail(self, watch: Watch) -> bytes:
        """Return the end of what it says on stderr, where builds and resolving say all."""
        return self.job.places.heard(watch.stderr.tail(TAIL_BYTES))

    def _told(self, watch: Watch, forced: Ending | None, began: float) -> Run:
        usage = self.group.usage() if self.group else None
        if usage:
            self.cpu_seconds = max(self.cpu_seconds, usage.cpu_seconds)
            self.peak_bytes = usage.peak_bytes or self.peak_bytes
        ending, code = self._ending(forced, usage)
        if ending is Ending.REFUSED:
            return refusal(self.job.command, self._why_not(bytes(watch.stderr.kept)))
        said = bytes(watch.stderr.kept)
        heard = self.job.places.heard(said)
        return Run(
            command=self.job.command,
            ending=ending,
            exit_code=code if code is not None and code < SIGNAL_BASE else None,
            signal=_signal(code),
            stdout=bytes(watch.stdout.kept),
            stderr=heard,
            stdout_bytes=watch.stdout.seen,
            # A path of another length is no other text.
            stderr_bytes=watch.stderr.seen + len(heard) - len(said),
            seconds=time.monotonic() - began,
            cpu_seconds=self.cpu_seconds,
            peak_bytes=self.peak_bytes,
        )

    def _go(self) -> None:
        # Who is dead already has said why.
        with contextlib.suppress(BrokenPipeError, ProcessLookupError):
            if self.group:
                self.group.add(self.process.pid)
            if self.process.stdin is not None:
                os.write(self.process.stdin.fileno(), GO)

    def _why_not(self, said: bytes) -> str:
        words = said.decode(errors="replace").strip() or "it said nothing"
        hint = (
            f" (all that is lent has to be readable for {self.job.account.name!r})"
            if "Permission denied" in words
            else ""
        )
        return f"the sandbox did not start: {words}{hint}"

    def _look(self) -> Ending | None:
        taken = sample(self.process.pid)
        self.peak_bytes = max(self.peak_bytes, taken.memory_bytes)
        self.cpu_seconds = max(self.cpu_seconds, taken.cpu_seconds)
        if taken.memory_bytes > self.job.limits.memory_bytes:
            return Ending.MEMORY
        if taken.processes > self.most_processes:
            return Ending.PROCESSES
        return self.start.look() if self.start.look else None

    def _end(self) -> None:
        """End all that runs; the process itself is not yet reaped, so its id is its own."""
        self.start.end(self.process.pid)
        if self.group:
            self.group.kill()
        pid_file = os.pidfd_open(self.process.pid)
        try:
            if not select.select([pid_file], [], [], DEATH_S)[0]:
                self.process.kill()
        finally:
            os.close(pid_file)

    def _reap(self) -> None:
        # With what it and the children that it buried used, which Popen.wait doesn't tell.
        # bubblewrap does not bury those inside; they are in the group, or in the samples.
        _, status, used = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = max(self.cpu_seconds, used.ru_utime + used.ru_stime)
        self.peak_bytes = max(self.peak_bytes, used.ru_maxrss << 10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def _ending(
        self, forced: Ending | None, usage: Usage | None
    ) -> tuple[Ending, int | None]:
        code = self._exit_code()
        if usage and usage.memory_kills:
            return Ending.MEMORY, code
        if forced:
            return forced, None
        if code is None:
            return Ending.REFUSED, None
        if code == SIGNAL_BASE + signal.SIGXCPU or self._spent(code):
            return Ending.TIMED_OUT, code
        if code > SIGNAL_BASE:
            return Ending.SIGNALLED, code
        if code and usage and usage.forks_refused:
            return Ending.PROCESSES, code
        return Ending.EXITED, code

    def _spent(self, code: int) -> bool:
        """Tell whether it was killed for ignoring that its time on the processor is up."""
        killed = code == SIGNAL_BASE + signal.SIGKILL
        return killed and self.cpu_seconds >= self.job.limits.cpu_s

    def _exit_code(self) -> int | None:
        """Return the code that the first process reports, None if the job never began."""
        os.set_blocking(self.start.status.fileno(), False)
        told = self.start.status.readall() or b""
        codes = [code for code in map(_reported, told.splitlines()) if code is not None]
        return codes[-1] if codes else None


def _reported(line: bytes) -> int | None:
    try:
        code = json.loads(line).get("exit-code")
    except (ValueError, AttributeError):
        return None
    return int(code) if code is not None else None


def _signal(code: int | None) -> int | None:
    return code - SIGNAL_BASE if code is not None and code > SIGNAL_BASE else None
