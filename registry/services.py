"""What a connector connects to, as one word of an address: `postgres` of `tap-postgres`. Pure.

Connectors meet by their names alone. Labels differ from one definition to the next, and a
label that changes would move a page. Who changes this rule, or the names that mean the same
(`registry.search.synonyms`), gives the rows there are their services again in a migration.
"""

from collections import Counter
from collections.abc import Iterable

from registry.search.folding import fold
from registry.search.synonyms import GROUPS
from registry.vocabulary import PluginType

# What a name says before the service. Source: Singer's naming of taps and targets.
PREFIXES = {PluginType.EXTRACTORS.value: "tap", PluginType.LOADERS.value: "target"}
# Of names that mean the same, the first stands in addresses.
FIRST = {name: group[0] for group in GROUPS for name in group}


def service_of(kind: str, name: str) -> str:
    """Return the service a plugin connects to; nothing for what is no tap and no target."""
    prefix = PREFIXES.get(kind)
    return service_named(_without(prefix, fold(name))) if prefix else ""


def service_named(text: str) -> str:
    """Return the service that a name means, however it is spelt: `PostgreSQL` is postgres."""
    folded = fold(text)
    return FIRST.get(folded, folded).replace(" ", "-")


def label_of(labels: Iterable[str]) -> str:
    """Return the label that most connectors give a service; of equals the one that comes first.

    Labels that differ in case or marks alone count together; of those that differ in brackets
    alone, what stands before these is the label. Nothing where there is none.
    """
    said: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for label in labels:
        if folded := fold(label):
            said.setdefault(folded, label)
            counts[folded] += 1
    whole = [label.partition("(")[0].strip() for label in said.values()]
    if len(whole) > 1 and len({fold(label) for label in whole}) == 1 and whole[0]:
        return whole[0]
    return said[counts.most_common(1)[0][0]] if counts else ""


def _without(prefix: str, folded: str) -> str:
    """Return a folded name without `tap` and who is named before it: `singer tap zenhub`."""
    before, found, after = f" {folded} ".partition(f" {prefix} ")
    return after if found and after.strip() else before or folded
