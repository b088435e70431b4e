"""A Meltano project of one released client, whose hub is a Songbook."""

import json
import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.contract.clients.releases import find_uv, said_by

PATIENCE_S = 300
# Nobody listens there: whatever wants to leave this machine fails at once.
NOWHERE = "http://127.0.0.1:9"
# Runs have to be told of one.
ENVIRONMENT = "dev"
LOCAL = "127.0.0.1,localhost"
# What belongs to the tests and must not reach the client. Its settings and those of its
# plugins are environment variables with their names in front.
FOREIGN = ("MELTANO", "TAP_", "TARGET_", "PYTHON", "VIRTUAL_ENV", "DJANGO", "XDG_")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended and what it said, on both of its channels."""

    code: int
    said: str
    # On standard output alone.
    out: str

    def __contains__(self, text: str) -> bool:
        # Old clients break their lines wherever the terminal would end.
        return " ".join(text.split()) in " ".join(self.said.split())


class Project:
    """A folder with a `meltano.yml`, a home of its own, and the client that works in it."""

    def __init__(self, folder: Path, *, meltano: Path, hub_url: str) -> None:
        self.folder = folder / "project"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.folder.mkdir()
        self._meltano = meltano
        self._hub_url = hub_url
        self.write()

    def write(self, **plugins: list[dict[str, str]]) -> None:
        """Write a `meltano.yml` that has these plugins by type."""
        content: dict[str, Any] = {
            # Releases before 4 ask for it.
            "version": 1,
            "project_id": str(uuid.uuid4()),
            "environments": [{"name": ENVIRONMENT}],
            "plugins": plugins,
        }
        self.file.write_text(yaml.safe_dump(content))

    @property
    def file(self) -> Path:
        return self.folder / "meltano.yml"

    def plugins(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return what `meltano.yml` says of the plugins of a type, by name."""
        content = yaml.safe_load(self.file.read_text())
        return {plugin["name"]: plugin for plugin in content["plugins"].get(kind, [])}

    def lock_file(self, kind: str, name: str, variant: str) -> Path:
        return self.folder / "plugins" / kind / f"{name}--{variant}.lock"

    def locks(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return every lock file's content, by type and name of the file."""
        files = self.folder.glob("plugins/*/*.lock")
        return {
            (file.parent.name, file.stem): json.loads(file.read_text())
            for file in files
        }

    def meltano(self, *words: str, **variables: str) -> Answer:
        """Run a command that asks nobody but the hub."""
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE)
        lower = {name.lower(): value for name, value in proxies.items()}
        return self._run(words, proxies | lower | variables)

    def meltano_installs(self, *words: str, **variables: str) -> Answer:
        """Run a command that also asks the package index, as this machine does."""
        # How uv is told of the index is in the real home, and so is what it downloaded.
        config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        cache = said_by(*find_uv(), "cache", "dir")
        index = {"XDG_CONFIG_HOME": config, "UV_CACHE_DIR": cache}
        return self._run(words, index | variables)

    def _run(self, words: tuple[str, ...], variables: dict[str, str]) -> Answer:
        done = subprocess.run(
            [str(self._meltano), *words],
            cwd=self.folder,
            env=self._environment() | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        return Answer(done.returncode, done.stdout + done.stderr, done.stdout)

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(FOREIGN)
        }
        return inherited | {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(self._meltano.parent), os.environ["PATH"]]),
            "NO_PROXY": LOCAL,
            "no_proxy": LOCAL,
            "NO_COLOR": "1",
            "COLUMNS": "300",
            "MELTANO_HUB_URL": self._hub_url,
            "MELTANO_DISCOVERY_URL": "false",
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
        }
