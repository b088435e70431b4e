"""Style sheets of an SVG as attributes of its elements: simple selectors, listed properties.

Source: SVG 2, presentation attributes; CSS 2.2, syntax and the cascade's order.
"""

import re
from dataclasses import dataclass, field

from registry.logos.drawing import Element

# Numbers and words; a colour by its parts; a reference within the file.
VALUE = re.compile(
    r"[A-Za-z0-9#.,%\s+-]+|(?:rgb|hsl)a?\([0-9a-z.,%/\s-]*\)|url\(#[A-Za-z_][\w.-]*\)",
    re.ASCII,
)
VALUE_LIMIT = 200
QUOTED = re.compile(r"url\(\s*[\"']?(#[^\"'()\s]+)[\"']?\s*\)")
PROPERTIES = {
    "clip-path", "clip-rule", "color", "display", "fill", "fill-opacity", "fill-rule",
    "mask", "opacity", "stop-color", "stop-opacity", "stroke", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
    "stroke-opacity", "stroke-width", "visibility",
}  # fmt: skip
COMMENT = re.compile(r"/\*.*?(?:\*/|$)|<!--|-->", re.DOTALL)
SELECTOR = re.compile(r"(?P<mark>[.#]?)(?P<name>[A-Za-z_][\w-]*)", re.ASCII)
# By how much a selector outweighs another.
WEIGHT = {"": 0, ".": 1, "#": 2}
RULES_LIMIT = 500


def declared(text: str) -> dict[str, str]:
    """Return the listed properties of `fill: red; stroke: none`, by their names."""
    found = {}
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        value = value.replace("!important", "").strip()
        if name in PROPERTIES and len(value) <= VALUE_LIMIT:
            value = QUOTED.sub(r"url(\1)", value)
            if VALUE.fullmatch(value):
                found[name] = value
    return found


@dataclass(slots=True)
class Rules:
    """The rules of all style sheets of a file, as far as they are simple."""

    text: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Add a part of a style sheet."""
        self.text.append(text)

    def apply(self, root: Element) -> None:
        """Give every element what style sheets and its own style say of it."""
        rules = self._read()
        for element in root.all():
            name = element.attributes.get("id", "")
            own = declared(element.attributes.pop("style", ""))
            for mark, selected, properties in rules:
                if (
                    (mark == "." and selected in element.classes)
                    or (mark == "#" and selected == name)
                    or (not mark and selected == element.tag)
                ):
                    element.attributes |= properties
            element.attributes |= own

    def _read(self) -> list[tuple[str, str, dict[str, str]]]:
        """Return mark, name and properties of each rule, the one that outweighs others last."""
        text = COMMENT.sub(" ", "".join(self.text))
        found = []
        for rule in text.split("}")[:RULES_LIMIT]:
            selectors, _, declarations = rule.partition("{")
            properties = declared(declarations)
            for selector in selectors.split(",")[:RULES_LIMIT]:
                match = SELECTOR.fullmatch(selector.strip())
                if match and properties:
                    found.append((match["mark"], match["name"], properties))
        return sorted(found[:RULES_LIMIT], key=lambda rule: WEIGHT[rule[0]])
