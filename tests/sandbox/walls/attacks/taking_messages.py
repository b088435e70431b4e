"""Take a message out of a queue that somebody made, and remove the queue."""

import ctypes
import json
import sys

target = json.load(sys.stdin)
libc = ctypes.CDLL(None, use_errno=True)
ROOM, NOWAIT, REMOVE = ctypes.create_string_buffer(64), 0o4000, 0
done = []
if libc.msgrcv(target["queue"], ROOM, 8, ctypes.c_long(0), NOWAIT) >= 0:
    done.append("read")
if libc.msgctl(target["queue"], REMOVE, None) >= 0:
    done.append("removed")
print(json.dumps(done))
