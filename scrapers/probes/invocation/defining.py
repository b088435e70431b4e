"""The part of a plugin definition that a try proves, in the definition format's own keys."""

from collections.abc import Iterable
from typing import Any

from registry.facts import Json
from registry.tried import Basis, Setting, Tried


def definition_of(tried: Tried, *, basis: Basis = Basis.OBSERVED) -> Json:
    """Return what is known on this basis, in the definition's keys; none for unknowns.

    What was only read from the code is not laid over what someone wrote down: it is asked
    for with `basis` and fills what nobody says. Which Pythons it runs on follows from all
    the tries of a release, and not from one.
    Source: schemas/common/common.schema.json.
    """
    facts = {
        "executable": tried.executable,
        "capabilities": tried.capabilities,
        "settings": tried.settings,
        "settings_group_validation": tried.required_groups,
    }
    return {
        key: _as_definition(fact.value)
        for key, fact in facts.items()
        if fact is not None and fact.basis is basis
    }


def surface_of(
    tried: Tried, *, basis: Basis = Basis.OBSERVED, pythons: Iterable[str] = ()
) -> Json:
    """Return what `registry.differences` compares: the definition and the streams.

    Only facts of one basis, or a connector that lost its `--about` would seem to have lost
    settings. `pythons` are those on which the release runs, by all its tries; none means
    not known.
    """
    surface = definition_of(tried, basis=basis)
    if tried.streams is not None and tried.streams.basis is basis:
        surface["streams"] = [stream.as_json() for stream in tried.streams.value]
    if versions := sorted(pythons):
        surface["supported_python_versions"] = versions
    return surface


def _as_definition(value: Any) -> Any:
    """Return a value as the definition format writes it: lists and mappings."""
    if isinstance(value, Setting):
        return value.as_definition()
    return [_as_definition(one) for one in value] if isinstance(value, tuple) else value
