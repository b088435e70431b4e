"""Shades of one accent colour that can be read on light pages and on dark ones.

Source: WCAG 2.2, 1.4.3 and the definitions of contrast ratio and relative luminance.
"""

import re
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-fA-F]{6}")
ENOUGH = 4.5
# The darkest ground of a light page and the lightest of a dark one, as in css/site.css.
LIGHT_GROUND, DARK_GROUND = "#f3f4f2", "#191d1a"
BLACK, WHITE = "#000000", "#ffffff"
# Near to the colour that was asked for, and at most fifty steps away.
STEP = 0.02


@dataclass(frozen=True, slots=True)
class Shades:
    """What is drawn in the accent on a light and on a dark page, and written upon it."""

    light: str
    dark: str
    light_ink: str = WHITE
    dark_ink: str = "#06181a"


def shades(accent: str) -> Shades:
    """Return an accent, darkened for light pages and lightened for dark ones as needed.

    As text on its page and under its own ink each has a contrast of 4.5 or more. Raises
    ValueError for what is no `#rrggbb`.
    """
    if not HEX.fullmatch(accent):
        message = f"{accent!r} is no colour like #0b6e77."
        raise ValueError(message)
    light = _until_readable(accent, LIGHT_GROUND, towards=BLACK)
    dark = _until_readable(accent, DARK_GROUND, towards=WHITE)
    return Shades(light=light, dark=dark)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _until_readable(colour: str, ground: str, *, towards: str) -> str:
    share, shade = 0.0, colour.lower()
    while contrast(shade, ground) < ENOUGH:
        share += STEP
        shade = _mixed(colour, towards, min(share, 1.0))
    return shade


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
