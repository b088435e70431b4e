"""How often a connector is released: releases by quarter, as bars. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from registry.models import Release

# Ten years: of older ones the page's table tells.
QUARTERS_SHOWN = 40
# Fewer are seen at a glance in the table.
FEWEST = 3
STEP, BAR_WIDTH, HEIGHT = 10, 8, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """The releases of one quarter; where its bar stands, and how high."""

    quarter: str
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Pace:
    """A bar for each quarter between the first release that is shown and the last."""

    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        """Return how wide all bars are, in the picture's units."""
        return len(self.bars) * STEP

    @property
    def height(self) -> int:
        """Return how high the highest bar is."""
        return HEIGHT

    @property
    def bar_width(self) -> int:
        """Return how wide each bar is."""
        return BAR_WIDTH

    @property
    def sentence(self) -> str:
        """Return what the bars show."""
        count = sum(one.count for one in self.bars)
        first, last = self.bars[0].quarter, self.bars[-1].quarter
        return f"{count} releases with a date from {first} to {last}, by quarter."


def pace(releases: Iterable[Release]) -> Pace | None:
    """Return the releases with a date by quarter; None where these are too few to draw."""
    days = [one.released_at for one in releases if one.is_numbered and one.released_at]
    counts = Counter(day.year * 4 + (day.month - 1) // 3 for day in days)
    if len(days) < FEWEST or len(counts) == 1:
        return None
    last = max(counts)
    first = max(min(counts), last - QUARTERS_SHOWN + 1)
    shown = range(first, last + 1)
    most = max(counts[quarter] for quarter in shown)
    return Pace(
        tuple(_bar(nth, one, counts[one], most) for nth, one in enumerate(shown))
    )


def _bar(nth: int, quarter: int, count: int, most: int) -> Bar:
    height = round(HEIGHT * count / most, 1)
    year, of_year = divmod(quarter, 4)
    return Bar(f"{year} Q{of_year + 1}", count, nth * STEP, HEIGHT - height, height)
