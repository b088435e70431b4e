"""Write HTML anew: the elements that a README needs, and nothing of what else was there.

Tags are read one by one, without a tree: each text is gone over once, whatever stands in it.
What is open is kept on a stack, so that what comes out is balanced and at most so deep. Text
within an element that is not known stays; scripts, styles and drawings go with what is in them.
"""

import re
from collections import Counter
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from registry.readmes.links import Links
from registry.readmes.tags import Tag, pieces

DEPTH_LIMIT = 40
KEPT = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "hr", "i", "ins", "kbd", "li", "ol", "p", "pre", "s", "samp", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var",
}  # fmt: skip
HEADINGS = {f"h{level}": level for level in range(1, 7)}
OTHER_NAMES = {"center": "div", "strike": "s", "tt": "code", "cite": "em"}
# What these hold is no text for people.
HIDDEN = {
    "script", "style", "svg", "math", "template", "textarea", "title", "iframe", "object",
    "noscript", "select", "video", "audio", "canvas", "head",
}  # fmt: skip
VOID = {"br", "hr", "img"}
# Left out where nothing is in them any more, as around a badge.
HOLLOW = {
    "a", "b", "blockquote", "div", "em", "i", "li", "ol", "p", "strong", "ul", *HEADINGS,
}  # fmt: skip
BADGE = re.compile("badge|shields.io", re.IGNORECASE)
# What turns the order of letters around or is not seen; entities bring it back.
HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)
# An address in the text is a link, without the mark that ends the sentence.
ADDRESS = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?()\[\]{}*_]")
UNLINKED = ("a", "code", "pre", "kbd", "samp")
SCROLLED = '<div class="scroll" role="group" tabindex="0" aria-label="Table">'
# The page has its title and its sections.
TOP_LEVEL, LOWEST_LEVEL = 3, 6
NUMBERS = {"ol": ("start",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}


def cleaned(html: str, links: Links) -> str:
    """Return HTML with known elements alone, pictures as links, and ids of our own.

    Headings begin at h3. A link within the text leads to the id that its author meant, with
    our prefix; a badge, which is a link around nothing but a picture, is left out.
    """
    found = list(pieces(html))
    levels = (HEADINGS.get(one.name) for one in found if isinstance(one, Tag))
    top = min(filter(None, levels), default=1)
    writer = _Writer(links, shift=TOP_LEVEL - top)
    for piece in found:
        writer.take(piece)
    return writer.finished()


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is open: its name, what it is written as, and where it began.

    `ink` is how much was to be seen before it.
    """

    name: str
    written: str
    start: int
    ink: int


class _Writer:
    """Writes pieces of HTML as they come."""

    def __init__(self, links: Links, *, shift: int) -> None:
        self._links = links
        self._shift = shift
        self._out: list[str] = []
        self._stack: list[_Open] = []
        self._open: Counter[str] = Counter()
        self._hidden: list[str] = []
        self._ink = 0
        # With the last number that was put behind each.
        self._ids: dict[str, int] = {}
        self._wanted: list[tuple[int, str]] = []
        self._pending: list[str] = []

    def take(self, piece: Tag | str) -> None:
        """Write one piece, unless it is hidden."""
        if self._hidden:
            self._reveal(piece)
        elif isinstance(piece, str):
            self._text(piece)
        elif piece.name in HIDDEN:
            if not piece.is_end:
                self._hidden.append(piece.name)
        elif piece.is_end:
            self._end(piece.name)
        else:
            self._begin(piece)

    def finished(self) -> str:
        """Return all that was written, with everything closed and links that lead somewhere."""
        while self._stack:
            self._close()
        for place, name in self._wanted:
            if self._out[place] and name in self._ids:
                self._out[place] = f'<a href="#{_id(name)}">'
        return "".join(self._out)

    def _reveal(self, piece: Tag | str) -> None:
        if isinstance(piece, Tag) and piece.name == self._hidden[-1]:
            if piece.is_end:
                self._hidden.pop()
            else:
                self._hidden.append(piece.name)

    def _text(self, text: str) -> None:
        said = HARMFUL.sub("", unescape(text))
        self._ink += len(said.strip())
        if said.strip() and not self._in_heading():
            self._out += map(_marked, self._taken_ids())
        last = 0
        if not any(self._open[name] for name in UNLINKED):
            for match in ADDRESS.finditer(said):
                self._out.append(escape(said[last : match.start()], quote=False))
                self._out.append(self._linked(match[0]))
                last = match.end()
        self._out.append(escape(said[last:], quote=False))

    def _linked(self, words: str) -> str:
        address = self._links.absolute(words)
        words = escape(words)
        return f'<a href="{escape(address)}">{words}</a>' if address else words

    def _begin(self, tag: Tag) -> None:
        if said := tag.attributes.get("id") or tag.attributes.get("name"):
            self._pending.append(_slug(said))
        if tag.name == "img":
            self._picture(tag)
        elif tag.name in VOID:
            self._ink += tag.name == "hr"
            self._out.append(f"<{tag.name}>")
        else:
            if tag.name == "a" and self._open["a"]:
                # A link in a link ends the one around it.
                self._end("a")
            self._push(tag)

    def _push(self, tag: Tag) -> None:
        """Open an element, or let what is in it stand without it."""
        name = OTHER_NAMES.get(tag.name, tag.name)
        level = HEADINGS.get(name)
        written = name if name in KEPT else ""
        if name == "a" and not self._target(tag):
            written = ""
        if level is not None:
            written = f"h{min(level + self._shift, LOWEST_LEVEL)}"
        if len(self._stack) >= DEPTH_LIMIT:
            written = ""
        row = _Open(tag.name, written, len(self._out), self._ink)
        self._stack.append(row)
        self._open[tag.name] += 1
        self._out.append(self._start_of(tag, row) if written else "")

    def _start_of(self, tag: Tag, row: _Open) -> str:
        """Return the start of an element, with the attributes that are ours."""
        if row.written == "table":
            return f"{SCROLLED}<table>"
        given = ""
        if row.written == "th" and self._open["thead"]:
            given += ' scope="col"'
        for key in NUMBERS.get(row.written, ()):
            said = tag.attributes.get(key, "")
            if said.isascii() and said.isdigit() and len(said) < 4:
                given += f' {key}="{said}"'
        if row.written != "a":
            return f"<{row.written}{given}>"
        target = self._target(tag)
        if target.startswith("#"):
            self._wanted.append((row.start, _slug(unquote(target[1:]))))
            return "<a>"
        return f'<a href="{escape(target)}">'

    def _target(self, tag: Tag) -> str:
        """Return where a link leads, "" if nowhere; within the text as its author wrote it."""
        href = HARMFUL.sub("", tag.attributes.get("href", "")).strip()
        return href if href.startswith("#") else self._links.absolute(href)

    def _end(self, name: str) -> None:
        """Close the innermost element of a name, and all that is in it."""
        if not self._open[name]:
            return
        while self._close() != name:
            pass

    def _close(self) -> str:
        """Close what was opened last; return what it was."""
        row = self._stack.pop()
        self._open[row.name] -= 1
        if row.name in HOLLOW and row.ink == self._ink:
            # The list is not cut: places in it are known to others.
            self._out[row.start :] = [""] * (len(self._out) - row.start)
        elif row.written:
            if row.name in HEADINGS:
                self._name_heading(row)
            closing = (
                "</table></div>" if row.written == "table" else f"</{row.written}>"
            )
            self._out.append(closing)
        return row.name

    def _name_heading(self, row: _Open) -> None:
        """Give a heading the id that forges make of its words, and those said before it."""
        words = re.sub("<[^>]*>", "", "".join(self._out[row.start :]))
        own = self._free(_slug(unescape(words)) or "section")
        marks = "".join(map(_marked, self._taken_ids()))
        self._out[row.start] = f'<{row.written} id="{_id(own)}">{marks}'

    def _taken_ids(self) -> list[str]:
        """Return the ids that were said since the last text, but for those in use.

        They are put before what can be seen, for a browser may repeat a link around it.
        """
        said = {name: 0 for name in self._pending if name and name not in self._ids}
        self._pending = []
        self._ids |= said
        return list(said)

    def _free(self, name: str) -> str:
        """Return a name for an id, with a number where it is in use."""
        last, free = self._ids.get(name, 0), name
        while free in self._ids:
            last += 1
            free = f"{name}-{last}"
        self._ids |= {name: last, free: 0} if free != name else {name: 0}
        return free

    def _picture(self, tag: Tag) -> None:
        """Write a link to a picture, by what its author says is in it."""
        source = HARMFUL.sub("", tag.attributes.get("src", ""))
        if self._open["a"] or BADGE.search(source) or self._in_heading():
            return
        words = HARMFUL.sub("", tag.attributes.get("alt", "")).strip()
        address = self._links.absolute(source)
        said = escape(f"Image: {words}" if words else "Image")
        if address:
            said = f'<a href="{escape(address)}">{said}</a>'
        if address or words:
            self._ink += 1
            self._out.append(said)

    def _in_heading(self) -> bool:
        return any(self._open[name] for name in HEADINGS)


def _id(name: str) -> str:
    return escape(f"readme-{name}")


def _marked(name: str) -> str:
    return f'<span id="{_id(name)}"></span>'


def _slug(words: str) -> str:
    """Return the id that forges give a heading of these words."""
    kept = re.sub(r"[^\w\- ]", "", HARMFUL.sub("", words[:200]).strip().lower())
    return kept.replace(" ", "-")
