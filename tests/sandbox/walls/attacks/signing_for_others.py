"""Have a file send the worker a signal that does no harm, when something is in it."""

import fcntl
import json
import os
import signal
import sys

target = json.load(sys.stdin)
F_SETSIG = 10
reading, writing = os.pipe()
done = []
try:
    fcntl.fcntl(reading, F_SETSIG, signal.SIGCONT)
    fcntl.fcntl(reading, fcntl.F_SETOWN, target["pid"])
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(writing, b"x")
    done.append("worker")
except OSError:
    pass
print(json.dumps(done))
