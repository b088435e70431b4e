"""The file for clients before the hub API."""

import pytest

from registry import legacy
from registry.documents import Address
from registry.vocabulary import PluginType
from tests.definitions import definition_of


def row(kind, plugin, variant, *, is_default=False, **changes):
    address = Address(type=PluginType(kind), name=plugin, variant=variant)
    return address, is_default, definition_of(kind, plugin, variant) | changes


@pytest.mark.parametrize(
    ("user_agent", "version"),
    [
        ("Meltano/1.96.0", 20),
        ("Meltano/1.105.0", 20),
        ("Meltano/2.0.0", 22),
        ("Meltano/2.20.0", 22),
        ("Meltano/1.95.0", None),
        ("Meltano/1.106.0", None),
        ("Meltano/1.9", None),
        ("Meltano/3.0.0", None),
        ("Meltano/4.4.1", None),
        ("curl/8", None),
        ("", None),
    ],
)
def test_each_client_gets_the_version_it_demands_or_none(user_agent, version):
    assert legacy.version_for(user_agent) == version


def test_every_type_is_there_and_the_default_variant_comes_first():
    built = legacy.discovery(
        20,
        [
            row("extractors", "tap-alpha", "ada"),
            row("extractors", "tap-alpha", "bo", is_default=True, label="By Bo"),
        ],
    )
    assert built["version"] == 20
    assert set(built) == {"version", *PluginType}
    [plugin] = built["extractors"]
    assert [variant["name"] for variant in plugin["variants"]] == ["bo", "ada"]
    assert (plugin["name"], plugin["namespace"]) == ("tap-alpha", "tap_alpha")
    assert plugin["label"] == "By Bo"
    assert built["loaders"] == []


def test_what_old_clients_can_not_parse_is_brought_down():
    commands = {"go": {"description": "Goes."}, "run": {"args": "run"}, "stop": "stop"}
    settings = [{"name": "rate", "kind": "decimal"}, {"name": "x"}]
    built = legacy.discovery(
        22,
        [row("utilities", "alpha", "ada", commands=commands, settings=settings)],
    )
    [variant] = built["utilities"][0]["variants"]
    assert variant["commands"] == {"run": {"args": "run"}, "stop": "stop"}
    assert variant["settings"] == [{"name": "rate", "kind": "integer"}, {"name": "x"}]
