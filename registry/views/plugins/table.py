"""A table of answers in groups of rows, a column for each variant; and as Markdown. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from registry.models import Variant


@dataclass(frozen=True, slots=True)
class Cell:
    """What is so of one variant. `is_known` is false where the text says why it is not.

    `run` is the key of the run that showed it, where one did.
    """

    text: str
    tone: str = ""
    mark: str = ""
    is_known: bool = True
    run: int | None = None


YES, NO = Cell("yes", "ok", "✓"), Cell("no", "", "–")


def unknown(why: str) -> Cell:
    """Return that something is not known, and why."""
    return Cell(f"not known: {why}", is_known=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One question, with an answer for each variant."""

    title: str
    cells: tuple[Cell, ...]
    is_code: bool = False

    @classmethod
    def of(
        cls, title: str, variants: Sequence[Variant], answer: Callable[[Variant], Cell]
    ) -> "Row":
        """Return what `answer` says of each variant."""
        return cls(title, tuple(map(answer, variants)))

    @property
    def is_same(self) -> bool:
        """Say whether all variants answer alike."""
        return len({cell.text for cell in self.cells}) == 1


@dataclass(frozen=True, slots=True)
class Group:
    """Rows about one thing. `more` is how many are not shown."""

    title: str
    rows: tuple[Row, ...]
    more: int = 0


def different(found: Iterable[Group]) -> list[Group]:
    """Return the groups without rows in which all are alike."""
    kept = (
        Group(one.title, tuple(row for row in one.rows if not row.is_same), one.more)
        for one in found
    )
    return [one for one in kept if one.rows]


def markdown(names: Sequence[str], found: Iterable[Group]) -> str:
    """Return the comparison as a table in Markdown."""
    lines = [_line(["", *names]), _line(["---"] * (len(names) + 1))]
    for group in found:
        lines.append(_line([f"**{group.title}**", *[""] * len(names)]))
        for row in group.rows:
            title = f"`{row.title}`" if row.is_code else row.title
            lines.append(_line([title, *(cell.text for cell in row.cells)]))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    said = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(said)} |"
