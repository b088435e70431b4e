"""The places of a level: those of what is lent, and those of one run."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from sandbox.accounts import Account
from sandbox.places import Places
from sandbox.starting import WORK, Level

NAMED = "songbook-run-"
# No run takes so long.
OLD_S = 86_400


def shown(readable: Mapping[Path, str], level: Level) -> Places:
    """Return where things are that are lent for longer than a run."""
    if level is not Level.LANDLOCK:
        return Places()
    return Places({inside: str(outside) for outside, inside in readable.items()})


@contextmanager
def placed(
    readable: Mapping[Path, str], level: Level, account: Account
) -> Iterator[Places]:
    """Yield where things are for one run; what it writes is gone at the end."""
    lasting = shown(readable, level)
    if level is not Level.LANDLOCK:
        yield lasting
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{NAMED}{os.getpid()}-")).resolve()
    try:
        for place in (folder / "work", folder / "tmp", folder / "tmp" / "home", folder):
            place.mkdir(exist_ok=True)
            place.chmod(0o700)
            if account.changes:
                os.chown(place, account.uid, account.gid)
        yield Places({**lasting.moved, WORK: str(folder / "work")}, folder)
    finally:
        _remove(folder)


@lru_cache(maxsize=1)
def _sweep() -> None:
    """Remove the folders of runs whose worker was killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{NAMED}*"):
        with suppress(OSError):
            if left.lstat().st_mtime < time.time() - OLD_S:
                # Of a link, which anybody may have put there, this removes nothing.
                shutil.rmtree(left, ignore_errors=True)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        # Folders can be made without rights for their owner.
        subprocess.run(
            ["/bin/chmod", "-R", "u+rwX", "--", str(folder)], check=False, env={}
        )
        shutil.rmtree(folder, ignore_errors=True)
