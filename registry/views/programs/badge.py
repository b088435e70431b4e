"""A badge: one fact of a variant as a small SVG, for a README.

It says what was seen and when, never how good that is. A picture inside a page may fetch
nothing: colours for both themes and all text are in it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from registry.models import Variant
from registry.views.catalog.chips import (
    Chip,
    tried_chip,
    upkeep_chips,
    withheld_chips,
)
from registry.views.releases.naming import by

# Of narrow and wide letters and of all others, in px at 11 px: as in DejaVu Sans, than which
# no font that pages are usually drawn in is wider.
NARROW, WIDE = "iIjlftr.,:;|!'()[] ", "mwMW@%&✓×"
WIDTHS = {**dict.fromkeys(NARROW, 3.8), **dict.fromkeys(WIDE, 9.8)}
WIDTH = 6.8
PADDING = 6


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says: who says it, and what. `title` is the whole of it in a sentence."""

    label: str
    text: str
    tone: str
    title: str

    @property
    def label_width(self) -> int:
        """Return the width of the text before the fact, in px."""
        return width_of(self.label)

    @property
    def text_width(self) -> int:
        """Return the width of the fact, in px."""
        return width_of(self.text)

    @property
    def text_start(self) -> int:
        """Return where the fact begins, in px."""
        return self.label_width + 3 * PADDING

    @property
    def split(self) -> int:
        """Return where the ground of the fact begins, in px."""
        return self.label_width + 2 * PADDING

    @property
    def width(self) -> int:
        """Return the width of the whole, in px."""
        return self.split + self.text_width + 2 * PADDING


def width_of(text: str) -> int:
    """Return how wide a text is drawn, in px: the viewer's font is made to fit."""
    return round(sum(WIDTHS.get(letter, WIDTH) for letter in text))


def badge_of(variant: Variant, fact: str) -> Badge:
    """Return what the badge of a fact in `FACTS` says of a variant."""
    chip = next(_against(variant), None) or FACTS[fact](variant)
    on = f"{chip.on:%Y-%m-%d}" if chip.on else ""
    said = f"{chip.mark} {chip.text}".strip()
    return Badge(
        label=settings.SITE_NAME,
        text=f"{said} | {on}" if on else said,
        tone=chip.tone,
        title=f"{variant.plugin.name} {by(variant.name)}: {chip.text}"
        + (f", {on}" if on else ""),
    )


def _against(variant: Variant) -> Iterator[Chip]:
    """Yield why nobody should install it any more."""
    yield from withheld_chips(variant)
    if variant.gone_at is not None:
        yield from upkeep_chips(variant)


def _python(variant: Variant) -> Chip:
    """Return where the current release was seen to run, and on what day."""
    return tried_chip(variant.tried)


def _release(variant: Variant) -> Chip:
    """Return which release is installed, and its day."""
    release = variant.current_release
    if release is None:
        return Chip("No release known")
    words = "Release" if release.is_numbered else "Installs"
    return Chip(f"{words} {release.shown}", "info", on=release.released_at)


FACTS: Mapping[str, Callable[[Variant], Chip]] = {
    "python": _python,
    "release": _release,
}
