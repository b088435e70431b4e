"""Work on foreign texts that may never end, done in a process of its own.

A schema of a few hundred bytes can take its judge a day: `$ref`s that double at each level.
A module of a few lines can take its parser all memory. Patience can't be put into either,
which are others' code, so the process is given limits of processor, memory and clock, and is
gone when it has reached one. It is started afresh and not forked: workers have threads, and
a fork would inherit their locks.

What goes in is pickled by us; what comes back is JSON.
"""

import json
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Recordings of the largest fixtures take a tenth of either.
CPU_S = 60
MEMORY_BYTES = 2 << 30
# What comes back is read in the memory of whoever asked.
ANSWER_BYTES = 64 << 20
# A machine with more to do gives less than a whole processor.
WALL_FACTOR = 4
# What an ending by its own memory is told from a fault in our code by.
SPENT = 77


class Overrun(Exception):
    """The work reached a limit, and nothing came of it."""


def apart(
    work: Callable[..., Any],
    *said: Any,
    cpu_s: int = CPU_S,
    memory_bytes: int = MEMORY_BYTES,
) -> Any:
    """Return what a function of a module makes of what is said to it, which has to be JSON.

    Raises Overrun, and RuntimeError for a fault in the function.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(cpu_s), str(memory_bytes)],
            input=pickle.dumps((work, said)),
            capture_output=True,
            cwd=ROOT,
            # No secret of ours is needed there.
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            timeout=cpu_s * WALL_FACTOR,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Overrun("It took too long.") from error
    if done.returncode == SPENT or done.returncode < 0:
        raise Overrun("It took too long, or too much memory, or had too much to say.")
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    return json.loads(done.stdout)


def main() -> None:
    """Do the work on stdin, within limits."""
    cpu_s, memory_bytes = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        work, said = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  pickled by us
        answer = json.dumps(work(*said))
    except (MemoryError, RecursionError):
        sys.exit(SPENT)
    if len(answer) > ANSWER_BYTES:
        sys.exit(SPENT)
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
