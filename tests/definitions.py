"""Trees of definitions for tests, as folders and as Git repositories."""

from pathlib import Path
from typing import Any

import yaml
from git import Actor, Repo

AUTHOR = Actor("Ada", "ada@example.org")


class DefinitionsFolder:
    """A folder in the upstream hub's `_data` layout that a test writes and changes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "_data" / "meltano").mkdir(parents=True)

    def __str__(self) -> str:
        return str(self.root)

    def path(self, kind: str, plugin: str, variant: str) -> Path:
        return self.root / "_data" / "meltano" / kind / plugin / f"{variant}.yml"

    def write(self, kind: str, plugin: str, variant: str, **changes: Any) -> Path:
        definition = definition_of(kind, plugin, variant) | changes
        return self.write_text(
            kind, plugin, variant, yaml.safe_dump(definition, sort_keys=False)
        )

    def write_text(
        self, kind: str, plugin: str, variant: str, text: str | bytes
    ) -> Path:
        path = self.path(kind, plugin, variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def remove(self, kind: str, plugin: str, variant: str) -> None:
        self.path(kind, plugin, variant).unlink()

    def defaults(self, defaults: dict[str, dict[str, str]]) -> None:
        self._dump("default_variants.yml", defaults)

    def maintainers(self, maintainers: dict[str, dict[str, str]]) -> None:
        self._dump("maintainers.yml", maintainers)

    def metrics(self, metrics: dict[str, dict[str, Any]]) -> None:
        self._dump("variant_metrics.yml", {"metrics": metrics})

    def repository(self) -> Repo:
        """Make the folder a Git repository with one commit."""
        repo = Repo.init(self.root, initial_branch="main")
        self.commit(repo)
        return repo

    @staticmethod
    def commit(repo: Repo) -> str:
        repo.git.add(all=True)
        return str(repo.index.commit("Change", author=AUTHOR, committer=AUTHOR).hexsha)

    def _dump(self, name: str, value: Any) -> None:
        path = self.root / "_data" / name
        path.write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")


def definition_of(kind: str, plugin: str, variant: str) -> dict[str, Any]:
    """A small valid definition, its keys in no alphabetical order."""
    definition: dict[str, Any] = {
        "name": plugin,
        "namespace": plugin.replace("-", "_"),
        "variant": variant,
        "label": plugin.title(),
        "pip_url": f"git+https://git.example.org/{variant}/{plugin}.git",
        "repo": f"https://git.example.org/{variant}/{plugin}",
        "description": f"Made by {variant}.",
        "logo_url": f"/assets/logos/{kind}/{plugin}.png",
        "settings": [
            {"name": "token", "kind": "password", "label": "Token", "sensitive": True},
            {"name": "limit", "kind": "integer", "value": 5},
        ],
        "settings_group_validation": [["token"]],
        "keywords": ["api"],
        "maintenance_status": "active",
    }
    if kind in {"extractors", "loaders"}:
        definition["quality"] = "unknown"
    if kind == "extractors":
        definition["capabilities"] = ["catalog", "discover", "state"]
    return definition
