"""Why tries come to something else than was recorded, as people found out, one sentence each.

Patterns are of shells (`*`, `?`). An explanation says of which packages, fields and
differences it speaks, so that it explains nothing that nobody has looked at.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.corpus.comparing import Difference

EXPLAINED = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One reason, and which differences it is the reason of."""

    because: str
    specs: tuple[str, ...]
    fields: tuple[str, ...]
    what: tuple[str, ...]

    def is_of(self, one: Difference) -> bool:
        """Say whether it speaks of a difference."""
        said = ((one.spec, self.specs), (one.field, self.fields), (one.what, self.what))
        return all(any(fnmatchcase(text, p) for p in parts) for text, parts in said)


def read_explanations(path: Path = EXPLAINED) -> list[Explanation]:
    """Return what is explained. Raises KeyError and TypeError for what is no explanation."""
    with path.open("rb") as content:
        said = tomllib.load(content)["explained"]
    return [
        Explanation(
            because=one["because"],
            specs=tuple(one["specs"]),
            fields=tuple(one["fields"]),
            what=tuple(one["what"]),
        )
        for one in said
    ]


def explained(
    found: Sequence[Difference], explanations: Sequence[Explanation]
) -> dict[str, list[Difference]]:
    """Return the differences by the first reason that speaks of each; "" for no reason."""
    by_reason: dict[str, list[Difference]] = defaultdict(list)
    for one in found:
        reasons = [said.because for said in explanations if said.is_of(one)]
        by_reason[reasons[0] if reasons else ""].append(one)
    return by_reason


def unneeded(
    found: Sequence[Difference], explanations: Sequence[Explanation]
) -> Iterator[str]:
    """Yield each pattern of an explanation that no difference needs."""
    for said in explanations:
        of_it = [one for one in found if said.is_of(one)]
        for patterns, key in (
            (said.specs, "spec"), (said.fields, "field"), (said.what, "what"),
        ):  # fmt: skip
            for pattern in patterns:
                if not any(fnmatchcase(getattr(one, key), pattern) for one in of_it):
                    yield f"{key} {pattern!r}: {said.because}"
