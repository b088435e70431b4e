"""Print without end, on the stream of the first argument."""

import os
import sys

while True:
    os.write(int(sys.argv[1]), b"x" * 65536)
