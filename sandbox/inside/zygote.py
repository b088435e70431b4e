"""Inside the sandbox, in the connector's environment: import it once, fork for each call.

`zygote.py EXECUTABLE MODULE ATTRIBUTE GIVEN`: the console script in whose name it runs, the
function behind it, and the driver's descriptors as JSON. A call ends as the console script
would: what was registered for the exit runs, threads are waited for, output is flushed.
Only the taking apart of all modules is left out: most of a call's time would go into it.

The driver tells it the arguments of each call, as a line of JSON. It says in lines of
numbers: the status 0 and its costs once the import is done; then for each call its process
id, and at the end its status and costs. Foreign code runs here, so the driver believes
nothing else of it.
"""

import atexit
import gc
import importlib
import json
import os
import sys
import threading
import time
import traceback
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> None:
    """Import the connector, then fork for each call that we are told."""
    executable, module, attribute, given = sys.argv[1:]
    given = json.loads(given)
    told, saying, slots = given["told"], given["saying"], given["slots"]
    ours = [told, saying, *(fd for slot in slots for fd in slot)]
    for fd in ours:
        os.set_inheritable(fd, False)
    sys.argv = [executable]
    # As if the console script had been started.
    sys.path[0] = os.path.dirname(executable)
    function = load(module, attribute, saying)
    # What is there stays: looking at it again in each call would copy its memory.
    gc.freeze()
    lines = open(told, "rb", closefd=False)
    for out, err in slots:
        line = lines.readline()
        if not line:
            break
        pid = fork()
        if not pid:
            become(out, err, ours)
            sys.argv = [executable, *json.loads(line)]
            os._exit(call(function))
        close(out)
        close(err)
        os.write(saying, b"%d\n" % pid)
        _, status, usage = os.wait4(pid, 0)
        say(saying, status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
    os._exit(0)


def become(out: int, err: int, ours: list[int]) -> None:
    """Make this process one of its own, with these two ends of pipes and no others."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    for fd in ours:
        close(fd)


def call(function: "Any") -> int:
    """Run the console script's function to the interpreter's end; return the exit code."""
    code: object = 0
    try:
        try:
            code = function()
        finally:
            # What the interpreter itself does at its end, in this order.
            threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
            atexit._run_exitfuncs()  # noqa: SLF001
    except SystemExit as end:
        code = end.code
    # Whatever it is, the interpreter would print it.
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            # As the interpreter does where its output can't be written.
            code = code or 120
    return int(code or 0) & 0xFF


def load(module: str, attribute: str, saying: int) -> "Any":
    """Return the function, or leave with what an interpreter prints of the failure."""
    try:
        function = importlib.import_module(module)
        for name in attribute.split("."):
            function = getattr(function, name)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        say(saying, 1 << 8, time.process_time(), 0)
        os._exit(1)
    sys.stdout.flush()
    sys.stderr.flush()
    # The import's own output ends here.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)
    say(saying, 0, time.process_time(), 0)
    return function


def fork() -> int:
    """Return 0 in the new process, and its id in this one."""
    # A library that started a thread at import would be warned of here, and not otherwise.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()


def say(saying: int, status: int, cpu_s: float, peak_kib: int) -> None:
    """Tell the driver that something is over, and what it took."""
    os.write(saying, b"%d %d %d\n" % (status, cpu_s * 1000, peak_kib))


def close(fd: int) -> None:
    """Close a descriptor, if it is still open."""
    try:
        os.close(fd)
    except OSError:
        # An earlier call's, or the connector closed what was not its own.
        pass


if __name__ == "__main__":
    main()
