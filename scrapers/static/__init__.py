"""What an installed connector's files say, read by parsers alone: nothing is imported or run.

It is less sure than an answer of the connector itself, and is kept apart from one: a
record's `static`. What can't be told from the text is left out, which is not the same as
an empty list.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath

from registry.facts import Json
from scrapers.crawlers.repository.python_code import read_code
from scrapers.static.arguments import argument_capabilities
from scrapers.static.config_keys import read_settings
from scrapers.static.schema_files import is_schema, read_streams
from scrapers.static.sdk_classes import (
    plugin_capabilities,
    plugin_settings,
    sdk_streams,
)

FILES_LIMIT = 300
FILE_LIMIT = 512 * 1024
# Syntax trees take some hundred times the memory of their text.
SOURCE_LIMIT = 8 * 1024 * 1024
# Where nothing of the connector itself stands.
PASSED_OVER = frozenset({"test", "tests", "testing", "docs", "examples", "vendor"})
SDK, CLASSIC = "singer-sdk", "singer-python"


def read_source(files: Mapping[str, str]) -> Json:
    """Return what a wheel's files say of the connector: a record's `static`.

    `files` maps paths to texts; those that say nothing, or too much, are passed over. Keys:
    `framework`, and where they are known `capabilities`, `settings`, `streams`.
    """
    # Half characters are no text that a parser takes.
    texts = {
        path: files[path].encode("utf-8", "replace").decode()
        for path in telling({path: len(text) for path, text in files.items()})
    }
    code = {path: text for path, text in texts.items() if path.endswith(".py")}
    reading, _ = read_code((path, text.encode()) for path, text in code.items())
    found: dict[str, list[Json] | list[str] | None] = {
        "capabilities": plugin_capabilities(reading) or argument_capabilities(reading),
        "settings": plugin_settings(reading) or read_settings(code, reading),
        "streams": sdk_streams(reading) or read_streams(texts),
    }
    known = {key: value for key, value in found.items() if value is not None}
    return {"framework": _framework(code), **known}


def telling(sizes: Mapping[str, int]) -> list[str]:
    """Return which of a wheel's files, by path and size, say something of the connector.

    These are its own, in the order of their paths, up to the limits.
    """
    chosen: list[str] = []
    left = SOURCE_LIMIT
    for path in sorted(sizes):
        is_read = path.endswith(".py") or is_schema(path)
        if is_read and sizes[path] <= min(FILE_LIMIT, left) and _is_own(path):
            chosen.append(path)
            left -= sizes[path]
        if len(chosen) >= FILES_LIMIT:
            break
    return chosen


def _is_own(path: str) -> bool:
    *folders, name = PurePosixPath(path).parts or ("",)
    is_passed_over = any(folder.lower() in PASSED_OVER for folder in folders)
    return not is_passed_over and not name.startswith(("test_", "conftest"))


def _framework(code: Mapping[str, str]) -> str:
    """Return what the files import, the SDK first: it brings the classic library too."""
    for module, word in (("singer_sdk", SDK), ("singer", CLASSIC)):
        starts = (f"import {module}\n", f"import {module}.", f"from {module} ",
                  f"from {module}.", f"import {module} ")  # fmt: skip
        for text in code.values():
            if any(line.lstrip().startswith(starts) for line in text.splitlines(True)):
                return word
    return ""
