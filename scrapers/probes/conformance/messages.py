"""Singer messages out of what a process printed, line by line.

Lines that can't be taken are kept with the reason, since that is what a check asks for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeIs

TYPES = frozenset({"SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION", "BATCH"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the number of its line from 1, its type in upper case, its body."""

    line: int
    type: str
    body: dict[str, Any]

    @property
    def stream(self) -> str:
        """Return the stream it is about, or nothing where it names none."""
        name = self.body.get("stream")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no message, and why."""

    line: int
    reason: str


class _Doubtful(ValueError):
    """JSON that Python reads and RFC 8259 forbids or leaves open."""


@lru_cache(maxsize=64)
def read_messages(stdout: bytes) -> tuple[Message | BadLine, ...]:
    """Return what every line is, blank ones left out.

    A type is taken in any case. Source: Singer SPEC.md, Output: "interpreted
    case-insensitively".
    """
    return tuple(_read(stdout))


def messages(stdout: bytes, *types: str) -> tuple[Message, ...]:
    """Return the messages of these types in order, or of all."""
    read = read_messages(stdout)
    wanted = [one for one in read if isinstance(one, Message)]
    return tuple(m for m in wanted if not types or m.type in types)


def bad_lines(stdout: bytes) -> tuple[BadLine, ...]:
    """Return the lines that are no message."""
    return tuple(one for one in read_messages(stdout) if isinstance(one, BadLine))


def strict_json(text: bytes) -> Any:
    """Return the value of a JSON text.

    Raises ValueError where it is none: also for NaN, Infinity, a repeated key, bytes that
    are not UTF-8, and nesting too deep to be read.
    """
    try:
        decoded = text.decode("utf-8")
        return json.loads(
            decoded, object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def json_object(text: bytes) -> dict[str, Any] | None:
    """Return the object that a JSON text is, or None where it is none."""
    try:
        said = strict_json(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def is_texts(said: Any) -> TypeIs[list[str]]:
    """Say whether this is a list of nothing but texts."""
    return isinstance(said, list) and all(isinstance(one, str) for one in said)


def texts_in(said: Any) -> list[str]:
    """Return the texts of what should be a list of them, none where it is no list."""
    return [t for t in said if isinstance(t, str)] if isinstance(said, list) else []


def doubtful_json(text: bytes) -> str:
    """Return what is wrong with JSON that most parsers take nonetheless, or nothing."""
    try:
        strict_json(text)
    except _Doubtful as error:
        return str(error)
    except ValueError:
        return ""
    return ""


def _read(stdout: bytes) -> Iterator[Message | BadLine]:
    # Only "\n" ends a message: a text may hold U+2028 and what else splits lines.
    for number, text in enumerate(stdout.split(b"\n"), start=1):
        if text.strip():
            yield _one(number, text)


def _one(number: int, text: bytes) -> Message | BadLine:
    try:
        body = _lenient(text)
    except ValueError as error:
        return BadLine(number, f"it is no JSON: {error}")
    if not isinstance(body, dict):
        return BadLine(number, "it is JSON, but no object")
    kind = body.get("type")
    if not isinstance(kind, str):
        return BadLine(number, 'it has no "type"')
    return Message(number, kind.upper(), body)


def _lenient(text: bytes) -> Any:
    try:
        return strict_json(text)
    except _Doubtful:
        return json.loads(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Doubtful(f"the key {twice!r} is there twice")
    return value


def _no_constant(word: str) -> Any:
    raise _Doubtful(f"{word} is no JSON")
