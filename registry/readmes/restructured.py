"""HTML of reStructuredText, from the text alone and within a time limit.

The parser is written for one's own documents: some texts of a kilobyte keep it busy for
hours, by substitutions of substitutions or by marks that never end. So substitutions are put
in as plain text, once, and the work is given up when its time is over.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from docutils import nodes
from docutils.core import publish_parts
from docutils.readers import standalone
from docutils.transforms import Transform, references
from docutils.utils import SystemMessage

# Real ones take a tenth of a second.
LIMIT_S = 4.0
SUBSTITUTE_LIMIT = 200
# Levels of docutils: a warning is 2, and 5 is above all of them.
WARNING, NEVER = 2, 5
SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "image_loading": "link",
    "report_level": NEVER,
    "warning_stream": False,
    "traceback": True,
    "syntax_highlight": "none",
    # A picture may stand in one line; of longer ones nothing at all would be shown.
    "line_length_limit": 1_000_000,
    "math_output": "LaTeX",
    "embed_stylesheet": False,
    "stylesheet_path": None,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "sectsubtitle_xform": False,
    "toc_backlinks": False,
    "footnote_backlinks": False,
}
# What its parser and writer are known to end with on texts that nobody would write.
FAILURES = (
    SystemMessage, RecursionError, TimeoutError, ValueError, LookupError, TypeError,
    AttributeError, AssertionError, NotImplementedError, OverflowError,
)  # fmt: skip


def restructured(text: str, *, is_strict: bool) -> str | None:
    """Return the HTML of a text; None where it has mistakes (if strict) or can't be read."""
    settings = SETTINGS | {"halt_level": WARNING if is_strict else NEVER}
    try:
        with _within(LIMIT_S):
            parts = publish_parts(
                text, reader=_Reader(), writer="html5", settings_overrides=settings
            )
    except FAILURES:
        return None
    return str(parts["body"])


@contextmanager
def _within(limit_s: float) -> Iterator[None]:
    """End what runs in this block, and in this thread, with TimeoutError after its time.

    Every call of a Python function looks at the clock: neither a signal, which only the
    main thread gets, nor another process.
    """
    end = time.monotonic() + limit_s

    def look(frame: FrameType, _event: str, _argument: Any) -> None:
        # What others do in between, as when garbage is collected, swallows it; and who has
        # raised once is not called again.
        if time.monotonic() > end and _is_of_docutils(frame):
            raise TimeoutError

    before: Callable[..., Any] | None = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


def _is_of_docutils(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("docutils")


class _PlainSubstitutions(Transform):
    """Puts the first words of its definition in the place of each `|name|`."""

    default_priority = references.Substitutions.default_priority

    def apply(self) -> None:
        """Replace every reference; what is defined nowhere stays as it was typed."""
        defined = {
            # A picture put in so is a badge.
            name.lower(): "" if next(node.findall(nodes.image), None) else node.astext()
            for name, node in self.document.substitution_defs.items()
        }
        for node in list(self.document.findall(nodes.substitution_reference)):
            words = defined.get(node["refname"].lower(), node.rawsource)
            node.parent.replace(node, nodes.Text(words[:SUBSTITUTE_LIMIT]))


# Generic to type checkers alone.
class _Reader(standalone.Reader):  # type: ignore[type-arg]
    """Reads one text, with plain substitutions."""

    def get_transforms(self) -> list[type[Transform]]:
        """Return the usual transforms but for that of substitutions."""
        usual = super().get_transforms()
        return [
            _PlainSubstitutions if one is references.Substitutions else one
            for one in usual
        ]
