"""The account PostgreSQL runs as: one's own, or for root another one, as it must be.

PostgreSQL refuses to run as root. Root's server runs as an unprivileged account, and
that account has to reach both the programs and the data, which a checkout below /root
does not allow. No mode of a folder that is not ours is ever changed for that: what
cannot be reached is put below /var/lib/songbook instead.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from embedded.failure import Failure

SHARED_FOLDER = Path("/var/lib/songbook")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine, not root."""

    uid: int
    gid: int
    # None for the one who runs this: nothing has to be changed then.
    name: str | None = None

    def run(
        self, command: list[str], *, said: str = "", keep_open: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as this account, outside of any checkout.

        What it prints is in `stdout`. It inherits the file `keep_open`.
        """
        changes = self.name is not None
        return subprocess.run(
            command,
            cwd="/",
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=[] if keep_open is None else [keep_open],
            check=False,
            user=self.uid if changes else None,
            group=self.gid if changes else None,
            extra_groups=[] if changes else None,
            umask=0o077,
        )

    def can_reach(self, path: Path) -> bool:
        """Tell whether the account may enter this folder, or run this file."""
        # Asked of the system itself, which also knows of groups and access lists.
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return self.run(test).returncode == 0

    def own(self, path: Path) -> None:
        """Give a folder we made to the account, and to nobody else."""
        path.chmod(0o700)
        if self.name is not None:
            os.chown(path, self.uid, self.gid)


def account_for(data: Path) -> Account:
    """Return the account to run PostgreSQL as; existing data stays with its owner."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        owner = pwd.getpwuid(data.stat().st_uid)
        return Account(owner.pw_uid, owner.pw_gid, owner.pw_name)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, name)
    raise Failure(
        "PostgreSQL does not run as root and this machine has neither an account"
        " 'postgres' nor 'nobody'; set DATABASE_URL or run this as an ordinary user"
    )


def make_shared_folder() -> Path:
    """Return the folder below which root keeps what another account has to reach."""
    if not SHARED_FOLDER.exists():
        SHARED_FOLDER.mkdir(parents=True)
        # Whatever the umask is: it has to be passed through.
        SHARED_FOLDER.chmod(0o755)
    return SHARED_FOLDER
