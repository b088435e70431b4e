"""Which variants a repository or a package speaks of.

A curated definition says what its variant installs and where its code is kept: what that
package and that repository say is said of this variant, and of every other that shares
them. Without one, a repository makes the variant of who keeps it. A package goes to that
variant when each names the other, and stands alone under a name of its own where they do
not: anyone may upload a package that claims somebody's repository.

What a source is called depends on no other source's statements, only on what sources name:
so they may be heard in any order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from registry.facts import Facts, MaintainerFacts, VariantFacts
from registry.models import Snapshot, Source, Variant
from registry.vocabulary import Origin, PluginType

JOINABLE = {Origin.PACKAGE, Origin.REPOSITORY}

type Pair = tuple[Snapshot, Facts]


def joined(found: Sequence[Pair]) -> list[Pair]:
    """Return what was found, each about the variants that it is said of.

    A fixed number of queries for those of curated variants; three more for each other.
    """
    sources = {s.source_id for s, facts in found if facts.origin in JOINABLE}
    linked: dict[int | None, list[Variant]] = defaultdict(list)
    variants = Variant.objects.filter(
        Q(package__in=sources) | Q(repository__in=sources), is_curated=True
    ).select_related("plugin")
    for variant in variants:
        for source_id in {variant.package_id, variant.repository_id}:
            if source_id in sources:
                linked[source_id].append(variant)
    pairs: list[Pair] = []
    for snapshot, facts in found:
        if facts.origin not in JOINABLE:
            pairs.append((snapshot, facts))
        elif snapshot.source_id in linked:
            spoken = _of_linked(snapshot, facts, linked[snapshot.source_id])
            pairs += [(snapshot, one) for one in spoken]
        else:
            pairs.append((snapshot, _of_its_own(snapshot, facts)))
    return pairs


def _of_linked(
    snapshot: Snapshot, facts: Facts, variants: Sequence[Variant]
) -> list[Facts]:
    """Return the facts as said of variants that install from this source or are kept there.

    Releases belong to what is installed: tags of a repository are none of its package's.
    """
    by_plugin: dict[tuple[str, str], list[VariantFacts]] = defaultdict(list)
    # Its own plugin as well, so that a variant it made before falls silent there.
    by_plugin[facts.type.value, facts.name] = []
    for variant in variants:
        spoken = by_plugin[variant.plugin.type, variant.plugin.name]
        if not facts.variants:
            # It speaks of none any more, of these as of its own.
            continue
        [said] = facts.variants
        installed = variant.package_id or variant.repository_id
        of_variant = replace(
            said,
            name=variant.name,
            definition=said.definition
            | {"name": variant.plugin.name, "variant": variant.name},
            releases=said.releases if installed == snapshot.source_id else (),
        )
        spoken.append(of_variant)
    return [
        replace(facts, type=PluginType(kind), name=name, variants=tuple(of_plugin))
        for (kind, name), of_plugin in by_plugin.items()
    ]


def _of_its_own(snapshot: Snapshot, facts: Facts) -> Facts:
    """Return the facts under the name that a package's repository has, where they join."""
    is_asked = facts.origin is Origin.PACKAGE and facts.variants
    repository = partner_of(snapshot.source) if is_asked else None
    if repository is None:
        return facts
    [said] = facts.variants
    name = _curated_name(repository, facts) or repository.facts.get("variant")
    if not name:
        # It is no connector's, by its own files.
        return facts
    path, _, _ = repository.address.partition("#")
    home, _, _ = path.rpartition("/")
    renamed = replace(
        said,
        name=name,
        definition=said.definition | {"variant": name},
        maintainer=MaintainerFacts.of(name, label=home.rpartition("/")[2], url=home),
    )
    return replace(facts, variants=(renamed,))


def partner_of(source: Source) -> Source | None:
    """Return the source that this one names and that names this one, if there is one.

    Of several, the first by its address.
    """
    named = source.facts.get("names", [])
    for other in Source.objects.named(named).order_by("address"):
        if source.spellings & set(other.facts.get("names", ())):
            return other
    return None


def _curated_name(repository: Source, facts: Facts) -> str | None:
    """Return the name that a definition gives the variant of this plugin kept there."""
    kept = repository.kept.filter(
        is_curated=True, plugin__type=facts.type.value, plugin__name=facts.name
    )
    return kept.order_by("name").values_list("name", flat=True).first()
