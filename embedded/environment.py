"""What Songbook's processes are told: the variables of docs/SETTINGS.md.

What the person has set stays, also when it comes from a file (`NAME_FILE`).
"""

import hashlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from embedded.accounts import make_shared_folder
from embedded.state import ROOT, State

# What leads to sessions, the database, a broker and forges; a public address, with which
# nothing starts without a key; and a key that is another machine's.
NOT_FOR_SANDBOX = frozenset(
    {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "FORGES", "PUBLIC_URL"}
    | {"SANDBOX_KEY"}
)


def state_folder(given: Mapping[str, str]) -> Path:
    """Return the state folder, absolute."""
    return Path(given.get("SONGBOOK_STATE") or ROOT / "var").absolute()


def is_given(name: str, given: Mapping[str, str]) -> bool:
    """Tell whether a variable is set to something, itself or by a file."""
    return bool(given.get(name) or given.get(f"{name}_FILE"))


def environment(
    state: State, *, public_url: str, given: Mapping[str, str]
) -> dict[str, str]:
    """Return the whole environment for processes of this state, but the database."""
    defaults = {
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "CELERY_BROKER_URL": "memory://localhost/",
        "PUBLIC_URL": public_url,
        "PUBLISHED_ROOT": str(state.folder / "published"),
        "SANDBOX_STATE": str(sandbox_folder(state.folder)),
        "SECRET_KEY": state.secret_key(),
    }
    missing = {
        name: value for name, value in defaults.items() if not is_given(name, given)
    }
    return {**given, **missing, "SONGBOOK_STATE": str(state.folder)}


def machine_name(state: Path) -> str:
    """Return what a Songbook calls the machine of this state, among others of its database."""
    said = f"{socket.gethostname()} {state}"
    return f"dev-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def for_sandbox(variables: Mapping[str, str], *, key: str) -> dict[str, str]:
    """Return an environment for who tries releases: without what gives access to more.

    `key` is what gives access to tickets.
    """
    kept = {
        name: value
        for name, value in variables.items()
        if name.removesuffix("_FILE") not in NOT_FOR_SANDBOX
        and not name.startswith("PG")
    }
    return kept | {"SANDBOX_KEY": key}


def sandbox_folder(state: Path) -> Path:
    """Return where the sandbox keeps its files: within reach of who runs them.

    Root's runs belong to another account, which may not get to where root keeps its things.
    """
    is_open = all(folder.stat().st_mode & 0o001 for folder in (state, *state.parents))
    if os.geteuid() != 0 or is_open:
        return state / "sandbox"
    name = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    return make_shared_folder() / f"sandbox-{name}"
