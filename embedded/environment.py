"""What Songbook's processes are told: the variables of docs/SETTINGS.md.

What the person has set stays, also when it comes from a file (`NAME_FILE`).
"""

from collections.abc import Mapping
from pathlib import Path

from embedded.state import ROOT, State


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
        "SECRET_KEY": state.secret_key(),
    }
    missing = {
        name: value for name, value in defaults.items() if not is_given(name, given)
    }
    return {**given, **missing, "SONGBOOK_STATE": str(state.folder)}
