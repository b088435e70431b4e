"""Write until there is no room, everywhere."""

import os
import time

MIB = b"x" * (1 << 20)
total = 0
for folder in (
    os.getcwd(),
    os.environ["TMPDIR"],
    os.environ["HOME"],
    "/dev/shm",
    "/dev",
    "/run",
):
    for number in range(64):
        try:
            with open("%s/%d" % (folder, number), "wb", buffering=0) as file:
                for _ in range(8):
                    total += file.write(MIB)
        except OSError:
            break
# Whoever looks how much it is may look late.
time.sleep(3)
print(total >> 20)
