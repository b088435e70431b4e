"""The elements of an SVG while it is written anew, and what drawing them comes to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from registry.logos.unfit import Unfit

# Attributes whose value leads to another element. `#fff` does in a link alone.
LEADING = {
    "href": re.compile(r"#(.+)"),
    **dict.fromkeys(
        ("clip-path", "fill", "mask", "stroke"), re.compile(r"url\(#(.+)\)")
    ),
}
DRAWN_LIMIT = 20_000
# An element in a mask of an element in another one, and so on.
DEPTH_LIMIT = 150


@dataclass(slots=True, eq=False)
class Element:
    """One element: what is written of it, and by which classes styles name it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    classes: frozenset[str] = frozenset()

    def all(self) -> Iterator["Element"]:
        """Yield this element and all below it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.all()


def refuse_endless(root: Element) -> None:
    """Raise Unfit where drawing would go round in circles, or on and on."""
    by_id: dict[str, Element] = {}
    for element in root.all():
        by_id.setdefault(element.attributes.get("id", ""), element)
    if _Counting(by_id).count(root, 0) > DRAWN_LIMIT:
        raise Unfit(f"Drawing the SVG takes more than {DRAWN_LIMIT:,} elements.")


class _Counting:
    """Counts what is drawn of an element, with all that it refers to; once for each."""

    def __init__(self, by_id: dict[str, Element]) -> None:
        self._by_id = by_id
        self._counts: dict[Element, int | None] = {}

    def count(self, element: Element, depth: int) -> int:
        """Return how many elements are drawn. Raises Unfit for circles."""
        if depth > DEPTH_LIMIT:
            raise Unfit("The SVG's elements refer to each other too deeply.")
        if element in self._counts:
            known = self._counts[element]
            if known is None:
                raise Unfit("The SVG's elements refer to each other in a circle.")
            return known
        self._counts[element] = None
        led = [self._by_id[name] for name in _names(element) if name in self._by_id]
        total = 1 + sum(self.count(one, depth + 1) for one in element.children + led)
        self._counts[element] = total
        return total


def _names(element: Element) -> Iterator[str]:
    for attribute, form in LEADING.items():
        if found := form.fullmatch(element.attributes.get(attribute, "")):
            yield found[1]
