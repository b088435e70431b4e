"""The probe strip: the newest runs as bars, full where it starts, half where it fails. Pure.

Colour is never all that tells them apart: a bar's height does, too, and the same numbers
stand in a table behind it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from registry.models import ProbeRun

BARS_SHOWN = 30
STEP, WIDTH, HEIGHT = 4, 3, 24
# Full, half, and a line: told apart in print and by who sees no colour.
HEIGHTS = {"yes": HEIGHT, "no": HEIGHT // 2, "unknown": 2}
WORDS = {"yes": "starts", "no": "fails", "unknown": "not known"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One run as a bar: a class of the stylesheet, and where it stands."""

    run: ProbeRun
    answer: str
    word: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Strip:
    """Bars from the oldest to the newest, and what they say in a sentence."""

    bars: tuple[Bar, ...]
    sentence: str
    width: int = BARS_SHOWN * STEP - (STEP - WIDTH)
    height: int = HEIGHT
    bar_width: int = WIDTH


def strip(runs: Iterable[ProbeRun]) -> Strip | None:
    """Return the strip of the newest of these runs; None where there is none."""
    newest = sorted(runs, key=lambda one: (one.ran_at, one.pk))[-BARS_SHOWN:]
    if not newest:
        return None
    # The newest stands at the end, however few there are.
    first = BARS_SHOWN - len(newest)
    bars = tuple(_bar(run, first + place) for place, run in enumerate(newest))
    return Strip(bars, _sentence(bars))


def _bar(run: ProbeRun, place: int) -> Bar:
    height = HEIGHTS[run.starts]
    return Bar(
        run=run,
        answer=run.starts,
        word=WORDS[run.starts],
        x=place * STEP,
        y=HEIGHT - height,
        height=height,
    )


def _sentence(bars: tuple[Bar, ...]) -> str:
    counted = Counter(bar.answer for bar in bars)
    parts = [
        _counted(number, answer) for answer in WORDS if (number := counted[answer])
    ]
    runs = "The newest run" if len(bars) == 1 else f"The newest {len(bars)} runs"
    return f"{runs}: {', '.join(parts)}."


def _counted(number: int, answer: str) -> str:
    word = WORDS[answer]
    return f"{number} {word if number == 1 else word.removesuffix('s')}"
