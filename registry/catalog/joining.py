"""Which variants a repository or a package speaks of.

A curated definition says what its variant installs and where its code is kept: what that
package and that repository say is said of this variant, and of every other that shares
them. Without one, a package goes to its repository's variant when each names the other, for
anyone may upload a package that claims somebody's repository; else each goes to the variant
that its own facts name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from registry.facts import Facts, VariantFacts
from registry.models import Snapshot, Source, Variant
from registry.places import Place, written
from registry.vocabulary import Origin, PluginType, SourceKind

JOINABLE = {Origin.PACKAGE, Origin.REPOSITORY}

type Pair = tuple[Snapshot, Facts]


def joined(found: Sequence[Pair]) -> list[Pair]:
    """Return what was found, each about the variants that it is said of.

    A fixed number of queries for those of curated variants; three more for each other.
    """
    sources = {s.source_id for s, facts in found if facts.origin in JOINABLE}
    linked: dict[int | None, list[Variant]] = defaultdict(list)
    variants = Variant.objects.filter(
        Q(package__in=sources) | Q(repository__in=sources)
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
    [said] = facts.variants
    by_plugin: dict[tuple[str, str], list[VariantFacts]] = defaultdict(list)
    # Its own plugin as well, so that a variant it made before falls silent there.
    by_plugin[facts.type.value, facts.name] = []
    for variant in variants:
        installed = variant.package_id or variant.repository_id
        of_variant = replace(
            said,
            name=variant.name,
            definition=said.definition
            | {"name": variant.plugin.name, "variant": variant.name},
            releases=said.releases if installed == snapshot.source_id else (),
        )
        by_plugin[variant.plugin.type, variant.plugin.name].append(of_variant)
    return [
        replace(facts, type=PluginType(kind), name=name, variants=tuple(of_plugin))
        for (kind, name), of_plugin in by_plugin.items()
    ]


def _of_its_own(snapshot: Snapshot, facts: Facts) -> Facts:
    """Return the facts under the name that a source has which is joined with this one."""
    [said] = facts.variants
    if partner := _partner(snapshot.source):
        row = _variant_of(partner, facts)
        return facts if row is None else _renamed(facts, said, row)
    return facts


def _place(source: Source) -> Place:
    return Place(SourceKind(source.kind), source.address)


def _renamed(facts: Facts, said: VariantFacts, name: str) -> Facts:
    definition = said.definition | {"variant": name}
    return replace(facts, variants=(replace(said, name=name, definition=definition),))


def _partner(source: Source) -> Source | None:
    """Return the source that this one names and that names this one, if there is one."""
    me = written(_place(source))
    named = source.facts.get("names", [])
    others = Source.objects.filter(
        kind__in=(SourceKind.PACKAGE, SourceKind.REPOSITORY),
        facts__names__contains=[me],
    ).exclude(pk=source.pk)
    for other in others:
        if written(_place(other)) in named:
            return other
    return None


def _variant_of(source: Source, facts: Facts) -> str | None:
    """Return the name of the variant of this plugin that a source speaks of."""
    return (
        Variant.objects.filter(
            plugin__type=facts.type.value,
            plugin__name=facts.name,
            statements__source=source,
            statements__gone_at=None,
        )
        .order_by("pk")
        .values_list("name", flat=True)
        .first()
    )
