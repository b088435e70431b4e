"""A small tree of definitions in our own words, whose connectors run without credentials."""

from pathlib import Path
from typing import Any

import yaml

from tests.definitions import DefinitionsFolder, definition_of


def songs(root: Path) -> DefinitionsFolder:
    """Write three taps and a target; two of the taps need no installation."""
    tree = DefinitionsFolder(root)
    for name, variant in (
        ("tap-songs", "ada"),
        ("tap-songs", "bo"),
        ("tap-hymns", "ada"),
    ):
        # Meltano 2.0 always installs what it adds, if there is a `pip_url`.
        _write(tree, "extractors", name, variant, executable="true")
    _write(
        tree, "extractors", "tap-jsonl", "ada",
        pip_url="tap-jsonl",
        capabilities=["catalog", "discover", "state"],
        settings=[
            {"name": "path", "kind": "string", "label": "Files to read, as a pattern"},
            {"name": "stream_name", "kind": "string", "value": "jsonl"},
        ],
    )  # fmt: skip
    _write(
        tree, "loaders", "target-jsonl", "bo",
        pip_url="target-jsonl",
        settings=[
            {"name": "destination_path", "kind": "string", "value": "out"},
            # Without these words of ours it would put the time into a file's name.
            {"name": "do_timestamp_file", "kind": "boolean", "value": False},
        ],
    )  # fmt: skip
    tree.defaults({"extractors": {"tap-songs": "ada"}})
    return tree


def _write(
    tree: DefinitionsFolder, kind: str, name: str, variant: str, **changes: Any
) -> None:
    definition = definition_of(kind, name, variant)
    del definition["pip_url"], definition["settings_group_validation"]
    text = yaml.safe_dump(definition | changes, sort_keys=False)
    tree.write_text(kind, name, variant, text)
