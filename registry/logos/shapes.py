"""An SVG written anew from its shapes: no script, no text, no picture, no style, no address.

The file is read to a tree of the elements that are listed, with a limit to their number and
their nesting. What is not listed is left out with all that is in it. Style sheets become
attributes. What elements refer to in each other is followed and counted, for a dozen lines
that draw each other twice keep a browser busy for a day. Each value is let through by what
it consists of, and addresses by none: `url(#name)` and `#name` lead within the file.

Source: SVG 2, element and attribute indices.
"""

import re
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from registry.logos.drawing import Element, refuse_endless
from registry.logos.styles import PROPERTIES, Rules, declared
from registry.logos.unfit import Unfit

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
SHAPES = {"circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "use"}
ELEMENTS = SHAPES | {
    "clipPath", "defs", "g", "linearGradient", "mask", "radialGradient", "stop", "style",
    "svg", "switch",
}  # fmt: skip
# What can't be seen by itself.
UNSEEN = {"clipPath", "defs", "linearGradient", "mask", "radialGradient"}
NUMBERS = re.compile(r"[0-9eE.,%\s+-]*(?:p[xtc]|[cm]m|in)?")
ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,200}")
WORD = re.compile(r"[A-Za-z]{0,30}")
TRANSFORM = re.compile(
    r"(?:(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([0-9eE.,\s+-]*\)[\s,]*)*"
)
ATTRIBUTES = {
    "d": re.compile(r"[MmZzLlHhVvCcSsQqTtAaEe0-9.,\s+-]*"),
    "href": re.compile(rf"#{ID.pattern}"),
    "id": ID,
    "transform": TRANSFORM,
    "gradientTransform": TRANSFORM,
    "preserveAspectRatio": re.compile(r"[a-zA-Z ]{0,40}"),
    **dict.fromkeys(
        ("gradientUnits", "spreadMethod", "maskUnits", "maskContentUnits",
         "clipPathUnits"), WORD,
    ),
    **dict.fromkeys(
        ("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr",
         "width", "height", "points", "offset", "viewBox"), NUMBERS,
    ),
}  # fmt: skip
ELEMENTS_LIMIT, DEPTH_LIMIT = 3000, 50
# Written anew it is on a page twenty times, and packed on its way there.
WRITTEN_LIMIT = 64 * 1024


def shaped(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """Return an SVG of the shapes in another one, and its size. Raises Unfit."""
    reader = _Reader()
    try:
        reader.read(content)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unfit(f"The XML is broken: {error}.") from error
    root = reader.root
    if root is None:
        raise Unfit("The XML is no SVG.")
    width, height, box = _box(root)
    reader.rules.apply(root)
    refuse_endless(root)
    if not _is_seen(root):
        raise Unfit("No shape is drawn in the SVG.")
    presented = {n: v for n, v in root.attributes.items() if n in PROPERTIES}
    root.attributes = {"xmlns": SVG, "viewBox": box} | presented
    written = "".join(_written(root)).encode()
    if len(written) > WRITTEN_LIMIT:
        raise Unfit(f"The SVG's shapes are more than {WRITTEN_LIMIT:,} bytes.")
    return written, (width, height)


class _Reader:
    """Reads XML to a tree of the elements that are listed."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.rules = Rules()
        self._open: list[Element | None] = []
        self._count = 0

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_declarations
        parser.EntityDeclHandler = _refuse_entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        parser.Parse(content, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_LIMIT or len(self._open) >= DEPTH_LIMIT:
            raise Unfit(
                f"The SVG has more than {ELEMENTS_LIMIT:,} elements, "
                f"or {DEPTH_LIMIT} in each other."
            )
        space, _, tag = name.rpartition(" ")
        is_first = not self._open
        parent = self._open[-1] if self._open else None
        element = None
        if space == SVG and tag in ELEMENTS and (tag == "svg") == is_first:
            element = Element("g" if tag == "switch" else tag, _kept(attributes))
            element.classes = frozenset(attributes.get("class", "").split())
            if is_first:
                self.root = element
            elif parent is None or parent.tag == "style":
                element = None
            elif tag != "style":
                parent.children.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        element = self._open[-1] if self._open else None
        if element is not None and element.tag == "style":
            self.rules.add(text)


def _kept(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes that are listed, with values that are made of what may be."""
    named = {
        "href" if name == f"{XLINK} href" else name: value.strip()
        for name, value in attributes.items()
    }
    kept = {
        name: value
        for name, value in named.items()
        if name in ATTRIBUTES and ATTRIBUTES[name].fullmatch(value)
    }
    presented = ";".join(
        f"{name}:{value}" for name, value in named.items() if ";" not in value
    )
    # In the order in which they count.
    return kept | declared(presented) | {"style": named.get("style", "")}


def _box(root: Element) -> tuple[int, int, str]:
    """Return a drawing's width and height, and its view box. Raises Unfit."""
    said = root.attributes
    numbers = re.split(r"[\s,]+", said.get("viewBox", "").strip())
    if len(numbers) != 4:
        said_sides = (said.get(side, "") for side in ("width", "height"))
        numbers = ["0", "0", *(side.removesuffix("px") for side in said_sides)]
    try:
        values = [float(number) for number in numbers]
    except ValueError as error:
        raise Unfit("The SVG says no size.") from error
    if not all(abs(value) < 1e6 for value in values) or min(values[2:]) < 1e-3:
        raise Unfit("The SVG says an impossible size.")
    sides = [max(1, round(value)) for value in values[2:]]
    return sides[0], sides[1], " ".join(f"{value:g}" for value in values)


def _is_seen(element: Element) -> bool:
    if element.tag in UNSEEN:
        return False
    return element.tag in SHAPES or any(map(_is_seen, element.children))


def _written(element: Element) -> list[str]:
    said = "".join(
        f" {name}={quoteattr(value)}" for name, value in element.attributes.items()
    )
    if not element.children:
        return [f"<{element.tag}{said}/>"]
    inner = [part for child in element.children for part in _written(child)]
    return [f"<{element.tag}{said}>", *inner, f"</{element.tag}>"]


def _refuse_declarations(_: str, __: str | None, ___: str | None, has_own: int) -> None:
    # A document type alone says nothing; what it declares is what attacks are made of.
    if has_own:
        raise Unfit("The SVG declares a document type of its own.")


def _refuse_entity(*_: object) -> None:
    raise Unfit("The SVG declares entities.")
