"""HTML of a text in the form that it is written in: not yet fit to be shown."""

from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from registry.readmes.restructured import restructured
from registry.readmes.texts import Form

# Deeper than any list; each level costs a walk over what is in it.
NESTING_LIMIT = 20
# One definition of an address may be used by thousands of links: `[a] [a] [a]`.
ADDRESSES_LIMIT = 250_000
# Attributes of links, and of pictures, that hold an address.
ADDRESSES = ("href", "src")


def written(text: str, form: Form, *, limit: int) -> str | None:
    """Return the HTML of a text, None where it is no such text or comes to too much."""
    if form is Form.MARKDOWN:
        html: str | None = _markdown(text)
    elif form is Form.PLAIN:
        html = f"<pre>{escape(text)}</pre>"
    else:
        html = restructured(text, is_strict=form is Form.UNSAID)
    return html if html is not None and len(html) <= limit else None


def _markdown(text: str) -> str:
    """Return the HTML of Markdown as forges have it, with tables and raw HTML in it."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": NESTING_LIMIT})
    parser.enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    _bound(tokens)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _bound(tokens: list[Token]) -> None:
    """Take titles, and addresses beyond what all of them may come to, off the links."""
    left = ADDRESSES_LIMIT
    for token in (inner for block in tokens for inner in block.children or ()):
        token.attrs.pop("title", None)
        for key in ADDRESSES:
            left -= len(str(token.attrs.get(key, "")))
            if left < 0:
                token.attrs.pop(key, None)
