"""Read a connector's settings out of `config_jsonschema`, as text and not as a program.

Two forms are known: the SDK's `PropertiesList(Property(...), ...).to_dict()`, and a literal
JSON Schema. Source: singer_sdk.typing.
"""

import ast
from typing import Any

from registry.facts import Json
from scrapers.crawlers.repository.literals import Names, NotLiteral, dotted, value_of

# A name bound to a name bound to a list is followed so far.
STEPS = 5
SETTINGS_LIMIT = 300
KINDS = {
    "StringType": "string", "IntegerType": "integer", "NumberType": "decimal",
    "DecimalType": "decimal", "BooleanType": "boolean", "DateTimeType": "date_iso8601",
    "DateType": "date_iso8601", "ArrayType": "array", "ObjectType": "object",
    "PropertiesList": "object", "EmailType": "email", "UUIDType": "string",
    "URIType": "string", "HostnameType": "string", "IPv4Type": "string",
}  # fmt: skip
JSON_KINDS = {
    "string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean",
    "array": "array", "object": "object",
}  # fmt: skip


def settings_of(node: ast.expr, names: Names) -> tuple[list[Json], bool]:
    """Return the settings a schema's expression lists, and whether those are all of them."""
    properties = _properties_list(node, names)
    if properties is not None:
        read = [_setting(part, names) for part in properties.args]
        settings = [setting for setting in read if setting is not None]
        is_complete = len(read) == len(settings) <= SETTINGS_LIMIT
        return settings[:SETTINGS_LIMIT], is_complete
    try:
        schema = value_of(node, names)
    except NotLiteral:
        return [], False
    return _from_schema(schema)


def _properties_list(node: ast.expr, names: Names) -> ast.Call | None:
    """Return the `PropertiesList(...)` that an expression is of."""
    for _ in range(STEPS):
        match node:
            case ast.Name(id=name) if name in names:
                node = names[name]
            case ast.Call(
                func=ast.Attribute(value=inner, attr="to_dict" | "type_dict")
            ):
                node = inner
            case ast.Attribute(value=inner, attr="type_dict"):
                node = inner
            case ast.Call(func=function) if _last(function) == "PropertiesList":
                return node
            case _:
                return None
    return None


def _last(node: ast.expr) -> str:
    return dotted(node).rpartition(".")[2]


def _setting(node: ast.expr, names: Names) -> Json | None:
    """Return one `Property(...)`, or None for anything else."""
    if isinstance(node, ast.Name):
        node = names.get(node.id, node)
    if not isinstance(node, ast.Call) or _last(node.func) != "Property":
        return None
    keywords = {word.arg: word.value for word in node.keywords if word.arg}
    positional = dict(zip(("name", "wrapped", "required"), node.args, strict=False))
    given = {**positional, **keywords}
    said = {key: _literal(value, names) for key, value in given.items()}
    if not isinstance(said.get("name"), str):
        return None
    kind = given.get("wrapped")
    return _entry(
        said["name"],
        kind=KINDS.get(_last(kind.func if isinstance(kind, ast.Call) else kind), "")
        if kind is not None
        else "",
        said=said,
        options=said.get("allowed_values"),
    )


def _from_schema(schema: Any) -> tuple[list[Json], bool]:
    """Return the settings of a JSON Schema that stands in the source as it is."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return [], False
    listed = schema.get("required")
    required = listed if isinstance(listed, list) else []
    settings = []
    for name, said in list(properties.items())[:SETTINGS_LIMIT]:
        part = said if isinstance(said, dict) else {}
        said_type = part.get("type")
        types = said_type if isinstance(said_type, list) else [said_type]
        kind = next((t for t in types if isinstance(t, str) and t != "null"), "")
        facts = part | {"required": name in required}
        facts["secret"] = part.get("secret") is True or part.get("writeOnly") is True
        kind = JSON_KINDS.get(kind, "")
        settings.append(_entry(name, kind=kind, said=facts, options=part.get("enum")))
    return settings, len(properties) <= SETTINGS_LIMIT


def _entry(name: str, *, kind: str, said: Json, options: Any) -> Json:
    """Return a setting with what is known of it; a secret's default is never taken."""
    is_secret = said.get("secret") is True
    entry: Json = {
        "name": name,
        "kind": "password" if is_secret else kind,
        "required": said.get("required") is True,
        "secret": is_secret,
    }
    if isinstance(options, list) and options and kind == "string" and not is_secret:
        entry |= {"kind": "options", "options": [o for o in options if o is not None]}
    for key, of in (("title", "label"), ("description", "description")):
        if isinstance(said.get(key), str):
            entry[of] = said[key]
    if said.get("default") is not None and not is_secret:
        entry["default"] = said["default"]
    return entry


def _literal(node: ast.expr, names: Names) -> Any:
    try:
        return value_of(node, names)
    except NotLiteral:
        return None
