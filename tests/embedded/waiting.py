"""Conditions that become true in their own time."""

import time
from pathlib import Path

# Only a failure takes as long: a machine may be busy with other things.
PATIENCE_S = 60.0


def until(condition, *, what):
    """Return what the condition gives once that is true; fail if it takes too long."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < give_up_at, f"never happened: {what}"
        time.sleep(0.01)
    return found


def is_alive(pid):
    """Tell whether a process runs; one that only waits to be collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
