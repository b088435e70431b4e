"""Catalogs: what discovery printed, and what is selected for a run."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from scrapers.probes.conformance.messages import is_texts, json_object

type Catalog = dict[str, Any]


def read_catalog(stdout: bytes) -> Catalog | None:
    """Return the catalog that discovery printed, or None where it printed none."""
    said = json_object(stdout)
    return said if said and isinstance(said.get("streams"), list) else None


def streams_of(catalog: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], ...]:
    """Return the streams that are objects, as others can't be judged."""
    said = (catalog or {}).get("streams")
    return (
        tuple(s for s in said if isinstance(s, dict)) if isinstance(said, list) else ()
    )


def name_of(stream: Mapping[str, Any]) -> str:
    """Return the name by which messages speak of a stream of a catalog."""
    name = stream.get("stream") or stream.get("tap_stream_id")
    return name if isinstance(name, str) else ""


def metadata_of(stream: Mapping[str, Any]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """Return a stream's metadata by breadcrumb; what has no known shape is left out."""
    said = stream.get("metadata")
    entries = said if isinstance(said, list) else []
    return {
        tuple(entry["breadcrumb"]): entry["metadata"]
        for entry in entries
        if isinstance(entry, dict)
        and is_texts(entry.get("breadcrumb"))
        and isinstance(entry.get("metadata"), dict)
    }


def keys_of(stream: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the key properties: metadata's word first, then the older one beside it."""
    root = metadata_of(stream).get((), {})
    for said in (
        root.get("table-key-properties"),
        root.get("view-key-properties"),
        stream.get("key_properties"),
    ):
        if is_texts(said):
            return tuple(said)
    return ()


def inclusions_of(stream: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """Return what is said of inclusion, by breadcrumb."""
    return {
        breadcrumb: metadata["inclusion"]
        for breadcrumb, metadata in metadata_of(stream).items()
        if "inclusion" in metadata
    }


def key_inclusions_of(stream: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of the inclusion of each key of which anything is said."""
    said = inclusions_of(stream)
    paths = {key: ("properties", key) for key in keys_of(stream)}
    return {key: said[path] for key, path in paths.items() if path in said}


def replication_of(stream: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the replication method and key that a stream names, None where it does not."""
    root = metadata_of(stream).get((), {})
    method = (
        root.get("forced-replication-method")
        or root.get("replication-method")
        or stream.get("replication_method")
    )
    valid = root.get("valid-replication-keys")
    first = valid[0] if isinstance(valid, list) and valid else None
    return method, root.get("replication-key") or stream.get("replication_key") or first


def selected(
    catalog: Mapping[str, Any],
    wanted: Callable[[Mapping[str, Any], str], bool] = lambda _stream, _field: True,
) -> Catalog:
    """Return a catalog with everything selected that is `wanted`: (stream, field or "").

    Both the metadata and the older mark inside the schema are set.
    Source: Singer SYNC_MODE.md, Stream/Field Selection and Legacy Selection.
    """
    made: Catalog = deepcopy(dict(catalog))
    for stream in streams_of(made):
        _select(stream, wanted)  # type: ignore[arg-type]  # a copy of our own
    return made


def _select(
    stream: dict[str, Any], wanted: Callable[[Mapping[str, Any], str], bool]
) -> None:
    entries = stream.setdefault("metadata", [])
    if not isinstance(entries, list):
        return
    schema = stream.get("schema")
    stream["selected"] = wanted(stream, "")
    if isinstance(schema, dict):
        schema["selected"] = stream["selected"]
    if () not in metadata_of(stream):
        entries.append({"breadcrumb": [], "metadata": {}})
    method, key = replication_of(stream)
    for breadcrumb, metadata in _fields(stream):
        if len(breadcrumb) in (0, 2):
            name = breadcrumb[1] if breadcrumb else ""
            metadata["selected"] = wanted(stream, name)
        if not breadcrumb and method and key:
            metadata.setdefault("replication-method", method)
            metadata.setdefault("replication-key", key)


def _fields(
    stream: dict[str, Any],
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for breadcrumb, metadata in metadata_of(stream).items():
        if isinstance(metadata, dict):
            yield breadcrumb, metadata
