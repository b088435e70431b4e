"""Remove what killed workers left in the folder of temporary files."""

import contextlib
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from registry.models.leasing import LEASE

PREFIX = "songbook-git-"


def remove_leftovers(now: datetime) -> int:
    """Remove folders of fetches that nobody works in any more; return how many.

    A look ends within its lease, so that what is older by far belongs to nobody.
    """
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):
            if folder.stat().st_mtime < (now - 2 * LEASE).timestamp():
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed
