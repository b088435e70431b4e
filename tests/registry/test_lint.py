"""Every rule of the lint, one at a time. Source of each: meltano-client §3."""

import pytest

from registry.documents import Address, definition
from registry.lint import is_held, lint
from registry.vocabulary import PluginType
from tests.definitions import definition_of

TAP = Address(type=PluginType.EXTRACTORS, name="tap-alpha", variant="ada")
UTILITY = Address(type=PluginType.UTILITIES, name="alpha", variant="ada")


def document(address=TAP, **changes):
    laid = definition_of(address.type, address.name, address.variant) | changes
    return definition(address, laid, base="https://songbook.example.org")


def setting(**changes):
    return {"settings": [{"name": "one"} | changes]}


def test_a_sound_document_has_no_finding():
    assert lint(TAP, document()) == []


def test_a_deprecated_document_is_as_sound():
    laid = definition_of("extractors", "tap-alpha", "ada")
    gone = definition(TAP, laid, base="https://songbook.example.org", deprecated=True)
    assert gone["deprecated"] is True
    assert lint(TAP, gone) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "tap-beta"}, "`name` is 'tap-beta'"),
        ({"variant": "bo"}, "`variant` is 'bo'"),
        ({"namespace": ""}, "`namespace` is missing"),
        ({"plugin_type": "extractors"}, "`plugin_type`"),
        ({"is_default_variant": True}, "`is_default_variant`"),
        ({"colour": "red"}, "'colour' was unexpected"),
        ({"supported_python_versions": [">=3.8"]}, "'>=3.8', not like"),
        ({"supported_python_versions": [3.12]}, "3.12, not like"),
        ({"settings_group_validation": [[None]]}, "not a name"),
        ({"commands": {"go": {"args": "x", "shell": "sh"}}}, "unknown key 'shell'"),
        (
            {"requires": {"files": [{"name": "x", "variant": "y", "z": 1}]}},
            "'z' was unexpected",
        ),
        (setting(kind="colour"), "'colour' is not one of"),
        (setting(kind="integer", value="abc"), "integer with the default 'abc'"),
        (setting(kind="decimal", value="1.5"), "decimal with the text '1.5'"),
        (setting(options=[{"label": "One"}]), "option without a value"),
        (setting(value="c", options=[{"value": "a"}]), "default 'c', which is not one"),
        (setting(value=1, options=[{"value": "1"}]), "default 1, which is not one"),
        (setting(value_processor="rot13"), "unknown value_processor 'rot13'"),
        (setting(value_post_processor="rot13"), "unknown value_post_processor"),
    ],
)  # fmt: skip
def test_what_breaks_a_client_holds_the_document(changes, words):
    findings = lint(TAP, document(**changes))
    assert is_held(findings)
    assert any(words in finding.message for finding in findings)


@pytest.mark.parametrize(
    "changes",
    [
        setting(kind="integer", value="5"),
        setting(kind="integer", value=0.1),
        setting(kind="integer", value="$LIMIT"),
        setting(kind="decimal", value=1.5),
        setting(value="a", options=[{"value": "a", "label": "A"}]),
        setting(options=[{"value": "a"}]),
        {"settings_group_validation": [["no_such_setting"], []]},
        {"supported_python_versions": []},
    ],
)
def test_what_a_client_copes_with_is_published(changes):
    assert lint(TAP, document(**changes)) == []


def test_a_command_without_arguments_is_told_of_and_published():
    """Clients before 3.6 need `args`; later ones do not."""
    commands = {"go": {"description": "Goes."}, "stop": "stop"}
    findings = lint(UTILITY, document(UTILITY, commands=commands))
    assert [finding.message for finding in findings] == [
        "The command 'go' has no `args`."
    ]
    assert not is_held(findings)


def test_a_key_that_upstreams_own_api_schema_has_not_is_held():
    """Its definition schema allows `log_parser` for utilities, its API schema does not."""
    assert is_held(lint(UTILITY, document(UTILITY, log_parser="singer-sdk")))
