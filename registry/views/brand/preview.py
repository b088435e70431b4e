"""The picture that goes with a link to a page where people share it.

It is of a plugin, of a variant, or of the site where a page is of neither.

Its address holds the digest of all that is drawn, so that whoever fetched it may keep it,
and a change of words is another address. A name alone leads to the picture of today: nobody
can have anything else drawn. Drawing takes some ten milliseconds: one at a time, and the
last ones are kept. Source: The Open Graph protocol, `og:image`.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import lru_cache, partial
from http import HTTPStatus
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.text import Truncator
from django.views.decorators.http import require_safe
from PIL import Image, ImageColor, ImageDraw, ImageFont

from registry.models import Plugin, Variant
from registry.views.brand.brand import accent_or
from registry.views.brand.monogram import monogram_of
from registry.views.missing import not_found
from registry.views.releases.naming import by
from registry.views.site import FRESH_S
from registry.vocabulary import PluginType

# Moves when the same words are drawn otherwise.
VERSION = 1
WIDTH, HEIGHT, MARGIN = 1200, 630, 80
GROUND, TEXT, MUTED, ACCENT = "#fbfbfa", "#1a1d1b", "#565d57", "#0b6e77"
TITLE_SIZES = (88, 72, 60, 48, 40)
WORDS_SHOWN, LINES_SHOWN = 180, 3
YEAR_S = 365 * 24 * 3600
# Some 20 KB each.
KEPT = 256
PATIENCE_S = 1.0
DRAWING = Lock()


@dataclass(frozen=True, slots=True)
class Preview:
    """All that is drawn: texts from outside, and the site's own."""

    title: str
    by: str
    words: str
    kind: str
    letters: str
    hue: int
    site: str
    accent: str

    @property
    def digest(self) -> str:
        """Return what tells this picture from any other."""
        said = repr((VERSION, *astuple(self)))
        return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:16]


def preview_of(plugin: Plugin, variant: Variant | None = None) -> Preview:
    """Return what is drawn of a plugin, or of one variant of it."""
    monogram = monogram_of(plugin.name, plugin.label)
    said = variant.description if variant else plugin.description
    return Preview(
        title=plugin.name,
        by=by(variant.name) if variant else plugin.label,
        words=Truncator(" ".join(said.split())).chars(WORDS_SHOWN),
        kind=PluginType(plugin.type).singular,
        letters=monogram.letters,
        hue=monogram.hue,
        site=settings.SITE_NAME,
        accent=accent_or(ACCENT),
    )


def address_of(plugin: Plugin, variant: Variant | None = None) -> str:
    """Return where the picture of a plugin or a variant is, within the site."""
    digest = preview_of(plugin, variant).digest
    if variant is None:
        return reverse("plugin-preview", args=[digest, plugin.type, plugin.name])
    parts = [digest, plugin.type, plugin.name, variant.name]
    return reverse("variant-preview", args=parts)


def site_preview_of() -> Preview:
    """Return what is drawn of the site itself, for pages without a picture of their own."""
    monogram = monogram_of(settings.SITE_NAME, settings.SITE_NAME)
    return Preview(
        title=settings.SITE_NAME,
        by="The registry of Singer connectors",
        words="Find, choose and install Singer taps, targets and Meltano plugins.",
        kind="",
        letters=monogram.letters,
        hue=monogram.hue,
        site=settings.SITE_NAME,
        accent=accent_or(ACCENT),
    )


def site_address() -> str:
    """Return where the picture of the site is, within it."""
    return reverse("site-preview", args=[site_preview_of().digest])


@require_safe
def site_preview(request: HttpRequest, digest: str) -> HttpResponse:
    """Answer the site's picture, or lead to the one of today; 503 while others are drawn."""
    return _answer(site_preview_of(), digest, site_address)


@require_safe
def preview(
    request: HttpRequest,
    digest: str,
    kind: PluginType,
    name: str,
    variant_name: str = "",
) -> HttpResponse:
    """Answer the picture, or lead to the one of today; 503 while others are drawn.

    One query.
    """
    found = _found(kind, name, variant_name)
    if found is None:
        return not_found(request, name)
    return _answer(preview_of(*found), digest, partial(address_of, *found))


def _answer(wanted: Preview, digest: str, address: Callable[[], str]) -> HttpResponse:
    """Answer what is wanted if that is its digest; else lead to its address."""
    if wanted.digest != digest:
        answer: HttpResponse = HttpResponseRedirect(address())
        patch_cache_control(answer, public=True, max_age=FRESH_S)
        return answer
    if not DRAWING.acquire(timeout=PATIENCE_S):
        answer = HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        answer["Retry-After"] = "5"
        return answer
    try:
        answer = HttpResponse(drawn(wanted), content_type="image/png")
    finally:
        DRAWING.release()
    patch_cache_control(answer, public=True, max_age=YEAR_S, immutable=True)
    return answer


@lru_cache(maxsize=KEPT)
def drawn(shown: Preview) -> bytes:
    """Return the picture as a PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - 12, WIDTH, HEIGHT), fill=shown.accent)
    _square(draw, shown)
    font = _fitting(shown.title, WIDTH - 2 * MARGIN)
    draw.text((MARGIN, 290), shown.title, TEXT, font=font, anchor="ls")
    draw.text((MARGIN, 350), shown.by[:60], MUTED, font=_font(38), anchor="ls")
    for nth, line in enumerate(_lines(shown.words)):
        draw.text((MARGIN, 424 + nth * 46), line, TEXT, font=_font(34), anchor="ls")
    draw.text((MARGIN, HEIGHT - 36), shown.site, shown.accent, _font(30), "ls")
    draw.text((WIDTH - MARGIN, HEIGHT - 36), shown.kind, MUTED, _font(30), "rs")
    file = io.BytesIO()
    image.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _square(draw: ImageDraw.ImageDraw, shown: Preview) -> None:
    colour = ImageColor.getrgb(f"hsl({shown.hue}, 42%, 32%)")
    box = (MARGIN, 60, MARGIN + 128, 188)
    draw.rounded_rectangle(box, radius=26, fill=colour)
    draw.text((MARGIN + 64, 126), shown.letters, "#fff", font=_font(56), anchor="mm")


def _fitting(text: str, width: int) -> ImageFont.FreeTypeFont:
    """Return the largest font in which a text fits; what fits in none runs out of sight."""
    fonts = map(_font, TITLE_SIZES)
    return next(
        (f for f in fonts if f.getlength(text) <= width), _font(TITLE_SIZES[-1])
    )


def _lines(text: str) -> list[str]:
    font, lines = _font(34), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines[:LINES_SHOWN]


def _found(
    kind: PluginType, name: str, variant_name: str
) -> tuple[Plugin, Variant | None] | None:
    if not variant_name:
        plugin = Plugin.objects.filter(type=kind, name=name).first()
        return (plugin, None) if plugin and plugin.default_variant_id else None
    of_name = Variant.objects.select_related("plugin").defer("definition")
    variant = of_name.filter(
        plugin__type=kind, plugin__name=name, name=variant_name
    ).first()
    return (variant.plugin, variant) if variant else None


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's own font: it is there on any machine."""
    font = ImageFont.load_default(size)
    # With FreeType, which every wheel of Pillow has, it is one that scales.
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101
    return font
