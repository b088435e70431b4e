"""What sets each variant of a plugin apart from the others, in a few words. Pure.

Only what is known of at least two variants is compared: that nobody looked for the streams
of the others makes none of them rare.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.tried.offers import STREAMS_KEPT
from registry.views.variants.configuration import is_common

NAMES_SHOWN = 3
# How the curated definitions mark a connector that is built with the Meltano SDK.
SDK_KEYWORD = "meltano_sdk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is known of one variant. An empty set of streams or settings is not known."""

    name: str
    streams: frozenset[str]
    settings: frozenset[str]
    capabilities: frozenset[str]
    is_sdk: bool

    @classmethod
    def of(
        cls, name: str, definition: Mapping[str, Any], streams: Iterable[str]
    ) -> "Offer":
        """Return what a definition and a run say a variant offers."""
        keywords = {str(one) for one in _listed(definition.get("keywords"))}
        return cls(
            name=name,
            streams=frozenset(streams),
            settings=frozenset(setting_names(definition)),
            capabilities=frozenset(map(str, _listed(definition.get("capabilities")))),
            is_sdk=SDK_KEYWORD in keywords,
        )


def setting_names(definition: Mapping[str, Any]) -> list[str]:
    """Return the names of the settings that a definition lists, in its order."""
    rows = _listed(definition.get("settings"))
    return [str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row]


def apart(offers: Sequence[Offer]) -> dict[str, list[str]]:
    """Return by name what only this variant has, and whether the SDK tells it apart."""
    own = [
        ("Only streams here", _whole([one.streams for one in offers])),
        ("Only settings here", [_own_settings(one) for one in offers]),
        ("Only capabilities here", [one.capabilities for one in offers]),
    ]
    found: dict[str, list[str]] = {one.name: [] for one in offers}
    for words, sets in own:
        for offer, names in zip(offers, _only(sets), strict=True):
            if names:
                found[offer.name].append(f"{words}: {enumerated(names)}")
    sdk = [one.name for one in offers if one.is_sdk]
    if 0 < len(sdk) < len(offers):
        for name in sdk:
            found[name].append("Built with the SDK, by its keywords")
    return found


def enumerated(names: Sequence[str], *, shown: int = NAMES_SHOWN) -> str:
    """Return a few names, and how many more there are."""
    more = len(names) - shown
    said = ", ".join(names[:shown])
    return f"{said} and {more} more" if more > 0 else said


def _own_settings(offer: Offer) -> frozenset[str]:
    return frozenset(name for name in offer.settings if not is_common(name))


def _whole(streams: Sequence[frozenset[str]]) -> Sequence[frozenset[str]]:
    """Return the sets, where each is all that there is: else another may have the same."""
    is_whole = all(len(one) < STREAMS_KEPT for one in streams)
    return streams if is_whole else [frozenset()] * len(streams)


def _only(sets: Sequence[frozenset[str]]) -> Iterator[list[str]]:
    """Yield what only this set has, sorted; nothing where there is no other to compare."""
    counts = Counter(name for one in sets for name in one)
    is_known = sum(bool(one) for one in sets) > 1
    for one in sets:
        yield sorted(name for name in one if is_known and counts[name] == 1)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
