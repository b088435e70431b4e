"""A config to try `--discover` with, and the search for its secrets."""

import base64

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.probes.invocation import config_for, config_from, probe_record
from scrapers.probes.invocation.configuring import CANARY, canaries_of, canary
from tests.scrapers.probes.invocation.records import (
    ABOUT,
    about,
    about_settings,
    codes,
    failed,
    helped,
    installed,
    messages,
    record,
)

SECRET = canary("api_key")
CONFIG = {"api_key": SECRET, "auth": {"pw": canary("auth.pw")}}


def config_of(*steps, **said):
    tried = probe_record(record(*installed(*steps), **said))
    return config_for(tried.settings.value, tried.required_groups.value)


def test_a_config_satisfies_the_schema_it_was_made_for():
    config = config_of(about())
    required = {"api_key", "auth", "symbols"}

    schema = {
        **ABOUT["settings"],
        "properties": {
            name: said
            for name, said in ABOUT["settings"]["properties"].items()
            if name in {*required, "start_date"}
        },
    }
    jsonschema.validate(config, schema)
    assert config.keys() == {*required, "start_date"}


def test_secrets_are_canaries_that_differ():
    found = canaries_of(config_of(about()))

    assert sorted(found.values()) == ["api_key", "auth.pw"]
    assert len(found) == 2 and all(map(CANARY.fullmatch, found))


@pytest.mark.parametrize(("schema", "value"), [
    ({"type": "string"}, "example"),
    ({"type": "string", "default": "x"}, "x"),
    ({"type": "string", "enum": ["b", "a"]}, "b"),
    ({"type": "string", "format": "uri"}, "https://example.invalid"),
    ({"type": "string", "format": "date"}, "2024-01-01"),
    ({"type": "string", "format": "date-time"}, "2024-01-01T00:00:00Z"),
    ({"type": "string", "format": "email"}, "nobody@example.invalid"),
    ({"type": "integer"}, 1),
    ({"type": "integer", "minimum": 10}, 10),
    ({"type": "number"}, 1.0),
    ({"type": "boolean"}, False),
    ({"type": "array", "items": {"type": "integer"}}, [1]),
    ({"type": "array"}, ["example"]),
    ({"type": "object"}, {}),
])  # fmt: skip
def test_a_value_is_of_its_kind_and_leads_nowhere(schema, value):
    assert config_of(about_settings(properties={"one": schema}, required=["one"])) == {
        "one": value
    }


@pytest.mark.parametrize(("name", "value"), [
    ("api_url", "https://example.invalid"),
    ("host", "example.invalid"),
    ("end_date", "2024-01-01T00:00:00Z"),
    ("db_port", "443"),
])  # fmt: skip
def test_a_text_is_guessed_by_its_name(name, value):
    text = {"type": "string"}

    assert config_of(about_settings(properties={name: text}, required=[name])) == {
        name: value
    }


def test_only_one_way_of_signing_in_is_taken():
    secret = {"type": "string", "secret": True}
    config = config_of(
        about_settings(
            properties={"token": secret, "password": secret},
            oneOf=[{"required": ["token"]}, {"required": ["password"]}],
        )
    )

    assert [*config] == ["token"]


def test_secrets_are_set_where_nothing_is_said_to_be_required():
    properties = {"token": {"type": "string", "secret": True}, "n": {"type": "integer"}}

    assert [*config_of(about_settings(properties=properties))] == ["token"]


def test_where_nothing_has_to_be_set_there_is_no_config():
    assert config_of(about_settings(properties={"n": {"type": "integer"}})) is None


def test_a_classic_tap_s_demands_are_met():
    static = {
        "settings": [
            {"name": "client_secret", "required": True, "kind": "password",
             "sensitive": True},
            {"name": "start_date", "required": False, "kind": "date_iso8601"},
            {"name": "port", "required": True},
            {"name": "page_size", "required": False},
        ]
    }  # fmt: skip

    assert config_of(helped(), static=static) == {
        "client_secret": canary("client_secret"),
        "start_date": "2024-01-01T00:00:00Z",
        "port": 443,
    }


def test_a_setting_below_another_one_takes_nothing_from_it():
    static = {
        "settings": [{"name": "a", "required": True}, {"name": "a.b", "required": True}]
    }

    assert config_of(helped(), static=static) == {"a": "example"}


@pytest.mark.parametrize("text", [
    f"GET https://example.invalid/?api_key={SECRET} failed",
    f"key {SECRET.upper()}",
    "Basic " + base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "Basic " + base64.b64encode(f"me:{SECRET}:x".encode()).decode(),
    "Basic " + base64.b64encode(SECRET.encode()).decode(),
])  # fmt: skip
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_secret_in_any_output_is_told_with_its_setting(text, stream):
    shown = failed("discover-config", args=["--discover"], config=CONFIG)
    tried = probe_record(record(*installed(shown | {stream: text})))

    assert codes(tried).count("secret-printed") == 1
    assert "'api_key'" in messages(tried) and "--discover" in messages(tried)


def test_a_nested_secret_is_told_by_its_whole_name():
    shown = failed("discover-config", f"pw={CONFIG['auth']['pw']}", config=CONFIG)

    assert "'auth.pw'" in messages(probe_record(record(*installed(shown))))


def test_a_secret_that_stays_where_it_is_is_no_finding():
    kept = failed("discover-config", "401 Client Error", config=CONFIG)

    assert "secret-printed" not in codes(probe_record(record(*installed(kept))))


def test_an_answer_alone_makes_a_config_and_else_the_code():
    static = {"settings": [{"name": "user", "required": True}]}

    assert config_from(ABOUT, static) == config_of(about())
    assert config_from({}, static) == {"user": "example"}
    assert config_from({"name": "tap-alpha"}, static) == {"user": "example"}
    assert config_from({}, {}) is None


TEXT = {"type": ["string"]}


def way(word, **properties):
    members = {"way": {"const": word}, **properties}
    return {"type": "object", "properties": members, "required": [*members],
            "additionalProperties": False}  # fmt: skip


def made_for(**schema):
    said = {"type": "object", **schema}
    config = config_from({"name": "tap-alpha", "settings": said}, {})
    jsonschema.validate(config, said)
    return config


def test_of_alternatives_one_is_taken_whole():
    # The second demands less, and would do with the words of the first.
    union = {"oneOf": [way("user", name=TEXT, pw=TEXT), way("token"), {"type": "null"}]}

    assert made_for(properties={"auth": union}, required=["auth"]) == {
        "auth": {"way": "user", "name": "example", "pw": "example"}
    }


def test_an_alternative_of_all_settings_is_taken_whole():
    secret = TEXT | {"secret": True}
    config = made_for(
        properties={"url": TEXT, "user": TEXT, "pw": secret, "token": secret},
        required=["url"],
        oneOf=[{"required": ["user", "pw"]}, {"required": ["token"]}],
    )

    assert [*config] == ["url", "user", "pw"]


@pytest.mark.parametrize(("items", "made"), [
    ({"type": "object", "properties": {"path": TEXT, "n": {"type": "integer"}},
      "required": ["path"]}, {"path": "example"}),
    ({"type": "object", "required": ["keys"], "properties": {
        "keys": {"type": "array", "items": {"enum": ["a", "b"]}}}}, {"keys": ["a"]}),
    ({"$ref": "#/definitions/file"}, {"path": "example"}),
    ({"oneOf": [way("csv", path=TEXT), way("none")]}, {"way": "csv", "path": "example"}),
    ({"type": "number"}, 1.0),
])  # fmt: skip
def test_what_an_array_holds_is_whole(items, made):
    file = {"type": "object", "properties": {"path": TEXT}, "required": ["path"]}
    config = made_for(
        properties={"files": {"type": "array", "items": items}},
        required=["files"],
        definitions={"file": file},
    )

    assert config == {"files": [made]}


def test_what_else_is_demanded_by_what_is_set_is_set():
    config = made_for(
        properties={"user": TEXT, "pw": TEXT, "kind": {"enum": ["a"]}, "key": TEXT},
        required=["user", "kind"],
        dependentRequired={"user": ["pw"]},
        **{
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["key"]},
        },
    )

    assert config == {"user": "example", "kind": "a", "key": "example", "pw": "example"}


def test_an_object_that_takes_any_name_has_what_it_demands():
    headers = {"type": "object", "properties": {"Accept": TEXT}, "required": ["Accept"],
               "additionalProperties": TEXT}  # fmt: skip

    config = made_for(properties={"headers": headers}, required=["headers"])
    assert config == {"headers": {"Accept": "example"}}


leaves = st.sampled_from([
    TEXT, {"type": "integer"}, {"type": "number", "minimum": 3}, {"type": "boolean"},
    {"type": ["string", "null"], "format": "date-time"}, {"const": "x"}, {"enum": [1, 2]},
    {"type": "string", "secret": True}, {"const": 5},
])  # fmt: skip
words = st.sampled_from(["a", "b", "host", "url"])


def objects(inner):
    return st.dictionaries(words, inner, min_size=1, max_size=3).flatmap(
        lambda members: st.lists(st.sampled_from(sorted(members)), unique=True).map(
            lambda required: {"type": "object", "properties": members,
                              "required": required, "additionalProperties": False}
        )
    )  # fmt: skip


def unions(inner):
    ways = st.lists(st.dictionaries(words, inner, max_size=2), min_size=1, max_size=3)
    return ways.map(
        lambda some: {"oneOf": [way(f"w{at}", **one) for at, one in enumerate(some)]}
    )


nodes = st.recursive(
    leaves,
    lambda inner: (
        objects(inner)
        | unions(inner)
        | inner.map(lambda items: {"type": "array", "items": items})
    ),
    max_leaves=8,
)


@given(objects(nodes))
def test_a_made_up_config_is_one_by_the_connector_s_own_schema(schema):
    config = config_from({"name": "tap-alpha", "settings": schema}, {})

    if config is None:
        assert not schema["required"]
    else:
        jsonschema.validate(config, schema)
