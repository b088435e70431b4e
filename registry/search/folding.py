"""Text as search compares it: without case, accents, hyphens and marks. Pure.

What is kept and what is typed go through the same function, so nothing depends on the
database's locale or on an extension's dictionary.
"""

import re
import unicodedata

# Letters that Unicode does not take apart, as people without them on the keyboard type them.
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
BETWEEN_WORDS = re.compile(r"[\W_]+")
PREFIXES = ("tap ", "target ")


def fold(text: str) -> str:
    """Return the words of `text`, folded, one space between two."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    # Once more: folding case may make letters that fall apart again.
    apart = unicodedata.normalize("NFKD", apart)
    letters = "".join(c for c in apart if not unicodedata.combining(c))
    return BETWEEN_WORDS.sub(" ", letters.translate(LETTERS)).strip()


def stem_of(folded: str) -> str:
    """Return a folded name without `tap` or `target` before it."""
    for prefix in PREFIXES:
        folded = folded.removeprefix(prefix)
    return folded


def path_of(text: str) -> str:
    """Return a stream's, field's or setting's name as it is compared: case does not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    printable = (" " if unicodedata.category(c).startswith("C") else c for c in plain)
    return unicodedata.normalize("NFKC", "".join(printable)).strip()


def lexeme(text: str) -> str:
    """Return `text` quoted as one lexeme of a tsvector or a tsquery."""
    doubled = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
