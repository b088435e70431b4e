"""The probe strip: a bar a day for each Python, full where it started, half where not. Pure.

Each is of the release that was the newest then; what older ones do is told in a table.

Colour is never all that tells them apart: a bar's height does, too, and the same days stand
in a table behind it. The days end with that of the newest run: a page that nothing happened
to stays as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from registry.catalog.differing import order
from registry.models import ProbeRun

DAYS_SHOWN = 30
STEP, WIDTH, HEIGHT = 4, 3, 24
# Full, half, and a line: told apart in print and by who sees no colour.
HEIGHTS = {"yes": HEIGHT, "no": HEIGHT // 2, "unknown": 2}
WORDS = {"yes": "started", "no": "failed", "unknown": "not known"}


@dataclass(frozen=True, slots=True)
class Bar:
    """The newest run of a day as a bar: a class of the stylesheet, and where it stands."""

    run: ProbeRun
    answer: str
    word: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Lane:
    """The bars of one Python, the oldest first, and what they say in a sentence."""

    python: str
    bars: tuple[Bar, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A lane for each Python, and the days again: each with a bar or None per lane."""

    lanes: tuple[Lane, ...]
    days: tuple[tuple[date, tuple[Bar | None, ...]], ...]
    width: int = DAYS_SHOWN * STEP - (STEP - WIDTH)
    height: int = HEIGHT
    bar_width: int = WIDTH


def since(newest: ProbeRun) -> date:
    """Return the first day of a strip that ends with a run's day, in UTC."""
    return newest.ran_at.date() - timedelta(days=DAYS_SHOWN - 1)


def strip(runs: Iterable[ProbeRun]) -> Strip | None:
    """Return the strip of the last days of these runs; None where there is none."""
    ordered = sorted(runs, key=lambda one: (one.ran_at, one.pk))
    if not ordered:
        return None
    first = since(ordered[-1])
    newest: dict[str, dict[date, Bar]] = defaultdict(dict)
    for run in ordered:
        day = run.ran_at.date()
        if day >= first:
            newest[run.python][day] = _bar(run, (day - first).days)
    pythons = sorted(newest, key=order)
    lanes = tuple(_lane(python, newest[python]) for python in pythons)
    days = sorted({day for bars in newest.values() for day in bars}, reverse=True)
    rows = [(day, tuple(newest[one].get(day) for one in pythons)) for day in days]
    return Strip(lanes, tuple(rows))


def of_newest(runs: Iterable[ProbeRun], current: str) -> list[ProbeRun]:
    """Return the runs of what was newest when each was made, the earliest first.

    From its first run on that is the `current` release; before, the highest that had been
    tried. Older releases are tried, too, once there is time: what they do is no news.
    """
    kept: list[ProbeRun] = []
    for run in sorted(runs, key=lambda one: (one.ran_at, one.pk)):
        last = kept[-1].version if kept else ""
        is_newest = last != current and (not last or order(run.version) >= order(last))
        if run.version == current or is_newest:
            kept.append(run)
    return kept


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


def _lane(python: str, by_day: Mapping[date, Bar]) -> Lane:
    bars = tuple(by_day[day] for day in sorted(by_day))
    counted = Counter(bar.answer for bar in bars)
    parts = [
        f"{number} {word}"
        for answer, word in WORDS.items()
        if (number := counted[answer])
    ]
    days = "1 day" if len(bars) == 1 else f"{len(bars)} days"
    return Lane(python, bars, f"Python {python}, {days} with runs: {', '.join(parts)}.")
