"""A config's schema with its choices made: of what may be this or that, the first.

A config that takes something of each alternative satisfies none of them.
"""

from collections.abc import Iterator
from typing import Any

from registry.facts import Json
from scrapers.probes.invocation.json_texts import list_of, mapping_of
from scrapers.probes.invocation.schemas import (
    alternatives,
    merged,
    resolved,
    types_of,
)

# Twice what is read of settings; what comes later, or deeper, stays as it is.
OBJECTS_LIMIT = 1000
DEPTH_LIMIT = 12


def decided(schema: Any) -> Json:
    """Return a schema that what satisfies it also satisfies `schema`, without choices.

    What is a reference into itself without end is left open at some depth.
    """
    root = mapping_of(schema)
    return {**root, **_Deciding(root).of(root, 0)} if root else {}


class _Deciding:
    """One schema on its way; it ends after so many objects, whatever refers to what."""

    def __init__(self, root: Json) -> None:
        self._root = root
        self._left = OBJECTS_LIMIT

    def of(self, node: Any, depth: int) -> Json:
        """Return one part of the schema with its choices made."""
        self._left -= 1
        said = merged(node, self._root)
        for parts in alternatives(said, self._root):
            said = _joined(said, next((p for p in parts if not _is_null(p)), {}))
        if required := [*list_of(said.get("required")), *self._in_any_case(said)]:
            said["required"] = required
        # An alternative may have some of its own.
        said |= {word: [] for word in ("anyOf", "oneOf", "allOf") if word in said}
        if depth >= DEPTH_LIMIT or self._left < 0:
            return {
                key: said[key] for key in said if key not in {"properties", "items"}
            }
        if isinstance(said.get("items"), dict):
            said["items"] = self.of(said["items"], depth + 1)
        members = mapping_of(said.get("properties"))
        if members:
            said["properties"] = {
                name: self.of(inner, depth + 1) for name, inner in members.items()
            }
        return said

    def _in_any_case(self, said: Json) -> Iterator[Any]:
        """Yield what an object demands under a condition: there it does no harm without."""
        for part in (
            said,
            *(resolved(one, self._root) for one in list_of(said.get("allOf"))),
        ):
            for word in ("then", "else"):
                yield from list_of(mapping_of(part.get(word)).get("required"))


def _joined(own: Json, part: Json) -> Json:
    """Return a schema that demands what both demand, the alternative's words over its own."""
    members = {**mapping_of(own.get("properties"))}
    for name, inner in mapping_of(part.get("properties")).items():
        members[name] = {**mapping_of(members.get(name)), **mapping_of(inner)}
    both = {**own, **part}
    both |= {"properties": members} if members else {}
    required = list_of(own.get("required")) + list_of(part.get("required"))
    return {**both, "required": required} if required else both


def _is_null(schema: Json) -> bool:
    return schema.get("type") == "null" or (
        "const" in schema and schema["const"] is None and not types_of(schema, {})
    )
