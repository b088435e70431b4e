"""Fork without end."""

import os
import time

made = 0
try:
    while made < 2000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
except OSError:
    print("stopped at", made)
    raise
print("made", made)
