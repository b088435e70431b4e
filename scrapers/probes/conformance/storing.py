"""A recording as it is kept, so that other rules can judge it later without a run.

It is JSON, packed: what targets wrote is the same text over and over, and ten megabytes of
it take a hundred kilobytes. Bytes of outputs are kept as characters of the same numbers.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from scrapers.probes.conformance.recording import (
    Ending,
    Kind,
    Output,
    RecordedRun,
    Recording,
    Table,
)

# What is packed tighter than any recording was made to be read as something else.
UNPACKED_BYTES = 128 << 20
# What bytes that are none lead to.
UNFIT = (
    zlib.error, ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
OUTPUTS = ("stdout", "stderr")
BYTES = "latin-1"


class NoRecording(ValueError):
    """This is no packed recording."""


def packed(recording: Recording, head: Mapping[str, Any]) -> bytes:
    """Return a recording as bytes, of which `unpacked` makes an equal one.

    `head` is JSON of how it was made. Raises RecursionError where what it holds is nested too
    deeply for JSON.
    """
    said = asdict(recording)
    for run in said["runs"].values():
        run |= {name: run[name].decode(BYTES) for name in OUTPUTS}
    text = json.dumps({"head": head, "recording": said}, separators=(",", ":"))
    return zlib.compress(text.encode())


def unpacked(content: bytes) -> tuple[Recording, dict[str, Any]]:
    """Return the recording in bytes that `packed` made, and its head.

    Raises NoRecording for any other bytes.
    """
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(content, UNPACKED_BYTES)
        if not unpacking.eof:
            raise NoRecording("It has no end, or unpacks to more than a recording.")
        said = json.loads(text)
        return _recording(said["recording"]), dict(said["head"])
    except UNFIT as error:
        raise NoRecording(str(error)) from error


def _recording(said: Mapping[str, Any]) -> Recording:
    return Recording(
        **{
            **said,
            "kind": Kind(said["kind"]),
            "runs": {name: _run(run) for name, run in said["runs"].items()},
            "secrets": tuple(said["secrets"]),
        }
    )


def _run(said: Mapping[str, Any]) -> RecordedRun:
    return RecordedRun(
        **{
            **said,
            **{name: said[name].encode(BYTES) for name in OUTPUTS},
            "args": tuple(said["args"]),
            "ending": Ending(said["ending"]),
            "output": _output(said["output"]),
        }
    )


def _output(said: Mapping[str, Any]) -> Output:
    lists = {name: tuple(said[name]) for name in ("files", "escaped", "leaks")}
    tables = tuple(
        Table(**{**one, "rows": tuple(one["rows"])}) for one in said["tables"]
    )
    return Output(**{**said, **lists, "tables": tables})
