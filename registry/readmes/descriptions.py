"""A description as HTML that is safe to show: some sentences, with links, code and lists.

Definitions hold a few words of Markdown for each setting, and a page has hundreds of settings:
so no parser reads them but one expression, which never goes back over what it has read. What it
knows is written anew. Whatever else was typed is shown as it was typed, HTML as well, and the
gate of READMEs has the last word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from registry.readmes.cleaning import ADDRESS, HARMFUL
from registry.readmes.gate import let_through
from registry.readmes.links import Links

# Longer than any that was written for people; more is shown as it was typed.
LENGTH_LIMIT = 5000
# Without one of these there is nothing to be marked up.
MARKUP = re.compile(r"[`*\n]|\b_|_\b|\]\(|://|^[-+\d#]")
FENCE = re.compile(r"\s*```")
# A heading has no place within a table: its words stand out, and that is all.
MARK = re.compile(r"\s*(?:(?P<ul>[-*+])|(?P<ol>\d{1,3})[.)]|(?P<strong>#{1,6}))\s+")
LISTS = frozenset({"ul", "ol"})
INLINE = re.compile(
    rf"""
    ``(?P<codes>(?:[^`]|`(?!`))++)``
    | `(?P<code>[^`]++)`
    | (?P<picture>!?)\[(?P<words>[^\[\]]*+)\]
      \(\s*+(?P<href>[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+)(?:\s++"[^"]*+")?+\s*+\)
    | <a\s(?:(?!href)[^<>])*+href\s*+=\s*+[\\"']*+(?P<target>[^\s\\"'<>]++)[^<>]*+>
      (?P<said>[^<]*+)</a\s*+>
    | <(?P<enclosed>https?://[^\s<>]++)>
    | \*\*(?=\S)(?P<bold>[^*]++)(?<=\S)\*\*
    | (?<![\w*])\*(?=[\w`\[("'])(?P<starred>[^*]++)(?<=\S)\*(?![\w*])
    | (?<!\w)_(?=[^\W_])(?P<underlined>[^_]++)(?<=\S)_(?!\w)
    | (?P<bare>{ADDRESS.pattern})
    """,
    re.VERBOSE,
)
WEB = Links()


@dataclass(slots=True)
class _Block:
    """A paragraph, a list or code: its element, and the texts that it is made of."""

    element: str
    texts: list[str] = field(default_factory=list)
    first: str = ""

    def takes(self, element: str, words: str, *, is_open: bool) -> bool:
        """Add what the next line says, if it is a part of this; say whether it is.

        A line without a mark goes on with what no blank line ended; items may stand apart.
        """
        if element == self.element and (is_open or element in LISTS):
            self.texts.append(words)
        elif element == "p" and is_open and self.element in LISTS:
            self.texts[-1] += f" {words}"
        else:
            return False
        return True


def described(text: str) -> str:
    """Return a description's HTML; no paragraph is written around a single one."""
    said = HARMFUL.sub("", text).strip()
    if len(said) > LENGTH_LIMIT or not MARKUP.search(said):
        return escape(said)
    blocks = [one for one in _blocks(said) if one.texts]
    if [one.element for one in blocks] == ["p"]:
        return let_through(_inline(" ".join(blocks[0].texts)))
    return let_through("".join(map(_written, blocks)))


def _blocks(text: str) -> Iterator[_Block]:
    """Yield what the lines come to."""
    block = _Block("")
    is_code = is_open = False
    for line in text.splitlines():
        if FENCE.match(line):
            is_code, is_open = not is_code, False
            continue
        if not is_code and not line.strip():
            is_open = False
            continue
        element, words, mark = ("pre", line, "") if is_code else _read(line)
        if not block.takes(element, words, is_open=is_open):
            yield block
            block = _Block(element, [words], mark)
        is_open = element != "strong"
    yield block


def _read(line: str) -> tuple[str, str, str]:
    """Return the element that a line is of, its words, and what it began with."""
    mark = MARK.match(line)
    if mark is None:
        return "p", line.strip(), ""
    return str(mark.lastgroup), line[mark.end() :].strip(), mark["ol"] or ""


def _written(block: _Block) -> str:
    """Return the HTML of a block."""
    match block.element:
        case "pre":
            return f"<pre><code>{escape('\n'.join(block.texts))}</code></pre>"
        case "ul" | "ol":
            items = "".join(f"<li>{_inline(one)}</li>" for one in block.texts)
            start = f' start="{block.first}"' if block.first not in {"", "1"} else ""
            return f"<{block.element}{start}>{items}</{block.element}>"
        case "strong":
            return f"<p><strong>{_inline(block.texts[0])}</strong></p>"
    return f"<p>{_inline(' '.join(block.texts))}</p>"


def _inline(text: str) -> str:
    """Return the HTML of words with code, emphasis and links among them."""
    out: list[str] = []
    last = 0
    for found in INLINE.finditer(text):
        out += escape(text[last : found.start()]), _element(found)
        last = found.end()
    return "".join([*out, escape(text[last:])])


def _element(found: re.Match[str]) -> str:
    """Return the HTML of one piece of markup."""
    match found.lastgroup:
        case "code" | "codes":
            return f"<code>{escape((found['code'] or found['codes']).strip())}</code>"
        case "bold":
            return f"<strong>{_inline(found['bold'])}</strong>"
        case "starred" | "underlined":
            return f"<em>{_inline(found['starred'] or found['underlined'])}</em>"
        case "said":
            return _linked(found["said"], found["target"])
        case "href":
            words = found["words"].strip()
            if found["picture"]:
                words = f"Image: {words}" if words else "Image"
            return _linked(words, found["href"])
    address = found["enclosed"] or found["bare"]
    return _linked(address, address)


def _linked(words: str, href: str) -> str:
    """Return words that lead to the web, or the words alone where it is no such address."""
    address = WEB.absolute(href)
    said = re.sub("`([^`]+)`", r"<code>\1</code>", escape(words or address))
    return f'<a href="{escape(address)}">{said}</a>' if address else said
