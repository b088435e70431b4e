"""A README as HTML that is safe to show: pure, bounded in time, the same for the same text.

What a stranger wrote passes three gates. `written` turns Markdown or reStructuredText into
HTML and reads nothing but the text itself; `cleaning` writes anew the elements that we know,
with the attributes that we give them; nh3 parses what came of it as a browser does and lets
through what is listed, should the second gate ever let pass what it should not. A text that
is too much for the first is shown as it was typed.
"""

import hashlib
from dataclasses import dataclass
from html import escape

from registry.readmes.cleaning import cleaned
from registry.readmes.gate import let_through
from registry.readmes.links import Links
from registry.readmes.texts import Form, ReadmeText, readme_of
from registry.readmes.written import written

# Raising it has every README made again when its source is judged the next time.
RULES = 2
# What a README of the largest size that is kept may come to, as HTML.
HTML_LIMIT = 1_000_000

__all__ = ["Form", "Readme", "ReadmeText", "readme_of"]


@dataclass(frozen=True, slots=True)
class Readme:
    """A text, and the address of the repository that its relative links are in ("")."""

    text: ReadmeText
    repo: str

    @property
    def digest(self) -> str:
        """Return the digest of all that the HTML follows from."""
        parts = (
            str(RULES),
            self.text.form,
            self.repo,
            self.text.folder,
            self.text.text,
        )
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

    def html(self) -> str:
        """Return the HTML: headings from h3 on, ids that begin with `readme-`."""
        links = Links.within(self.repo, self.text.folder)
        raw = written(self.text.text, self.text.form, limit=HTML_LIMIT)
        html = let_through(cleaned(raw, links)) if raw is not None else ""
        if raw is None or len(html) > HTML_LIMIT:
            html = let_through(cleaned(f"<pre>{escape(self.text.text)}</pre>", links))
        return html
