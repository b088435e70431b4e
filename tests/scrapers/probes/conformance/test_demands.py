"""What a config has to hold, and which of its settings are secret."""

import pytest

from scrapers.conforming.presets import given, made_up
from scrapers.probes.conformance.demands import demands_of
from scrapers.probes.conformance.recording import Kind
from scrapers.probes.invocation.configuring import canary

TEXT, SECRET = {"type": "string"}, {"type": "string", "secret": True}
KEYS = {"token": SECRET, "client_secret": SECRET, "user": TEXT}
EITHER = {"anyOf": [{"required": ["token"]}, {"required": ["client_secret", "user"]}]}
STATIC = {
    "framework": "singer-python",
    "settings": [
        {"name": "api_key", "required": True, "kind": "password", "sensitive": True},
        {"name": "start_date", "required": True, "kind": "date_iso8601"},
        {"name": "page_size", "required": False, "kind": "integer"},
    ],
}


def about(properties, **more):
    return {"settings": {"type": "object", "properties": properties, **more}}


@pytest.mark.parametrize(
    ("declared", "config", "needed"),
    [
        (about(KEYS, required=["user"]), ["user", "token"], ["user"]),
        (about(KEYS, **EITHER), ["token"], ["token"]),
        (about(KEYS, oneOf=EITHER["anyOf"]), ["client_secret", "user"],
         ["client_secret", "user"]),
        (about(KEYS, **EITHER), ["token", "client_secret", "user"], []),
        (about({"a": {"default": 1}, "b": TEXT}, required=["a", "b"]), ["a", "b"], ["b"]),
        (about({"a": {**SECRET, "default": "x"}}, required=["a"]), ["a"], []),
        (about({}, required=["bare"]), ["bare"], ["bare"]),
        (about({"auth": {"type": "object", "properties": KEYS, "required": ["user"]}},
               required=["auth"]), ["auth"], ["auth"]),
        (about({"auth": {"type": "object", "properties": KEYS}}, required=["auth"]),
         ["auth"], ["auth"]),
        (about({"auth": {"type": "object", "properties": KEYS, "default": {}}},
               required=["auth"]), ["auth"], []),
        (about(KEYS), ["token"], []),
        (None, ["api_key", "start_date", "page_size"], ["api_key", "start_date"]),
        ({"capabilities": []}, ["api_key"], ["api_key"]),
    ],
)  # fmt: skip
def test_what_a_config_can_not_do_without_is_told(declared, config, needed):
    demands = demands_of(declared, STATIC)
    assert demands.needed(config) == needed
    assert demands.is_any or not needed


def test_who_says_that_a_setting_is_required_is_told():
    assert demands_of(about(KEYS), STATIC).basis == "it declares as required"
    assert demands_of(None, STATIC).basis == "its code lists as required"
    assert not demands_of(None, {}).is_any


@pytest.mark.parametrize("said", [[], "x", {"anyOf": 7}, {"required": [7, None]}])
def test_settings_of_no_known_shape_demand_nothing(said):
    assert not demands_of({"settings": said}, {"settings": said}).is_any


def test_config_of_a_tap_that_takes_one_of_two_keys_has_one():
    made = made_up(Kind.TAP, "tap-x", about(KEYS, **EITHER))
    assert made.config == {"token": canary("token")}
    assert made.secrets == (canary("token"),)


def test_config_of_a_tap_whose_key_is_not_demanded_has_it_nevertheless():
    made = made_up(Kind.TAP, "tap-x", about(KEYS))
    assert made.config.keys() == {"token", "client_secret"}


def test_config_of_a_classic_tap_is_made_of_what_its_code_demands():
    made = made_up(Kind.TAP, "tap-x", None, STATIC)
    assert made.config.keys() == {"api_key", "start_date"}
    assert made.secrets == (canary("api_key"),)


def test_config_of_a_classic_target_has_its_folder_and_what_its_code_demands():
    made = made_up(Kind.TARGET, "target-x", None, STATIC)
    assert made.config["api_key"] == canary("api_key")
    assert made.config["destination_path"] == "{work}"
    assert made.is_synthetic


def test_config_of_a_target_has_no_key_that_it_can_do_without():
    properties = {"output_path": TEXT, "token": SECRET}
    made = made_up(Kind.TARGET, "target-x", about(properties))
    assert (made.config, made.is_synthetic) == ({"output_path": "{work}"}, False)


@pytest.mark.parametrize(
    "properties",
    [
        {"api_key": TEXT},
        {"word": {**TEXT, "writeOnly": True}},
        {"word": {**TEXT, "format": "password"}},
        {
            "auth": {
                "type": "object",
                "properties": {"word": SECRET},
                "required": ["word"],
            }
        },
    ],
)
def test_secret_of_a_config_that_is_made_up_is_a_canary(properties):
    made = made_up(Kind.TAP, "tap-x", about(properties, required=[*properties]))
    assert len(made.secrets) == 1
    assert made.secrets[0].startswith(canary("")[:12])


def test_default_of_a_setting_that_is_made_up_is_no_secret():
    properties = {"token": {**TEXT, "default": "anonymous"}, "path": TEXT}
    made = made_up(Kind.TARGET, "target-x", about(properties, required=["token"]))
    assert made.secrets == ()


@pytest.mark.parametrize(
    ("config", "properties"),
    [
        ({"auth": {"password": "a-real-secret"}}, {}),
        ({"logins": [{"user": "somebody", "api_key": "a-real-secret"}]}, {}),
        ({"tokens": ["a-real-secret"]}, {}),
        ({"word": "a-real-secret"}, {"word": {**TEXT, "writeOnly": True}}),
        ({"word": "a-real-secret"}, {"word": {**TEXT, "format": "password"}}),
        ({"word": "a-real-secret"},
         {"word": {"anyOf": [{**TEXT, "format": "password"}, {"type": "null"}]}}),
        ({"auth": {"x": {"word": "a-real-secret"}}},
         {"auth": {"type": "object", "properties": {
             "x": {"type": "object", "properties": {"word": SECRET}}}}}),
        ({"auth": {"word": "a-real-secret"}},
         {"auth": {"oneOf": [{"type": "object", "properties": {"word": SECRET}}]}}),
        ({"headers": {"X-Word": "a-real-secret"}},
         {"headers": {"type": "object", "additionalProperties": SECRET}}),
        ({"words": ["a-real-secret"]}, {"words": {"type": "array", "items": SECRET}}),
        ({"auth": {"word": "a-real-secret"}}, {"auth": {"type": "object", "secret": True}}),
    ],
)  # fmt: skip
def test_secret_of_a_config_is_found_wherever_it_is(config, properties):
    assert given(config, about(properties)).secrets == ("a-real-secret",)


def test_what_is_beside_a_secret_is_none():
    config = {"credentials": {"project": "a-long-name"}, "word": "no-real-secret"}
    assert given(config, about({"word": TEXT})).secrets == ()
