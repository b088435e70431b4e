"""Which settings must be given together, as a definition groups them. Pure."""

from registry.facts import Json

ALWAYS, WITHIN = "Yes", "In set"


def groups_of(definition: Json) -> list[list[str]]:
    """Return the groups of settings of which one must be complete.

    Source: `settings_group_validation` in the plugin definition format.
    """
    groups = definition.get("settings_group_validation")
    if not isinstance(groups, list):
        return []
    return [
        [str(name) for name in group] for group in groups if isinstance(group, list)
    ]


def requirement(name: str, groups: list[list[str]]) -> str:
    """Say whether a setting must be given: always, in some sets, or not."""
    if not groups:
        return "Not declared"
    within = [index for index, group in enumerate(groups) if name in group]
    if len(within) == len(groups):
        return ALWAYS
    if not within:
        return "No"
    return f"{WITHIN} {' or '.join(str(index + 1) for index in within)}"
