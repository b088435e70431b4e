"""The account that foreign code runs as: never root.

A bubblewrap that root starts leaves `/proc/sys` writable below its own user namespace, for
its processes are still root's to the kernel. So root's runs belong to another account from
their first instruction on.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

# In this order; the first is for those who want one that nothing else uses.
NAMES = ("songbook-sandbox", "nobody")
NO_ACCOUNT = (
    "root runs no foreign code, and this machine has neither an account"
    f" {NAMES[0]!r} nor {NAMES[1]!r}: make one of them, or run this as an ordinary user"
)


class NoAccount(Exception):
    """There is no account to run foreign code as; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of this machine, not root; `changes` if it is not the one who runs this."""

    name: str
    uid: int
    gid: int
    changes: bool

    def can_read(self, path: Path) -> bool:
        """Tell whether the account may read this file, or enter and list this folder."""
        if not self.changes:
            readable = os.access(path, os.R_OK)
            return readable and (not path.is_dir() or os.access(path, os.X_OK))
        # Asked of the system itself, which also knows of groups and access lists.
        test = 'test -r "$1" && { test ! -d "$1" || test -x "$1"; }'
        asked = subprocess.run(
            ["/bin/sh", "-c", test, "sh", str(path)],
            cwd="/",
            env={},
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
        )
        return asked.returncode == 0


def account() -> Account:
    """Return the account for foreign code: one's own, or for root another one.

    Raises NoAccount where root has none to give.
    """
    uid = os.geteuid()
    if uid != 0:
        return Account(name=_name(uid), uid=uid, gid=os.getegid(), changes=False)
    for name in NAMES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0 and found.pw_gid != 0:
            return Account(name=name, uid=found.pw_uid, gid=found.pw_gid, changes=True)
    raise NoAccount(NO_ACCOUNT)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        # Containers run as numbers that no file of accounts knows.
        return str(uid)
