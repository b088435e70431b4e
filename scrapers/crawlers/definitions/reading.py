"""Read one YAML file of a definitions tree: a JSON value with line numbers, or a finding.

YAML is composed to nodes first, which gives every value its line and shows what a plain
load hides: a key that stands twice, an alias that multiplies, a date that is not JSON.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from registry.facts import Finding
from scrapers.crawlers.definitions.tree import File

# The largest real definition is 30 kB; the largest shared file, the metrics, is 1 MB.
SIZE_LIMIT = 4 * 1024 * 1024
# No real file uses an alias. Each repeats what it names, so a few may stand for gigabytes.
ALIAS_LIMIT = 20
DEPTH_LIMIT = 60
JSON_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "map", "seq")
}


class Unreadable(Exception):
    """A file can't be taken; the finding says why and where."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


@dataclass(frozen=True, slots=True)
class Read:
    """A file's value, and the nodes it came from to find lines in."""

    value: Any
    node: yaml.Node | None

    def line_of(self, keys: Sequence[str | int]) -> int:
        """Return the 1-based line of the value under `keys`, or of its nearest parent."""
        node, line = self.node, 1
        for key in [None, *keys]:
            node = node if key is None else _child(node, key)
            if node is None:
                break
            line = node.start_mark.line + 1
        return line


def read_yaml(path: str, content: bytes) -> Read:
    """Return the JSON value of a YAML file. Raises Unreadable with file and line."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _unreadable(
            path, "binary", "The file is not UTF-8 text.", line
        ) from error
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise _unreadable(path, "yaml", "The file is empty.", 1)
        for refusal in _refusals(path, node):
            raise refusal
        return Read(loader.construct_document(node), node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or getattr(error, "reason", str(error))
        line = mark.line + 1 if mark else 1
        raise _unreadable(path, "yaml", f"The YAML is broken: {said}.", line) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, "yaml", f"The YAML is broken: {error}.", 1) from error
    finally:
        loader.dispose()


def refuse_oversized(file: File) -> None:
    """Raise Unreadable for a file that is too large to be read at all."""
    if file.size > SIZE_LIMIT:
        message = f"The file has {file.size:,} bytes; at most {SIZE_LIMIT:,} are read."
        raise Unreadable(Finding(code="oversized", message=message, path=file.path))


def _refusals(path: str, root: yaml.Node) -> Iterator[Unreadable]:
    """Yield what YAML allows and we do not, in the order of the file."""
    seen: set[int] = set()
    aliases = 0
    waiting: list[tuple[yaml.Node, int]] = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            aliases += 1
            if aliases > ALIAS_LIMIT:
                message = f"More than {ALIAS_LIMIT} YAML aliases."
                yield _unreadable(path, "yaml", message, line)
            continue
        if depth > DEPTH_LIMIT:
            message = f"Nested deeper than {DEPTH_LIMIT} levels."
            yield _unreadable(path, "yaml", message, line)
        seen.add(id(node))
        yield from _not_json(path, node)
        waiting += [(child, depth + 1) for child in _children(node)]


def _not_json(path: str, node: yaml.Node) -> Iterator[Unreadable]:
    """Yield what makes one node something other than a JSON value."""
    line = node.start_mark.line + 1
    if node.tag not in JSON_TAGS:
        kind = node.tag.rpartition(":")[2]
        message = f"A value of type {kind} is not JSON: put it in quotes."
        yield _unreadable(path, "not-json", message, line)
    if node.tag.endswith(":float") and str(node.value).lstrip("+-").lower() in {
        ".inf",
        ".nan",
    }:
        yield _unreadable(path, "not-json", f"{node.value} is not a JSON number.", line)
    if not isinstance(node, yaml.MappingNode):
        return
    keys = set()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not key.tag.endswith(":str"):
            message = f"The key {key.value!r} is not text: put it in quotes."
            yield _unreadable(path, "not-json", message, line)
        elif key.value in keys:
            message = f"The key {key.value!r} stands twice."
            yield _unreadable(path, "duplicate-key", message, line)
        else:
            keys.add(key.value)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return []


def _child(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        found = (value for name, value in node.value if name.value == key)
        return next(found, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    return None


def _unreadable(path: str, code: str, message: str, line: int) -> Unreadable:
    return Unreadable(Finding(code=code, message=message, path=path, line=line))
