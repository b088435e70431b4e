"""Take memory, in as many processes as the first argument says, and keep it."""

import os
import sys
import time

MIB = 1 << 20
processes = int(sys.argv[1])
each = int(sys.argv[2]) * MIB
for _ in range(processes - 1):
    if os.fork() == 0:
        break
held = bytearray(each)
for place in range(0, each, 4096):
    held[place] = 1
time.sleep(2)
print("held")
