"""The record of a try, as JSON: one release of a package on one Python.

Texts are what foreign code printed: made UTF-8, cut, and without NUL, which neither JSON
columns nor terminals take. Nothing in them is to be believed.
"""

from collections.abc import Iterable, Sequence
from email.message import Message
from functools import lru_cache
from pathlib import Path
from typing import Any

from sandbox.installing import Chosen
from sandbox.invoking import Outcome
from sandbox.wheels import UnfitWheel, parse_metadata, read_metadata

type Json = dict[str, Any]

LAYOUT = 4
# Of most outputs; the beginning says what was asked, the end why it failed.
HEAD_CHARS = 4_000
TAIL_CHARS = 12_000
# Of these the whole is evidence.
WHOLE = {"about", "discover", "discover-config"}
FIELD_CHARS = 2_000
LICENSE_CHARS = 200
ROWS_LIMIT = 200


def empty_record(spec: str, python: str) -> Json:
    """Return the record of a try of which nothing is known yet."""
    return {
        "layout": LAYOUT,
        "spec": spec,
        "name": "",
        "version": "",
        "python": python,
        "interpreter": "",
        "platform": "",
        "level": "",
        "rescue": "",
        "steps": [],
        "packages": [],
        "lock": "",
        "executables": [],
        "metadata": {},
        "static": {},
    }


def step(outcome: Outcome) -> Json:
    """Return an outcome as a step of a record."""
    is_whole = outcome.name in WHOLE
    return {
        "name": outcome.name,
        "args": list(outcome.args),
        "config": outcome.config,
        "ending": str(outcome.ending),
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "stdout": text(outcome.stdout) if is_whole else cut(text(outcome.stdout)),
        "stdout_bytes": outcome.stdout_bytes,
        "stderr": cut(text(outcome.stderr)),
        "stderr_bytes": outcome.stderr_bytes,
        "seconds": round(outcome.seconds, 4),
        "cpu_seconds": round(outcome.cpu_seconds, 4),
        "peak_bytes": outcome.peak_bytes,
    }


def text(content: bytes) -> str:
    """Return bytes as text that can be kept: no NUL, and UTF-8 with replacements."""
    return content.decode("utf-8", "replace").replace("\0", "\ufffd")


def cut(said: str) -> str:
    """Return the beginning and the end of a long text."""
    if len(said) <= HEAD_CHARS + TAIL_CHARS:
        return said
    left = len(said) - HEAD_CHARS - TAIL_CHARS
    return f"{said[:HEAD_CHARS]}\n… {left} characters …\n{said[-TAIL_CHARS:]}"


def package_rows(chosen: Sequence[Chosen]) -> list[Json]:
    """Return the packages of a lock, sorted by name.

    `filename` is the index's; `wheel` is what was built of it, "" where it is one.
    """
    return [
        {
            "name": one.name,
            "version": one.version,
            "filename": one.filename,
            "sha256": one.sha256,
            "size_bytes": one.size_bytes,
            "built": one.is_built,
            "wheel": one.wheel.name if one.is_built else "",
            "license": _license(one.wheel),
        }
        for one in sorted(chosen, key=lambda one: one.name)
    ]


def metadata_of(wheel: Path) -> Json:
    """Return what the record keeps of a wheel's core metadata."""
    said = _metadata(wheel)
    return {
        "requires_python": _field(said, "Requires-Python"),
        "license": _field(said, "License"),
        "license_expression": _field(said, "License-Expression"),
        "summary": _field(said, "Summary"),
        "requires_dist": _rows(said.get_all("Requires-Dist") or ()),
        "classifiers": _rows(said.get_all("Classifier") or ()),
    }


def license_of(said: Message) -> str:
    """Return the license in core metadata: the expression, the short word, a classifier."""
    if expression := _field(said, "License-Expression"):
        return expression[:LICENSE_CHARS]
    named = _field(said, "License")
    # Some put the whole text there, and old tools the word for nothing.
    if (
        named not in {"", "UNKNOWN"}
        and "\n" not in named
        and len(named) <= LICENSE_CHARS
    ):
        return named
    mark = "License :: "
    found = [
        row for row in _rows(said.get_all("Classifier") or ()) if row.startswith(mark)
    ]
    return found[0].rpartition(" :: ")[2][:LICENSE_CHARS] if found else ""


@lru_cache(maxsize=4_096)
def _license(wheel: Path) -> str:
    # The same few wheels are below most connectors.
    return license_of(_metadata(wheel))


def _metadata(wheel: Path) -> Message:
    try:
        return parse_metadata(read_metadata(wheel))
    except UnfitWheel:
        return Message()


def _field(said: Message, name: str) -> str:
    return _clean(said.get(name, ""))[:FIELD_CHARS]


def _rows(said: Iterable[Any]) -> list[str]:
    return [_clean(row)[:FIELD_CHARS] for row in list(said)[:ROWS_LIMIT]]


def _clean(value: Any) -> str:
    return text(str(value).encode("utf-8", "replace")).strip()
