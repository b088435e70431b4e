"""Stay, whatever is asked; "spin" stays busy."""

import signal
import sys
import time

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
while True:
    if sys.argv[1] != "spin":
        time.sleep(60)
