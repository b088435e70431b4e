"""End at once, but leave a grandchild that holds stdout."""

import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(120)
