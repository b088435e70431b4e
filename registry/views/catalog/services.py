"""All services that connectors are of, by first letter."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import Plugin
from registry.services import label_of
from registry.views.site import page

PER_PAGE = 200
DIGITS = "0–9"


class Service(NamedTuple):
    """A service as a list shows it. `word` is what it is called in addresses."""

    word: str
    label: str
    variant_count: int

    @property
    def letter(self) -> str:
        """Return where it stands in the list."""
        return letter_of(self.word)

    @property
    def is_called_otherwise(self) -> bool:
        """Say whether its label would stand elsewhere, so that the word has to be shown."""
        return letter_of(self.label) != self.letter


@page
def services(request: HttpRequest) -> HttpResponse:
    """List the services, those of one letter together. Four queries."""
    shown = Paginator(counted("service"), PER_PAGE).get_page(request.GET.get("page"))
    rows = labelled(shown.object_list)
    by_letter = groupby(rows, key=attrgetter("letter"))
    context = {
        "page": shown,
        "kept": {},
        "letters": _letters(),
        "groups": [(letter, list(found)) for letter, found in by_letter],
    }
    return render(request, "registry/services.html", context)


def letter_of(text: str) -> str:
    """Return the letter below which a name stands, or one place for all numbers."""
    return DIGITS if text[0].isdigit() else text[0].upper()


def counted(*order: str) -> QuerySet[Plugin, Any]:
    """Return each service, ordered so, with the number of its plugins and their variants."""
    return (
        _connecting()
        .values("service")
        .annotate(
            plugin_count=Count("pk", distinct=True), variant_count=Count("variants")
        )
        .order_by(*order)
    )


def labelled(rows: Iterable[Any]) -> list[Service]:
    """Return rows of `counted` with what their plugins call them. One query."""
    found = {row["service"]: row for row in rows}
    said: dict[str, list[str]] = {word: [] for word in found}
    used = F("default_variant__counters__all_projects").desc(nulls_last=True)
    plugins = _connecting().filter(service__in=found).order_by(used, "type")
    for word, label in plugins.values_list("service", "label"):
        said[word].append(label)
    return [
        Service(word, label_of(said[word]) or word, row["variant_count"])
        for word, row in found.items()
    ]


def _connecting() -> QuerySet[Plugin]:
    """Return the plugins that are listed and connect to something, in no order."""
    listed = Plugin.objects.filter(default_variant__isnull=False)
    return listed.exclude(service="").order_by()


def _letters() -> list[tuple[str, int]]:
    """Return each letter with the page on which its services begin. One query."""
    first = _connecting().values(first=Substr("service", 1, 1)).order_by("first")
    counts = first.annotate(count=Count("service", distinct=True))
    found: dict[str, int] = {}
    before = 0
    for letter, count in counts.values_list("first", "count"):
        found.setdefault(letter_of(letter), before // PER_PAGE + 1)
        before += count
    return list(found.items())
