"""The settings of a connector, out of the JSON Schema that it prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.documents import Address
from registry.lint import lint
from registry.tried import Basis
from registry.tried.offers import SETTINGS_KEPT
from registry.vocabulary import PluginType, SettingKind
from scrapers.probes.conformance.demands import demands_of
from scrapers.probes.invocation import definition_of, probe_record
from tests.scrapers.probes.invocation.records import (
    about,
    about_settings,
    codes,
    installed,
    messages,
    record,
)


def tried_with(**schema):
    return probe_record(record(*installed(about_settings(**schema))))


def settings_of(**properties):
    tried = tried_with(properties=properties)
    return {one.name: one for one in tried.settings.value}


def groups_of(**schema):
    return list(tried_with(**schema).required_groups.value)


def test_nested_settings_are_named_as_the_client_names_them():
    tried = probe_record(record(*installed(about())))

    own = [one.name for one in tried.settings.value if not one.is_built_in]
    assert own == [
        "api_key", "start_date", "mode", "auth.user", "auth.pw", "symbols", "union",
    ]  # fmt: skip
    assert tried.settings.basis is Basis.OBSERVED


def test_what_the_sdk_gives_every_connector_is_marked():
    tried = probe_record(record(*installed(about())))

    built_in = {one.name for one in tried.settings.value if one.is_built_in}
    assert {"stream_maps", "flattening_enabled", "batch_config.storage.root"} < built_in


def test_an_object_that_takes_any_name_is_one_setting():
    schema = {
        "type": "object",
        "properties": {"__else__": {"type": "string"}},
        "additionalProperties": {"type": "string"},
    }

    assert [*settings_of(maps=schema)] == ["maps"]


@pytest.mark.parametrize(("schema", "kind"), [
    ({"type": "string"}, "string"),
    ({"type": ["string", "null"]}, "string"),
    ({"type": "integer"}, "integer"),
    ({"type": "number"}, "decimal"),
    ({"type": ["integer", "number"]}, "decimal"),
    ({"type": "boolean"}, "boolean"),
    ({"type": "array"}, "array"),
    ({"type": "object"}, "object"),
    ({"type": "string", "format": "date-time"}, "date_iso8601"),
    ({"type": "string", "format": "date"}, "date_iso8601"),
    ({"type": "string", "format": "email"}, "email"),
    ({"type": "string", "enum": ["a", "b", None]}, "options"),
    ({"enum": ["a", "b"]}, "options"),
    ({"type": "integer", "enum": [1, 2]}, "integer"),
    ({"type": "string", "secret": True}, "password"),
    ({"type": "string", "writeOnly": True, "enum": ["a"]}, "password"),
    ({"airbyte_secret": True}, "password"),
    ({"type": "string", "format": "password"}, "password"),
    ({"anyOf": [{"type": "string", "secret": True}, {"type": "null"}]}, "password"),
    ({"oneOf": [{"type": ["null", "string"], "format": "password"}]}, "password"),
    ({"anyOf": [{"type": "string"}, {"type": "object", "secret": True}]}, None),
    ({"type": "array", "secret": True}, "array"),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer"),
    ({"oneOf": [{"const": "a"}, {"const": "b"}]}, "options"),
    ({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, None),
    ({"$ref": "#/definitions/port"}, "integer"),
    ({"allOf": [{"type": "integer"}, {"minimum": 2}]}, "integer"),
    ({}, None),
    ({"type": "strange"}, None),
])  # fmt: skip
def test_a_kind_follows_from_the_schema(schema, kind):
    tried = tried_with(
        properties={"one": schema}, definitions={"port": {"type": "integer"}}
    )

    assert tried.settings.value[0].kind == (kind and SettingKind(kind))


def test_options_are_labelled_values():
    one = settings_of(mode={"type": "string", "enum": ["a", "b"], "default": "b"})[
        "mode"
    ]

    assert one.as_definition() == {
        "name": "mode",
        "kind": "options",
        "value": "b",
        "options": [{"label": "a", "value": "a"}, {"label": "b", "value": "b"}],
    }


def test_a_secret_is_sensitive_and_its_default_is_not_told():
    tried = tried_with(
        properties={"key": {"type": "string", "secret": True, "default": "hunter2"}}
    )

    assert tried.settings.value[0].as_definition() == {
        "name": "key",
        "kind": "password",
        "sensitive": True,
    }
    assert "secret with a default" in messages(tried)
    assert "hunter2" not in str(tried.as_json())


@pytest.mark.parametrize(("schema", "value"), [
    ({"type": "integer", "default": "100"}, 100),
    ({"type": "integer", "default": "many"}, None),
    ({"type": "number", "default": "0.5"}, 0.5),
    ({"type": "number", "default": "nan"}, None),
    ({"type": "string", "enum": ["a"], "default": "z"}, None),
])  # fmt: skip
def test_a_default_that_clients_refuse_is_mended_or_left_out_and_told(schema, value):
    tried = tried_with(properties={"one": schema})

    assert tried.settings.value[0].value == value
    assert "settings" in codes(tried)


def test_a_default_of_false_is_a_default():
    assert settings_of(on={"type": "boolean", "default": False})["on"].value is False


def test_what_is_required_is_a_group():
    tried = probe_record(record(*installed(about())))

    assert tried.required_groups.value == (
        ("api_key", "auth.user", "auth.pw", "symbols"),
    )


def test_a_member_of_an_object_that_may_be_left_out_is_not_required():
    inner = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
    }

    assert groups_of(properties={"auth": inner}) == []
    assert groups_of(properties={"auth": inner}, required=["auth"]) == [("auth.a",)]


def test_an_object_that_has_to_be_there_whatever_is_in_it_is_no_set_of_settings():
    inner = {"type": "object", "properties": {"a": {"type": "string"}}}
    tried = tried_with(properties={"auth": inner}, required=["auth"])
    assert tried.required_groups is None
    ways = [{"required": ["auth"]}, {"required": ["token"]}]
    text = {"type": "string"}
    tried = tried_with(properties={"auth": inner, "token": text}, anyOf=ways)
    assert tried.required_groups is None


def test_of_many_settings_the_first_are_read_and_the_rest_is_told():
    names = [f"s{number}" for number in range(SETTINGS_KEPT + 1)]
    text = {"type": "string"}
    groups = {f"g{number}": {"type": "object", "properties": {"a": text, "b": text}}
              for number in range(SETTINGS_KEPT // 2)}  # fmt: skip
    tried = tried_with(properties=dict.fromkeys(names, text), required=names)
    assert [one.name for one in tried.settings.value] == names[:SETTINGS_KEPT]
    assert f"more settings than the {SETTINGS_KEPT}" in messages(tried)
    # What is needed beyond those can't be said.
    assert tried.required_groups is None
    whole = tried_with(properties=groups)
    assert len(whole.settings.value) == SETTINGS_KEPT
    assert "more settings" not in messages(whole)


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
def test_alternatives_are_a_group_each(word):
    text = {"type": "string"}
    groups = groups_of(
        properties={"url": text, "token": text, "user": text, "password": text},
        required=["url"],
        **{word: [{"required": ["token"]}, {"required": ["user", "password"]}]},
    )

    assert groups == [("url", "token"), ("url", "user", "password")]


def test_settings_that_stand_in_an_alternative_are_settings():
    part = {"properties": {"token": {"type": "string"}}, "required": ["token"]}
    tried = tried_with(oneOf=[part, {"properties": {"user": {"type": "string"}}}])

    assert [one.name for one in tried.settings.value] == ["token", "user"]
    assert tried.required_groups.value == ()


OBJECT = {"type": "object", "additionalProperties": False}
TEXT, SECRET = {"type": ["string"]}, {"type": ["string"], "secret": True}


def way(word, **properties):
    """Return an alternative as the SDK writes those of its DiscriminatedUnion."""
    told = {"const": word, "description": f"Discriminator for object of type '{word}'."}
    members = {"way": told, **properties}
    return OBJECT | {"properties": members, "required": [*members]}


UNION = {"oneOf": [way("user", name=TEXT, pw=SECRET), way("token", token=SECRET)]}


def test_what_tells_alternatives_apart_has_the_words_of_all():
    tried = tried_with(properties={"auth": UNION}, required=["auth"])
    one = {setting.name: setting for setting in tried.settings.value}

    assert list(one) == ["auth.way", "auth.name", "auth.pw", "auth.token"]
    assert one["auth.way"].as_definition() == {
        "name": "auth.way",
        "kind": "options",
        "options": [
            {"label": "user", "value": "user"},
            {"label": "token", "value": "token"},
        ],
    }
    assert tried.required_groups.value == (
        ("auth.way", "auth.name", "auth.pw"), ("auth.way", "auth.token"),
    )  # fmt: skip
    assert not messages(tried)


@pytest.mark.parametrize(("own", "kind", "options"), [
    # What is said of itself counts, and of an open text the alternatives' words.
    ({"enum": ["user", "token", "none"]}, "options", ("user", "token", "none")),
    ({"type": "string", "title": "Way"}, "options", ("user", "token")),
    ({"type": "string", "secret": True}, "password", ()),
])  # fmt: skip
def test_alternatives_add_to_what_is_said_of_all(own, kind, options):
    schema = {"type": "object", "properties": {"way": own}, **UNION}
    one = settings_of(auth=schema)["auth.way"]

    assert (one.kind, one.options) == (SettingKind(kind), options)


def test_a_word_of_one_alternative_alone_does_not_close_what_is_open():
    free = {"type": "object", "properties": {"other": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {"way": {"type": "string"}},
        "anyOf": [way("user"), free],
    }

    assert settings_of(auth=schema)["auth.way"].kind is SettingKind.STRING


@pytest.mark.parametrize(("schema", "kind", "options"), [
    ({"const": "x"}, "options", ("x",)),
    ({"type": "string", "const": "x"}, "options", ("x",)),
    ({"oneOf": [{"const": "a"}, {"const": "b"}, {"type": "null"}]}, "options", ("a", "b")),
    ({"anyOf": [{"enum": ["a"]}, {"const": "b"}]}, "options", ("a", "b")),
    ({"const": 5}, "integer", ()),
    ({"enum": [0.5, 1.5, None]}, "decimal", ()),
    ({"const": True}, "boolean", ()),
])  # fmt: skip
def test_values_that_are_listed_have_a_type(schema, kind, options):
    tried = tried_with(properties={"one": schema})

    one = tried.settings.value[0]
    assert (one.kind, one.options) == (SettingKind(kind), options)
    assert not messages(tried)


DEMANDS = [
    {"if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["b"]}},
    {"if": {"required": ["a"]}, "else": {"anyOf": [{"required": ["b"]}]}},
    {"allOf": [{"if": {"required": ["a"]}, "then": {"required": ["b"]}}]},
    {"dependentRequired": {"c": ["b"]}},
    {"dependencies": {"a": ["b"]}},
    {"dependentSchemas": {"a": {"required": ["b"]}}},
]


@pytest.mark.parametrize("demand", DEMANDS)
@pytest.mark.parametrize("is_nested", [True, False])
def test_a_demand_that_no_group_says_leaves_the_groups_unknown(demand, is_nested):
    text = {"type": "string"}
    schema = {"type": "object", "properties": {"a": text, "b": text, "c": text},
              "required": ["a"], **demand}  # fmt: skip
    if is_nested:
        schema = {"properties": {"auth": schema}, "required": ["auth"]}
    tried = tried_with(**schema)

    assert tried.required_groups is None
    assert "settings_group_validation" not in definition_of(tried)
    assert [one.path[-1] for one in tried.settings.value] == ["a", "b", "c"]


@pytest.mark.parametrize("demand", [
    {"if": {"required": ["a"]}, "then": {"properties": {"a": {"minLength": 3}}}},
    {"if": {"required": ["a"]}},
    {"dependentRequired": {"b": ["a"]}},
    {"dependentRequired": {}},
])  # fmt: skip
def test_a_demand_that_the_groups_meet_changes_nothing(demand):
    text = {"type": "string"}

    assert groups_of(properties={"a": text, "b": text}, required=["a"], **demand) == [
        ("a",)
    ]


@pytest.mark.parametrize("schema", [
    {"properties": {"a": {"$ref": "#/properties/a"}}},
    {"properties": {"a": {"$ref": "#"}}, "required": ["a"], "type": "object"},
    {"$ref": "#/definitions/x", "definitions": {"x": {"$ref": "#/definitions/x"}}},
    {"allOf": [{"$ref": "#"}] * 50},
    {"anyOf": [{"$ref": "#"}] * 50, "required": ["a"], "properties": {"a": {}}},
    {"properties": {f"s{n}": {"$ref": "#", "type": "object"} for n in range(600)},
     "required": [f"s{n}" for n in range(600)], "type": "object"},
    {"properties": {f"s{n}": {"type": "string"} for n in range(20_000)}},
    {"properties": {"a": {"type": {"not": "a word"}}, "b": [], "c": None, "": {}}},
    {"properties": [{"name": "a"}], "required": "a"},
])  # fmt: skip
def test_an_absurd_schema_ends(schema):
    tried = tried_with(**schema)

    assert len(tried.settings.value) <= 500


@pytest.mark.parametrize("said", [[], "none", 3, True])
def test_settings_that_are_no_schema_are_told(said):
    tried = probe_record(record(*installed(about(settings=said))))

    assert "no JSON Schema" in messages(tried)


def test_no_settings_are_not_the_same_as_not_speaking_of_them():
    assert tried_with(properties={}).settings.value == ()
    assert probe_record(record(*installed(about(settings=None)))).settings is None


def test_a_description_is_kept_without_what_a_terminal_obeys():
    one = settings_of(a={"type": "string", "description": "\x1b[31mred\u202e\ud800"})[
        "a"
    ]

    assert one.description == "red\N{REPLACEMENT CHARACTER}"


names = st.sampled_from(["a", "b", "c", "d"])
nodes = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(
                ["string", "object", "array", ["null", "integer"], 1]
            ),
            "enum": st.lists(
                st.none() | st.text(max_size=3) | st.integers(), max_size=3
            ),
            "default": st.none() | st.text(max_size=3) | st.floats() | st.booleans(),
            "secret": st.booleans(),
            "$ref": st.sampled_from(["#", "#/properties/a", "x"]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.just("object"),
            "properties": st.dictionaries(names, inner, max_size=3),
            "required": st.lists(names, max_size=3),
            "anyOf": st.lists(inner, max_size=3),
            "oneOf": st.lists(inner, max_size=3),
            "allOf": st.lists(inner, max_size=3),
            "additionalProperties": st.booleans() | inner,
        },
    ),
    max_leaves=15,
)


@given(nodes)
def test_names_are_unique_and_groups_name_settings(schema):
    tried = tried_with(**schema)

    listed = [one.name for one in tried.settings.value]
    groups = tried.required_groups.value if tried.required_groups else ()
    assert len(listed) == len(set(listed))
    assert all(group and set(group) <= set(listed) for group in groups)
    sets = [set(group) for group in groups]
    assert not any(one < other for one in sets for other in sets)


@given(nodes)
def test_no_setting_is_one_that_a_client_refuses(schema):
    definition = definition_of(tried_with(**schema))

    place = Address(type=PluginType.EXTRACTORS, name="tap-alpha", variant="ada")
    assert not [one for one in lint(place, definition) if one.code == "setting"]


def test_what_is_demanded_and_not_declared_leaves_no_set_enough():
    schema = {"properties": {"key": {"type": "string"}}, "required": ["key", "secret"]}
    tried = tried_with(**schema)
    assert tried.required_groups is None
    assert "'secret' is required, and not declared" in messages(tried)
    assert [one.is_required for one in tried.settings.value] == [True]
    assert demands_of({"settings": schema}, {}).always == {"key", "secret"}
