"""Take HTML apart into texts and tags, in one pass however it is broken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

# What is in a comment is not shown; one without an end goes to the end, as in a browser.
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>", re.DOTALL)
# No part of a tag reaches over a `<`: so no letter is looked at for more than one tag.
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)"
    r"""(?P<rest>(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>"""
)
ATTRIBUTE = re.compile(
    r"""(?P<key>[^\s=/"']++)(?:\s*+=\s*+(?:"(?P<a>[^"]*+)"|'(?P<b>[^']*+)'|(?P<c>[^\s"']++)))?"""
)
WANTED = frozenset({"alt", "colspan", "href", "id", "name", "rowspan", "src", "start"})


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: the first value of each attribute that is wanted."""

    name: str
    is_end: bool
    attributes: dict[str, str] = field(default_factory=dict)


def pieces(html: str) -> Iterator[Tag | str]:
    """Yield the texts, with their entities, and the tags in between."""
    html = COMMENT.sub("", html)
    last = 0
    for match in TAG.finditer(html):
        if match.start() > last:
            yield html[last : match.start()]
        is_end = bool(match["end"])
        said = {} if is_end else _attributes(match["rest"])
        yield Tag(match["name"].lower(), is_end, said)
        last = match.end()
    if last < len(html):
        yield html[last:]


def _attributes(rest: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for match in ATTRIBUTE.finditer(rest):
        key = match["key"].lower()
        if key in WANTED:
            value = match["a"] or match["b"] or match["c"] or ""
            said.setdefault(key, unescape(value))
    return said
