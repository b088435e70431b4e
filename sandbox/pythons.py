"""Pythons that this machine lacks: uv fetches them, and checks what it got.

Where from is uv's own configuration; it knows the digest of each. They are kept in the state
folder, whose other files are for the sandbox alone, too.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Some 30 MB each.
FETCH_S = 600
WHY = re.compile(r"^\s*(?:error|cause): (.+)$", re.MULTILINE)
WHY_LIMIT = 500


def fetch_python(minor: str, state: Path, uv: Path) -> str:
    """Have uv fetch the newest patch of a minor version; return why it could not, or ""."""
    command = [
        str(uv), "python", "install", minor,
        "--install-dir", str(folder_of(state)),
        "--no-bin", "--no-config", "--no-progress", "--color", "never",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=FETCH_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    said = WHY.findall(done.stderr.decode(errors="replace"))
    # What failed, and the deepest cause of it.
    return ": ".join(dict.fromkeys((*said[:1], *said[-1:])))[:WHY_LIMIT]


def fetched_pythons(state: Path) -> Iterable[Path]:
    """Return the programs of those that were fetched."""
    return sorted(folder_of(state).glob("cpython-*/bin/python3.*"))


def folder_of(state: Path) -> Path:
    """Return where they are kept."""
    return state / "pythons"
