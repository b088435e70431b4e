"""Which share of packages installs, answers and is known, as a table. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.corpus.tries import Try
from registry.tried import Answer, Basis, Question
from registry.vocabulary import PluginType

NOT_KNOWN = "not known"
# From the best one on.
BASES = (Basis.OBSERVED.value, Basis.STATIC.value, NOT_KNOWN)
FACTS = ("settings", "capabilities", "streams")
WITH_CONFIG = "discovers with a made config"
ROWS = (
    "installs", "needs a rescue", "needs a compiler", "imports", "starts", "help", "version",
    "about", "discovers", WITH_CONFIG,
    *(f"{fact} {basis}" for fact in FACTS for basis in BASES),
)  # fmt: skip
# What is asked of taps alone.
OF_TAPS = ("discovers", "streams")


def table(groups: Mapping[str, Sequence[Sequence[Try]]], first: str) -> Iterator[str]:
    """Yield the lines of the table: two columns for each group of packages.

    `groups` have the tries of each package. The first column is of the Python `first` alone;
    the second says what is so on any Python, and of facts how they are known best.
    """
    yield _line("packages", [f"{name}: {len(of)}" for name, of in groups.items()], 28)
    yield _line("", [word for _ in groups for word in (f"on {first}", "on any")], 14)
    for row in ROWS:
        cells = []
        for of in groups.values():
            asked = [
                tries for tries in of if is_tap(tries) or not row.startswith(OF_TAPS)
            ]
            on_first = [[t for t in tries if t.python == first] for tries in asked]
            for some in (on_first, asked):
                count = sum(row in true_of(tries) for tries in some)
                cells.append(
                    f"{count}/{len(asked)} {100 * count // max(1, len(asked)):3}%"
                )
        yield _line(row, cells, 14)


def true_of(tries: Sequence[Try]) -> set[str]:
    """Return the rows that are true of some tries of one package, of at least one of them."""
    true = {q.value for q in Question for one in tries if one.is_yes(q)}
    for one in tries:
        steps = {said["question"]: said["step"] for said in one.facts["outcomes"]}
        told = {
            "starts": one.facts["starts"] == Answer.YES,
            "needs a rescue": bool(one.facts["rescue"]),
            "needs a compiler": one.facts["needs_compiler"] == Answer.YES,
            WITH_CONFIG: one.is_yes(Question.DISCOVERS)
            and steps[Question.DISCOVERS] == "discover-config",
        }
        true |= {row for row, is_so in told.items() if is_so}
    for fact in FACTS:
        known = {one.basis(fact) for one in tries} or {NOT_KNOWN}
        true.add(f"{fact} {min(known, key=BASES.index)}")
    return true


def is_tap(tries: Sequence[Try]) -> bool:
    """Say whether tries are of a tap."""
    return any(one.facts["type"] == PluginType.EXTRACTORS for one in tries)


def _line(name: str, cells: Sequence[str], width: int) -> str:
    return f"{name:30}" + "".join(f"{cell:>{width}}" for cell in cells)
