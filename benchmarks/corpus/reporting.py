"""What is printed of the tries, and whether all of it is as it should be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.corpus.comparing import Difference, differences, observed
from benchmarks.corpus.explaining import Explanation, explained, unneeded
from benchmarks.corpus.shares import table
from benchmarks.corpus.tracing import unshown
from benchmarks.corpus.tries import Try
from registry.tried import Answer, Question

MARKS = {Answer.YES: "+", Answer.NO: "-", Answer.UNKNOWN: "?"}
# The others' causes follow from these, or are that a flag is not there.
TOLD = frozenset(
    {Question.INSTALLS, Question.IMPORTS, Question.HELP, Question.DISCOVERS}
)


def told(tries: list[Try]) -> list[Try]:
    """Print the answers of one package's tries, and why there are none; return the tries."""
    for at, one in enumerate(tries):
        marks = "".join(MARKS[Answer(one.answers[question])] for question in Question)
        rescue = one.facts["rescue"]
        words = (
            one.python,
            marks,
            f"{one.seconds:5.1f} s",
            one.facts["version"],
            rescue,
        )
        print(f"{'' if at else one.spec:32} {' '.join(words)}", flush=True)
    causes: dict[str, list[str]] = defaultdict(list)
    for one in tries:
        for said in one.facts["outcomes"]:
            if said["cause"] and said["question"] in TOLD:
                causes[f"{said['question']}: {said['cause']['message']}"] += [
                    one.python
                ]
    for message, pythons in causes.items():
        print(f"    {', '.join(pythons)}: {message}", flush=True)
    return tries


def print_shares(
    tries: Mapping[str, Sequence[Try]],
    groups: Mapping[str, Iterable[str]],
    first: str,
) -> None:
    """Print the table of shares for each group of packages, and for all of them."""
    found = {name: [tries[s] for s in of if s in tries] for name, of in groups.items()}
    everything = list(tries.values())
    print()
    for line in table({**found, "both": everything}, first):
        print(line)


def compare(
    rows: Mapping[str, Any],
    tries: Mapping[str, Sequence[Try]],
    explanations: Sequence[Explanation],
    *,
    is_whole: bool,
) -> bool:
    """Print how tries differ from the corpus, and why; return whether all is explained.

    With `is_whole` an explanation that nothing needs is one too many.
    """
    found = list(_differing(rows, tries))
    by_reason = explained(found, explanations)
    unexplained = by_reason.pop("", [])
    for reason, of_it in sorted(by_reason.items()):
        print(f"\n{reason}")
        _print_differences(of_it)
    idle = list(unneeded(found, explanations)) if is_whole else []
    differing = {one.spec for one in found}
    print(f"\n{len(found)} differences of {len(differing)} packages, "
          f"{len(unexplained)} of them not explained")  # fmt: skip
    _print_differences(unexplained)
    for pattern in idle:
        print(f"Explains nothing: {pattern}")
    return not (unexplained or idle)


def _differing(
    rows: Mapping[str, Any], tries: Mapping[str, Sequence[Try]]
) -> Iterator[Difference]:
    for spec, row in rows.items():
        if spec in tries:
            seen = observed(tries[spec], row["declared_upstream"])
            yield from differences(spec, row["observed"], seen)


def _print_differences(found: Sequence[Difference]) -> None:
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in found:
        by_place[one.spec, one.field].append(one.what)
    for (spec, field), what in by_place.items():
        print(f"    {spec}: {field}: {', '.join(what)}")


def trace(tries: Mapping[str, Sequence[Try]]) -> bool:
    """Print each claim that a record does not show; return whether there is none."""
    every = [one for of in tries.values() for one in of]
    found = [(one, claim) for one in every for claim in unshown(one)]
    for one, claim in found:
        print(f"{one.spec} on {one.python} claims what it does not show: {claim}")
    print(f"{len(every)} records checked, {len(found)} claims without evidence")
    return not found
