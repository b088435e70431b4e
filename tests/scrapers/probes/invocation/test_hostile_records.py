"""Whatever a record holds, anywhere in it, its facts can be made and kept."""

import copy
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.tried import Basis
from scrapers.probes.invocation import (
    config_from,
    definition_of,
    probe_record,
    surface_of,
)
from tests.scrapers.probes.invocation.records import (
    CATALOG,
    HELP,
    discover,
    failed,
    helped,
    installed,
    record,
    step,
)

SETTINGS = {
    "type": "object",
    "properties": {
        "key": {"type": ["string", "null"], "secret": True, "default": "x"},
        "auth": {
            "oneOf": [
                {"properties": {"way": {"const": "token"}}, "required": ["way"]},
                {"properties": {"way": {"enum": ["user"]}, "name": {}}},
            ]
        },
        "files": {"type": "array", "items": {"$ref": "#/definitions/file"}},
        "count": {"type": "integer", "minimum": 3, "enum": [1, 2]},
    },
    "required": ["key", "auth", "files"],
    "anyOf": [{"required": ["count"]}, {"required": ["key"]}],
    "allOf": [{"if": {"required": ["key"]}, "then": {"required": ["count"]}}],
    "dependentRequired": {"key": ["count"]},
    "definitions": {"file": {"properties": {"path": {}}, "required": ["path"]}},
}
ABOUT = {
    "name": "tap-alpha",
    "version": "1.0",
    "sdk_version": "0.40",
    "supported_python_versions": ["3.10"],
    "capabilities": ["catalog", "discover", "strange"],
    "settings": SETTINGS,
}
STREAM = CATALOG["streams"][0] | {
    "metadata": [
        {"breadcrumb": [], "metadata": {"table-key-properties": ["id"],
                                        "replication-method": "INCREMENTAL",
                                        "valid-replication-keys": ["updated_at"]}},
        {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic"}},
    ]
}  # fmt: skip
RECORD = record(
    *installed(helped(), step("version", stdout="tap-alpha v1.0")),
    failed("bad-config", "Traceback (most recent call last):\nKeyError: 'key'"),
    packages=[{"name": "six", "version": "1", "built": True, "wheel": "six-1.whl",
               "size_bytes": 4, "license": "MIT"}],
    commit="c" * 40,
    committed_at="2024-01-01T00:00:00Z",
    static={"framework": "singer-sdk", "capabilities": ["state"],
            "settings": [{"name": "a", "kind": "password", "required": True}],
            "streams": [STREAM]},
)  # fmt: skip
JUNK = (
    None, True, 0, -1, 5, 1e308, float("inf"), float("nan"), 2**80, "", "\0", "\ud800",
    "a" * 5000, "{}", "[", "{what}", "{0}", "%s", HELP, [], {}, [[]], {"": {}},
    {"\0": "\udfff"}, {"$ref": "#"}, {"$ref": "#/properties/auth"}, "3.12", "exited",
    "signalled", "object", "password", "INCREMENTAL", "0001-01-01T00:00:00+14:00",
)  # fmt: skip
WORDS = ("\0", "$ref", "type", "properties", "required", "anyOf", "allOf", "enum",
         "const", "items", "then", "default", "stderr", "signal")  # fmt: skip


def paths_of(value, path=()):
    """Yield the path of each value in a tree but for the tree itself."""
    inside = []
    if isinstance(value, dict):
        inside = list(value)
    elif isinstance(value, list):
        inside = list(range(len(value)))
    for key in inside:
        yield (*path, key)
        yield from paths_of(value[key], (*path, key))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


@st.composite
def mutated(draw, tree):
    """Return the tree with a few of its values replaced, moved, taken out or added."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(0, 5))):
        paths = list(paths_of(tree))
        if not paths:
            break
        *folder, key = draw(st.sampled_from(paths))
        inside = at(tree, folder)
        match draw(st.sampled_from(["replace", "replace", "move", "drop", "add"])):
            case "replace":
                inside[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
            case "move":
                inside[key] = copy.deepcopy(at(tree, draw(st.sampled_from(paths))))
            case "drop":
                del inside[key]
            case "add" if isinstance(inside, dict):
                word = draw(st.sampled_from(WORDS))
                inside[word] = copy.deepcopy(draw(st.sampled_from(JUNK)))
    return tree


@st.composite
def hostile(draw):
    """Return what `--about` printed, and a record in which it stands."""
    about = draw(mutated(ABOUT))
    catalog = draw(mutated({"streams": [STREAM]}))
    shown = [
        step("about", stdout=json.dumps(about)),
        discover(json.dumps(catalog)),
    ]
    base = RECORD | {"steps": [*RECORD["steps"], *shown]}
    return about, draw(mutated(base))


def texts_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_in(key)
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(hostile())
def test_no_record_raises_or_brings_what_can_not_be_kept(made):
    about, value = made
    tried = probe_record(value)
    kept = [
        tried.as_json(),
        surface_of(tried, pythons=["3.12"]),
        definition_of(tried, basis=Basis.STATIC),
        config_from(about, RECORD["static"]),
    ]
    json.dumps(kept, allow_nan=False, ensure_ascii=False).encode()
    assert not [text for text in texts_in(kept) if "\0" in text]


def test_properties_that_are_none_are_no_end():
    stream = {
        "tap_stream_id": "a",
        "key_properties": ["id"],
        "schema": {"properties": 5},
    }
    tried = probe_record(
        record(*installed(discover(json.dumps({"streams": [stream]}))))
    )

    assert [one.id for one in tried.streams.value] == ["a"]
