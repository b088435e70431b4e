"""Capabilities: what each word means, and which connectors say it of themselves.

*Listed* is what a variant's definition says, in which all sources are laid over each other.
*Observed* is the part of it that a release said of itself in the sandbox, where neither its
help nor its catalog spoke against it.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.db.models.lookups import GreaterThan
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import ProbeRun, SearchEntry, Statement, Variant
from registry.search.facets import CAPABILITY
from registry.views.guide.abilities import ABILITIES, declared, types_of
from registry.views.site import page
from registry.views.variants.capabilities import CAPABILITIES
from registry.vocabulary import Origin

PER_PAGE = 50
# A word that nobody knows is looked for in the definitions themselves, of so many variants.
UNKNOWN_LIMIT = 500
# What runs showed is read, and no index has its words: of so many variants, tried last.
HEARD_MOST = 3000
# What runs in the sandbox say of variants.
SEEN = {"origin": Origin.PROBE, "gone_at": None}
SHOWN = (
    "name", "projects", "plugin__type", "plugin__name", "plugin__label", "variant__name",
    "variant__tried", "variant__hidden", "variant__gone_at", "variant__withheld_at",
    "variant__maintenance", "variant__maintenance_status",
)  # fmt: skip


class _Words(Func):
    """The texts of a JSON array, a row each."""

    function = "jsonb_array_elements_text"
    output_field = CharField()
    set_returning = True


@page
def capabilities(request: HttpRequest) -> HttpResponse:
    """Show every word, and how many connectors have it. Two queries."""
    bits = {f"n{n}": _has(word) for n, word in enumerate(ABILITIES)}
    listed = SearchEntry.objects.aggregate(
        **{name: Count("pk", filter=has) for name, has in bits.items()}
    )
    observed = dict(
        Statement.objects.filter(pk__in=_lately())
        .annotate(word=_Words(F("snapshot__run__surface__capabilities")))
        .values_list("word")
        .annotate(Count("variant", distinct=True))
        .order_by()
    )
    rows = [
        (
            word,
            CAPABILITIES[word],
            types_of(word),
            listed[f"n{n}"],
            observed.get(word, 0),
        )
        for n, word in enumerate(ABILITIES)
    ]
    context = {"rows": rows, "heard_most": HEARD_MOST}
    return render(request, "guide/capabilities.html", context)


@page
def capability(request: HttpRequest, word: str) -> HttpResponse:
    """Show one word, and the connectors that have it, the most used first.

    Five queries; one for a word that we know nothing of, which is 404 where nobody says it.
    """
    if word not in ABILITIES:
        return _unknown(request, word)
    observed = _observed(word)
    entries = _entries(word)
    is_narrowed = "observed" in request.GET
    if is_narrowed:
        entries = entries.filter(variant__in=observed)
    found = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "word": word,
        "meaning": CAPABILITIES[word],
        "ability": ABILITIES[word],
        "types": types_of(word),
        "page": found,
        "kept": request.GET,
        "is_narrowed": is_narrowed,
        "observed_count": len(observed),
        "heard_most": HEARD_MOST,
        "rows": _with_runs(list(found.object_list), word),
    }
    return render(request, "guide/capability.html", context)


def _has(word: str) -> GreaterThan:
    """Return the condition that an entry has a word: one bit of a column."""
    return GreaterThan(F("capability").bitand(CAPABILITY.bit(word)), 0)


def _entries(word: str) -> QuerySet[SearchEntry]:
    return (
        SearchEntry.objects.filter(_has(word))
        .select_related("plugin", "variant")
        .only(*SHOWN)
        .order_by("-projects", "plugin_name", "name", "pk")
    )


def _lately() -> QuerySet[Statement, Any]:
    """Return the keys of what was last seen of variants in the sandbox, at most so many."""
    said = Statement.objects.filter(**SEEN)
    return said.order_by("-snapshot").values("pk")[:HEARD_MOST]


def _observed(word: str) -> set[int]:
    """Return the variants, of those that were tried last, that said a word. One query.

    What each says is asked of all of them, and no condition: the database would look for the
    word in all runs there ever were.
    """
    rows = Statement.objects.filter(pk__in=_lately()).annotate(says=_saying(word))
    return {variant for variant, says in rows.values_list("variant", "says") if says}


def _saying(word: str) -> Q:
    return Q(snapshot__run__surface__contains={"capabilities": [word]})


def _with_runs(
    rows: list[SearchEntry], word: str
) -> list[tuple[SearchEntry, ProbeRun | None]]:
    """Return each entry with the run that showed the word, or None. One query."""
    runs = {
        one.variant_id: one.snapshot.run
        for one in Statement.objects.filter(_saying(word), **SEEN)
        .filter(variant__in=[row.variant_id for row in rows])
        .select_related("snapshot__run")
        .only("variant_id", "snapshot__run__version", "snapshot__run__python")
    }
    return [(row, runs.get(row.variant_id)) for row in rows]


def _unknown(request: HttpRequest, word: str) -> HttpResponse:
    """Say who declares a word that we have no description of; 404 where nobody does."""
    rows = [row for row in _mentioning(word) if word in declared(row.definition)]
    context = {
        "word": word,
        "rows": rows[:PER_PAGE],
        "count": len(rows),
        "known": ABILITIES,
    }
    status = HTTPStatus.OK if rows else HTTPStatus.NOT_FOUND
    return render(request, "guide/capability_unknown.html", context, status=status)


def _mentioning(word: str) -> Iterable[Variant]:
    """Return variants whose definition has the word as a whole text somewhere.

    The column is text, and the field writes the word as JSON: with its quotes.
    """
    mentioning = Variant.objects.filter(definition__contains=word)
    return mentioning.select_related("plugin").order_by("plugin__name", "name")[
        :UNKNOWN_LIMIT
    ]
