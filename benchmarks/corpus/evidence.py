"""A record and its wheel's text, read with the plainest means. Pure.

It stands beside the probes and uses nothing of theirs: what both come to is seen twice.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from registry.facts import Json

DEPTH_LIMIT = 12
INSTALLING = frozenset({"resolve", "download", "build", "install"})
COMBINING = ("allOf", "anyOf", "oneOf")
type Path = tuple[str, ...]


class Evidence:
    """What one record and one text hold."""

    def __init__(self, record: Mapping[str, Any], source: str) -> None:
        self.record = record
        self.source = source

    def steps(self, *names: str) -> list[Json]:
        """Return the steps of these names."""
        return [one for one in self.record["steps"] if one["name"] in names]

    def calls(self) -> list[Json]:
        """Return the steps in which the package's own code was run."""
        return [one for one in self.record["steps"] if one["name"] not in INSTALLING]

    def printed(self, *names: str) -> str:
        """Return all that good steps of these names printed."""
        good = filter(is_good, self.steps(*names))
        return "\n".join(f"{one['stdout']}\n{one['stderr']}" for one in good)

    @cached_property
    def about(self) -> Json:
        """Return the object that `--about` printed, {} for none."""
        return next(filter(None, map(_object, self._good_outputs("about"))), {})

    @cached_property
    def catalog(self) -> list[Json] | None:
        """Return the streams that any `--discover` printed, None where none did."""
        for text in self._good_outputs("discover", "discover-config"):
            listed = _whole(text).get("streams")
            if isinstance(listed, list):
                return [one for one in listed if isinstance(one, dict)]
        return None

    @cached_property
    def settings(self) -> dict[Path, list[Json]]:
        """Return each property of the config's schema by its path, with all said of it."""
        schema = self.about.get("settings") or {}
        found: dict[Path, list[Json]] = {}
        for path, node in _properties(schema, schema, ()):
            found.setdefault(path, []).append(node)
        return found

    @cached_property
    def demanded(self) -> set[str]:
        """Return each name that any `required` of the config's schema lists."""
        lists = [node.get("required") for node in _objects(self.about.get("settings"))]
        return {str(name) for one in lists if isinstance(one, list) for name in one}

    def package(self, name: str) -> Json:
        """Return the installed package of this name, {} for none."""
        rows = [one for one in self.record["packages"] if one["name"] == name]
        return rows[0] if rows else {}

    def _good_outputs(self, *names: str) -> list[str]:
        return [one["stdout"] for one in self.steps(*names) if is_good(one)]


def is_good(step: Mapping[str, Any]) -> bool:
    """Say whether a step ended with 0."""
    return bool(step["ending"] == "exited" and step["exit_code"] == 0)


def words(value: Any) -> set[str]:
    """Return each key and each plain value in some JSON, as texts."""
    match value:
        case dict():
            return set(value).union(*map(words, value.values()))
        case list():
            return set().union(*map(words, value))
        case _:
            return {str(value)}


def parts(schema: Any, root: Json, depth: int = 0) -> Iterator[Json]:
    """Yield a schema, what it refers to, and what it combines."""
    if not isinstance(schema, dict) or depth > DEPTH_LIMIT:
        return
    yield schema
    yield from parts(_referred(schema.get("$ref"), root), root, depth + 1)
    for word in COMBINING:
        listed = schema.get(word)
        for one in listed if isinstance(listed, list) else ():
            yield from parts(one, root, depth + 1)


def _properties(schema: Any, root: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    if len(path) > DEPTH_LIMIT:
        return
    for part in parts(schema, root):
        members = part.get("properties")
        for name, inner in members.items() if isinstance(members, dict) else ():
            for said in parts(inner, root):
                yield (*path, name), said
            yield from _properties(inner, root, (*path, name))


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    for one in inner if isinstance(value, dict | list) else ():
        yield from _objects(one)


def _referred(reference: Any, root: Json) -> Any:
    node: Any = root if isinstance(reference, str) else None
    for key in str(reference).removeprefix("#/").split("/"):
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _whole(text: str) -> Json:
    """Return the object that a text is, {} for none: clients take nothing beside it."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _object(text: str) -> Json:
    """Return the object that begins a line of a text, {} for none."""
    for at in (0, text.find("\n{") + 1):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return {}
