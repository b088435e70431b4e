"""Monograms: two letters on a plugin's own hue, instead of a logo nobody licensed to us."""

import hashlib
import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.models import Variant

# A monogram changes only with the plugin's label.
KEPT_S = 30 * 24 * 3600
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Monogram:
    """What is drawn: fixed saturation and lightness keep white text readable on any hue."""

    letters: str
    hue: int


def monogram_of(name: str, label: str = "") -> Monogram:
    """Return a plugin's monogram. Source: visual.md §8."""
    words = WORD.findall(label) or WORD.findall(_bare(name)) or ["?"]
    if len(words) > 1:
        letters = words[0][0].upper() + words[1][0].upper()
    else:
        letters = words[0][0].upper() + words[0][1:2]
    digest = hashlib.sha256(name.encode()).digest()
    return Monogram(letters, int.from_bytes(digest[:4]) % 360)


@require_safe
@cache_control(public=True, max_age=KEPT_S)
def logo(request: HttpRequest, address: str) -> HttpResponse:
    """Answer any logo that documents name with the plugin's monogram. One query."""
    rows = Variant.objects.filter(logo_url=request.path.replace("\x00", "")).order_by(
        "pk"
    )
    found = rows.values_list("plugin__name", "label").first()
    stem = address.rpartition("/")[2].rpartition(".")[0] or address
    monogram = monogram_of(*found) if found else monogram_of(stem)
    return render(request, "registry/logo.svg", {"monogram": monogram}, "image/svg+xml")


def _bare(name: str) -> str:
    return name.removeprefix("tap-").removeprefix("target-")
