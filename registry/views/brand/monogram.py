"""Monograms: two letters on a plugin's own hue, where the definitions carry no logo of it."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote

from registry.models import Variant

WORD = re.compile(r"[^\W_]+")
# Of a logo's digest: enough to tell one picture at an address from the next.
DIGITS = 8


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


def logo_address(variant: Variant | None) -> str:
    """Return where a variant's logo is, "" where it has none. No query.

    With a part of its digest, so that it can be kept for ever.
    """
    if variant is None or not variant.logo_digest:
        return ""
    return f"{quote(variant.logo_url or '')}?v={variant.logo_digest[:DIGITS]}"


def _bare(name: str) -> str:
    return name.removeprefix("tap-").removeprefix("target-")
