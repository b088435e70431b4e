"""The streams a classic tap has schemas for: `schemas/<stream>.json` in its package."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath

from registry.facts import Json


def is_schema(path: str) -> bool:
    """Say whether a file is a stream's schema: shared parts stand a folder deeper."""
    place = PurePosixPath(path)
    return place.suffix == ".json" and place.parent.name == "schemas"


def read_streams(files: Mapping[str, str]) -> list[Json] | None:
    """Return the streams as a catalog lists them; None where there is no schema."""
    streams: dict[str, Json] = {}
    for path in filter(is_schema, files):
        name = PurePosixPath(path).stem
        try:
            schema = json.loads(files[path])
        except (ValueError, RecursionError):
            continue
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
            streams[name] = {"tap_stream_id": name, "stream": name, "schema": schema}
    return list(streams.values()) or None
