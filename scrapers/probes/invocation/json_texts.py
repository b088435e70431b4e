"""Read JSON that a stranger's program printed, and make any JSON fit to be kept.

A number that is no number, a text that is half a character, a tree of a thousand levels:
all are valid to one reader of JSON and end another.
"""

import json
import re
from typing import Any

from registry.texts import tidied

TEXT_LIMIT = 4000
NAME_LIMIT = 200
DEPTH_LIMIT = 40
ITEMS_LIMIT = 5000
# What PostgreSQL and every reader of JSON take as an integer.
INTEGER_BITS = 63
# So many lines of a log are looked at for what follows them.
OBJECTS_LIMIT = 100
# Some begin what they print with a byte order mark.
BOM = "\ufeff"
BEGIN = re.compile(rf"^{BOM}?\{{", re.MULTILINE)
# A text of digits longer than this is no integer of anybody's, and slow to read.
DIGITS_LIMIT = 30


class NotJson(Exception):
    """A text is no JSON value; the message says why."""


def parsed(text: str) -> Any:
    """Return the JSON value that `text` is. Raises NotJson."""
    try:
        return _decoder().decode(text)
    except (ValueError, RecursionError) as error:
        raise NotJson(_reason(error)) from error


def found(text: str, *keys: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the first object with one of these keys that begins a line, and if it is alone.

    What stands before it may be a log, whose lines may be objects as well.
    """
    end = 0
    for _ in range(OBJECTS_LIMIT):
        match = BEGIN.search(text, end)
        if match is None:
            break
        start = end = match.end() - 1
        try:
            value, end = _decoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            end += 1
            continue
        if value.keys() & set(keys):
            return value, not text[:start].strip() and not text[end:].strip()
    return None, False


def cleaned(value: Any, *, text_limit: int = TEXT_LIMIT) -> Any:
    """Return only what can be kept of a JSON value: texts tidied, trees and lists cut."""
    return _cleaned(value, text_limit, 0)


def text_of(value: Any, limit: int = NAME_LIMIT) -> str:
    """Return a tidied text of at most `limit` bytes, and "" for what is no text."""
    return tidied(value, what="", limit=limit)[0] if isinstance(value, str) else ""


def texts_of(value: Any, limit: int = NAME_LIMIT) -> tuple[str, ...]:
    """Return the texts of a list, each once and in its order; none for what is no list."""
    said = value if isinstance(value, list | tuple) else ()
    read = [text_of(one, limit) for one in said[:ITEMS_LIMIT]]
    return tuple(dict.fromkeys(one for one in read if one))


def mapping_of(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any, limit: int = ITEMS_LIMIT) -> list[Any]:
    """Return at most `limit` members of a list, and none for anything else."""
    return value[:limit] if isinstance(value, list) else []


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_constant=lambda _: None, parse_int=_integer, parse_float=_decimal
    )


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= DIGITS_LIMIT else None


def _decimal(digits: str) -> float | None:
    number = float(digits)
    return number if number - number == 0 else None


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}"
    return (
        "it is nested too deeply" if isinstance(error, RecursionError) else "bad JSON"
    )


def _cleaned(value: Any, text_limit: int, depth: int) -> Any:
    if isinstance(value, str):
        return text_of(value, text_limit)
    if isinstance(value, dict) and depth < DEPTH_LIMIT:
        return {
            text_of(key): _cleaned(inner, text_limit, depth + 1)
            for key, inner in list(value.items())[:ITEMS_LIMIT]
            if isinstance(key, str)
        }
    if isinstance(value, list) and depth < DEPTH_LIMIT:
        return [_cleaned(one, text_limit, depth + 1) for one in value[:ITEMS_LIMIT]]
    return value if _is_number(value) else None


def _is_number(value: Any) -> bool:
    """Say whether a value is a yes or no, or a number that every reader of JSON takes."""
    if isinstance(value, float):
        return value - value == 0
    return isinstance(value, int) and value.bit_length() <= INTEGER_BITS
