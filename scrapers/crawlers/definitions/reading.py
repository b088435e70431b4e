"""Read one YAML file of a definitions tree: a JSON value with line numbers, or a finding.

YAML is composed to nodes first, which gives every value its line and shows what a plain
load hides: a key that stands twice, an alias that multiplies, a date that is not JSON.
Before that its events are counted: composing recurses in C, where enough brackets end the
process and not only the reading.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from registry.facts import Finding
from scrapers.crawlers.definitions.tree import File

# The largest real definition is 30 kB; the largest shared file, the metrics, is 1 MB.
SIZE_LIMIT = 4 * 1024 * 1024
DEPTH_LIMIT = 60
# Python prints no integer of more than 4,300 digits, and no setting needs a tenth of that.
DIGITS_LIMIT = 40
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
        _refuse_deep(path, text)
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
    except (ValueError, LookupError, RecursionError) as error:
        raise _unreadable(path, "yaml", f"The YAML is broken: {error}.", 1) from error
    finally:
        loader.dispose()


def refuse_oversized(file: File) -> None:
    """Raise Unreadable for a file that is too large to be read at all."""
    if file.size > SIZE_LIMIT:
        message = f"The file has {file.size:,} bytes; at most {SIZE_LIMIT:,} are read."
        raise Unreadable(Finding(code="oversized", message=message, path=file.path))


def _refuse_deep(path: str, text: str) -> None:
    """Raise Unreadable for a text that is nested too deeply to be composed."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_LIMIT:
            raise _too_deep(path, event.start_mark.line + 1 if event.start_mark else 1)


def _too_deep(path: str, line: int) -> Unreadable:
    return _unreadable(path, "yaml", f"Nested deeper than {DEPTH_LIMIT} levels.", line)


def _refusals(path: str, root: yaml.Node) -> Iterator[Unreadable]:
    """Yield what YAML allows and we do not, in the order of the file.

    An alias is followed as if its value stood there: what all of them stand for counts.
    """
    size = 0
    waiting: list[tuple[yaml.Node, int]] = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        line = node.start_mark.line + 1
        size += len(node.value)
        if size > SIZE_LIMIT:
            message = f"Its aliases stand for more than {SIZE_LIMIT:,} characters."
            yield _unreadable(path, "yaml", message, line)
        if depth > DEPTH_LIMIT:
            yield _too_deep(path, line)
        yield from _not_json(path, node)
        waiting += [(child, depth + 1) for child in reversed(_children(node))]


def _not_json(path: str, node: yaml.Node) -> Iterator[Unreadable]:
    """Yield what makes one node something other than a JSON value."""
    line = node.start_mark.line + 1
    if node.tag not in JSON_TAGS:
        kind = node.tag.rpartition(":")[2]
        message = f"A value of type {kind} is not JSON: put it in quotes."
        yield _unreadable(path, "not-json", message, line)
    if node.tag.endswith((":int", ":float")) and not _is_number(str(node.value)):
        message = f"{str(node.value)[:40]} is not a JSON number."
        yield _unreadable(path, "not-json", message, line)
    if isinstance(node, yaml.ScalarNode) and "\0" in node.value:
        # PostgreSQL keeps no text that holds it.
        yield _unreadable(path, "not-json", "A text holds a NUL character.", line)
    if isinstance(node, yaml.MappingNode):
        yield from _bad_keys(path, node)


def _bad_keys(path: str, node: yaml.MappingNode) -> Iterator[Unreadable]:
    """Yield what keeps a mapping's keys from being those of a JSON object."""
    keys = set()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not key.tag.endswith(":str"):
            message = f"The key {key.value!r} is not text: put it in quotes."
            yield _unreadable(path, "not-json", message, line)
        elif "\0" in key.value:
            yield _unreadable(path, "not-json", "A key holds a NUL character.", line)
        elif key.value in keys:
            message = f"The key {key.value!r} stands twice."
            yield _unreadable(path, "duplicate-key", message, line)
        else:
            keys.add(key.value)


def _is_number(text: str) -> bool:
    """Say whether a YAML number is one in JSON, too: finite, and of a sane length."""
    digits = text.replace("_", "")
    try:
        return len(digits) <= DIGITS_LIMIT and math.isfinite(float(digits))
    except ValueError:
        # In another base, or in base 60 with its colons: never infinite.
        return digits[:1].isdigit() or digits[1:2].isdigit()


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
