"""Meltano's JSON Schemas, ready to judge definitions coming in and documents going out.

The files under `contract/schemas` are upstream's, unchanged. Their `$id`s are relative and
clash with the folders they stand in, so each is registered under the path of its file.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from registry.vocabulary import PluginType

FOLDER = Path(__file__).parent / "contract" / "schemas"
# Never dereferenced over a network: the registry below holds every file.
NAMESPACE = "https://schemas.invalid/"


def definition_errors(
    kind: PluginType, definition: object
) -> Iterator[ValidationError]:
    """Yield what a curated definition violates. Source: schemas/plugin_definitions."""
    return _validator(f"plugin_definitions/{kind}.schema.json").iter_errors(definition)


def document_errors(kind: PluginType, document: object) -> Iterator[ValidationError]:
    """Yield what a document of the discovery API violates. Source: schemas/api."""
    return _validator(f"api/{kind}.schema.json").iter_errors(document)


def index_errors(index: object) -> Iterator[ValidationError]:
    """Yield what a type index violates. Source: schemas/api/plugin_type_index."""
    return _validator("api/plugin_type_index.schema.json").iter_errors(index)


def plugins_index_errors(index: object) -> Iterator[ValidationError]:
    """Yield what the top index violates. Source: schemas/api/plugins_index."""
    return _validator("api/plugins_index.schema.json").iter_errors(index)


@cache
def _validator(path: str) -> Draft7Validator:
    return Draft7Validator({"$ref": NAMESPACE + path}, registry=_registry())


@cache
def _registry() -> Registry[Any]:
    resources = []
    for file in sorted(FOLDER.rglob("*.schema.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        schema["$id"] = NAMESPACE + file.relative_to(FOLDER).as_posix()
        resources.append((schema["$id"], Resource.from_contents(schema, DRAFT7)))
    return Registry().with_resources(resources)
