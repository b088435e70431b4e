"""Send the worker, and everybody, a signal that does no harm."""

import json
import os
import signal
import sys

target = json.load(sys.stdin)
done = []
for name, pid in (("worker", target["pid"]), ("parent", os.getppid())):
    if pid <= 1:
        continue
    try:
        os.kill(pid, signal.SIGCONT)
    except OSError:
        continue
    done.append(name)
print(json.dumps(done))
