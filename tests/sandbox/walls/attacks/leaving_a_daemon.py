"""Leave a process behind that has nothing to do with us any more."""

import json
import os
import sys

target = json.load(sys.stdin)
# Neither end is handed on to another program.
told, telling = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3):
            os.close(number)
        os.execv(
            sys.executable,
            [sys.executable, "-c", "import time; time.sleep(120)", target["name"]],
        )
    os._exit(0)
os.close(telling)
os.wait()
# Until the daemon has its new name it could be missed.
os.read(told, 1)
print(json.dumps(["left"]))
