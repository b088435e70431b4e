"""How the projects that are counted are spread over a plugin's variants: a bar. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.models import Variant
from registry.views.status.standing import percent

WIDTH = 1000
# What comes behind these is one part.
PARTS_SHOWN = 5
# How full the colour of each part is, the largest first.
SHADES = ("1", ".78", ".58", ".4", ".26", ".12")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bar: where it begins and how wide it is, of `WIDTH`."""

    name: str
    projects: int
    share: str
    x: float
    width: float
    shade: str


@dataclass(frozen=True, slots=True)
class Shares:
    """The bar's parts, the largest first, and how many projects there are."""

    parts: tuple[Part, ...]
    total: int

    @property
    def width(self) -> int:
        """Return how wide the bar is in its own units."""
        return WIDTH

    @property
    def sentence(self) -> str:
        """Return what the bar shows."""
        said = ", ".join(f"{one.name} {one.share} %" for one in self.parts)
        return f"Of {self.total:,} counted projects: {said}."


def shares(variants: Sequence[Variant]) -> Shares | None:
    """Return how counted projects are spread; None where fewer than two variants have any.

    Projects are counted by repository: where two variants have one, nobody can tell whose
    they are, and there is no bar.
    """
    counted = [row for row in variants if _projects(row)]
    if len({row.repo for row in counted}) < max(2, len(counted)):
        return None
    ordered = sorted(counted, key=lambda row: (-_projects(row), row.name))
    counts = [(row.name, _projects(row)) for row in ordered]
    if len(counts) > PARTS_SHOWN + 1:
        rest = counts[PARTS_SHOWN:]
        others = f"{len(rest)} others", sum(count for _, count in rest)
        counts = [*counts[:PARTS_SHOWN], others]
    total = sum(count for _, count in counts)
    return Shares(tuple(_parts(counts, total)), total)


def _parts(counts: Sequence[tuple[str, int]], total: int) -> list[Part]:
    parts, before = [], 0
    for (name, count), shade in zip(counts, SHADES, strict=False):
        x, width = WIDTH * before / total, WIDTH * count / total
        share = f"{percent(count, total) or 0:g}"
        parts.append(Part(name, count, share, round(x, 1), round(width, 1), shade))
        before += count
    return parts


def _projects(row: Variant) -> int:
    count: int = row.counters.get("all_projects") or 0
    return count
