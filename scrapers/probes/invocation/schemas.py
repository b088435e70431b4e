"""Follow a stranger's JSON Schema: its references, its alternatives, its types.

Whatever it is, this ends: references are followed a few steps, trees to a depth.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.facts import Json
from registry.vocabulary import SettingKind
from scrapers.probes.invocation.json_texts import list_of, mapping_of

# References of real schemas lead to a definition, rarely on to another one.
REFERENCES_LIMIT = 10
ALTERNATIVES_LIMIT = 20
VALUES_LIMIT = 500
# Each `allOf` of a real schema has a few parts: a cycle of them ends here.
MERGES_LIMIT = 12
KINDS: Mapping[str, SettingKind] = {
    "string": SettingKind.STRING,
    "integer": SettingKind.INTEGER,
    "number": SettingKind.DECIMAL,
    "boolean": SettingKind.BOOLEAN,
    "array": SettingKind.ARRAY,
    "object": SettingKind.OBJECT,
}
FORMATS: Mapping[str, SettingKind] = {
    "date-time": SettingKind.DATE,
    "date": SettingKind.DATE,
    "email": SettingKind.EMAIL,
}
NO_TYPE = frozenset({"", "null"})
# `writeOnly` is JSON Schema's word, the SDK writes both of the first two.
SECRET_KEYS = ("secret", "writeOnly", "airbyte_secret")
# OpenAPI's word for a text that nobody should see.
SECRET_FORMAT = SettingKind.PASSWORD.value


def resolved(node: Any, root: Json) -> Json:
    """Return the schema that `node` refers to, with its own words over it; {} for none."""
    said = mapping_of(node)
    for _ in range(REFERENCES_LIMIT):
        reference = said.get("$ref")
        if not isinstance(reference, str):
            return said
        own = {key: value for key, value in said.items() if key != "$ref"}
        said = {**_referred(reference, root), **own}
    return {key: value for key, value in said.items() if key != "$ref"}


def merged(node: Any, root: Json) -> Json:
    """Return a schema with the properties and demands of its `allOf` joined to its own."""
    whole: Json = {}
    properties: Json = {}
    required: list[Any] = []
    waiting = [node]
    for _ in range(MERGES_LIMIT):
        if not waiting:
            break
        part = resolved(waiting.pop(0), root)
        waiting += list_of(part.get("allOf"), MERGES_LIMIT)
        properties = {**mapping_of(part.get("properties")), **properties}
        required += list_of(part.get("required"))
        whole = {**part, **whole}
    if "allOf" in whole:
        whole |= {"properties": properties} if properties else {}
        whole |= {"required": required} if required else {}
    return whole


def alternatives(schema: Json, root: Json) -> list[list[Json]]:
    """Return the schemas of `anyOf` and of `oneOf`: of each list one has to fit."""
    lists = (
        list_of(schema.get(word), ALTERNATIVES_LIMIT) for word in ("anyOf", "oneOf")
    )
    return [[merged(one, root) for one in parts] for parts in lists if parts]


def types_of(schema: Json, root: Json) -> frozenset[str]:
    """Return the JSON types a value may have, `null` left out; none where any would do."""
    words = set(_types(schema))
    for parts in alternatives(schema, root):
        words |= {word for part in parts for word in _types(part)}
    if not words and isinstance(schema.get("properties"), dict):
        words = {"object"}
    return frozenset(words & KINDS.keys())


def kind_of(schema: Json, root: Json) -> SettingKind | None:
    """Return a setting's kind; None where several would do or nothing is said.

    Source: schemas/common/base_setting.schema.json.
    """
    types = types_of(schema, root)
    if types == {"integer", "number"}:
        return SettingKind.DECIMAL
    if len(types) != 1:
        return None
    kind = KINDS[next(iter(types))]
    return (
        FORMATS.get(format_of(schema, root), kind) if kind is KINDS["string"] else kind
    )


def format_of(schema: Json, root: Json) -> str:
    """Return the format of a text, which a nullable one may say in an alternative."""
    said = [schema.get("format")]
    said += [
        part.get("format") for parts in alternatives(schema, root) for part in parts
    ]
    return next((word for word in said if isinstance(word, str)), "")


def values_of(schema: Json, root: Json) -> list[Any]:
    """Return the values that are allowed, as `enum` or alternatives of `const` list them."""
    values = listed_in(schema)
    for parts in () if values else alternatives(schema, root):
        # One part without a list lets anything through.
        open_parts = [one for one in parts if not listed_in(one) and any(_types(one))]
        if not open_parts:
            values += [value for one in parts for value in listed_in(one)]
    return [one for at, one in enumerate(values) if one not in values[:at]]


def listed_in(schema: Json) -> list[Any]:
    """Return the values that a schema itself lists, `null` left out."""
    said = (
        [schema["const"]]
        if "const" in schema
        else list_of(schema.get("enum"), VALUES_LIMIT)
    )
    return [one for one in said if one is not None]


def is_secret(schema: Json, root: Json) -> bool:
    """Say whether a schema marks its value as one that nobody should see.

    A value that may be nothing has the mark in an alternative, where its type stands as well.
    """
    texts = [
        part
        for parts in alternatives(schema, root)
        for part in parts
        if set(_types(part)) <= {"string"}
    ]
    return any(
        part.get(key) is True for part in (schema, *texts) for key in SECRET_KEYS
    ) or (format_of(schema, root) == SECRET_FORMAT)


def type_of(value: Any) -> str:
    """Return the JSON type of a value, "" for `null`."""
    # A yes or no is an integer to Python.
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string",
             list: "array", dict: "object"}  # fmt: skip
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "")


def _types(schema: Json) -> Iterator[str]:
    """Yield the types that a schema says, else those of the values that it lists."""
    said = schema.get("type")
    words = said if isinstance(said, list) else [said]
    if said is None:
        words = [type_of(one) for one in listed_in(schema)]
    yield from (one for one in words if isinstance(one, str) and one not in NO_TYPE)


def _referred(reference: str, root: Json) -> Json:
    """Return what a reference into the same document leads to, and {} for any other."""
    if not reference.startswith("#/"):
        return {}
    node: Any = root
    for part in reference[2:].split("/"):
        node = mapping_of(node).get(part.replace("~1", "/").replace("~0", "~"))
    return mapping_of(node)
