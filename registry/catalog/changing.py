"""What changed of a variant, in sentences that its event keeps. Pure."""

from collections.abc import Iterator

from registry.differences import differences
from registry.facts import Json

# Said with both values: what a project that installs it has to know.
TOLD = {
    "pip_url": "It installs from {now} and installed from {was}.",
    "repo": "Its repository is {now} and was {was}.",
    "maintenance_status": "Its maintenance is called {now} and was called {was}.",
}
# What `differences` compares; of the rest it is said that it changed.
COMPARED = frozenset({
    "executable", "capabilities", "settings", "settings_group_validation",
})  # fmt: skip
KEPT, LENGTH = 50, 200


def changes(before: Json, after: Json) -> list[str]:
    """Return what differs between two definitions of a variant, the gravest first."""
    said = [*_values(before, after)]
    said += [one.message for one in differences(before, after)]
    others = [
        key
        for key in sorted(before.keys() | after.keys())
        if key not in TOLD and key not in COMPARED and before.get(key) != after.get(key)
    ]
    if others:
        said.append(f"Changed, too: {', '.join(f'`{key}`' for key in others)}.")
    return said[:KEPT]


def _values(before: Json, after: Json) -> Iterator[str]:
    for key, sentence in TOLD.items():
        was, now = before.get(key), after.get(key)
        if was != now:
            yield sentence.format(now=_shown(now), was=_shown(was))


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else f"`{str(value)[:LENGTH]}`"
