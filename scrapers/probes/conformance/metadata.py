"""What a catalog says of its streams beside their schemas."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.catalogs import (
    inclusions_of,
    key_inclusions_of,
    keys_of,
    metadata_of,
    replication_of,
)
from scrapers.probes.conformance.check import Level, checks_of, declare
from scrapers.probes.conformance.discovery import (
    Stream,
    each_stream,
    each_stream_with,
)
from scrapers.probes.conformance.recording import Kind
from scrapers.probes.conformance.schemas import properties_of
from scrapers.probes.invocation.json_texts import mapping_of
from scrapers.probes.invocation.schemas import alternatives, merged

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("discover",)
INCLUSIONS = ("available", "automatic", "unsupported")
METHODS = ("INCREMENTAL", "FULL_TABLE", "LOG_BASED")
# Schemas that lead into themselves would have more ways at each step.
NODES_LIMIT = 50
BARE, KEYLESS = "No stream has metadata.", "No stream names a key."


@declare(
    "D04",
    spec=spec.METADATA,
    remedy='Write metadata as [{"breadcrumb": [...], "metadata": {...}}].',
    kind=TAP,
    after=RUN,
)
@each_stream_with(lambda s: "metadata" in s, BARE)
def metadata_has_its_shape(stream: Stream) -> Iterator[str]:
    """Metadata is a list of breadcrumbs with metadata."""
    said = stream["metadata"]
    if not isinstance(said, list):
        yield "its metadata is no list"
    elif len(metadata_of(stream)) < len({_crumb(e) for e in said}):
        yield "an entry of its metadata lacks breadcrumb or metadata"


@declare(
    "D04c",
    level=SHOULD,
    spec=spec.METADATA,
    remedy="Add an entry with an empty breadcrumb, where selection is written.",
    kind=TAP,
    after=RUN,
)
@each_stream
def metadata_has_a_root(stream: Stream) -> Iterator[str]:
    """Metadata speaks of the stream itself."""
    if () not in metadata_of(stream):
        yield "no entry of its metadata has an empty breadcrumb"


@declare(
    "D04d",
    spec=spec.METADATA,
    remedy="Write breadcrumbs as paths into the schema, properties included.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(metadata_of, BARE)
def breadcrumbs_lead_somewhere(stream: Stream) -> Iterator[str]:
    """Every breadcrumb leads to a node of the schema."""
    for breadcrumb in metadata_of(stream):
        if not _leads(stream.get("schema"), breadcrumb):
            yield f"nothing is at {'/'.join(breadcrumb)!r}"


@declare(
    "D04e",
    spec=spec.METADATA,
    remedy="Use one of the three words.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(inclusions_of, "No metadata has an inclusion.")
def inclusions_are_known(stream: Stream) -> Iterator[str]:
    """inclusion is one of available, automatic, unsupported."""
    for breadcrumb, word in inclusions_of(stream).items():
        if word not in INCLUSIONS:
            yield f"{'/'.join(breadcrumb)!r} has {word!r}"


@declare(
    "D04f",
    spec=spec.METADATA,
    remedy="Write one entry for each node.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(lambda s: s.get("metadata"), BARE)
def breadcrumbs_are_unique(stream: Stream) -> Iterator[str]:
    """No breadcrumb is there twice."""
    said = stream.get("metadata")
    crumbs = Counter(map(_crumb, said if isinstance(said, list) else []))
    yield from (f"{c} is there {n} times" for c, n in crumbs.items() if n > 1)


@declare(
    "D05",
    spec=spec.SCHEMA,
    remedy="Name only top-level properties as keys.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(keys_of, KEYLESS)
def keys_are_in_the_schema(stream: Stream) -> Iterator[str]:
    """Key properties are in the schema."""
    known = properties_of(stream.get("schema"))
    yield from (f"{k!r} is no property" for k in keys_of(stream) if k not in known)


@declare(
    "D06",
    spec=spec.METADATA,
    remedy="Use one of the three words.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(
    lambda s: replication_of(s)[0] is not None, "No stream names a replication method."
)
def methods_are_known(stream: Stream) -> Iterator[str]:
    """The replication method is one of INCREMENTAL, FULL_TABLE, LOG_BASED."""
    method, _ = replication_of(stream)
    if method not in METHODS:
        yield f"{method!r} is no replication method"


@declare(
    "D06b",
    spec=spec.METADATA,
    remedy="Name only top-level properties as replication keys.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(
    lambda s: replication_of(s)[1] is not None, "No stream names a replication key."
)
def replication_keys_are_in_the_schema(stream: Stream) -> Iterator[str]:
    """Replication keys are in the schema."""
    _, key = replication_of(stream)
    known = properties_of(stream.get("schema"))
    if not isinstance(key, str) or key not in known:
        yield f"{key!r} is no property"


@declare(
    "D06c",
    spec=spec.REPLICATION,
    remedy="Name the replication key, or say FULL_TABLE.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(
    lambda s: replication_of(s)[0] == "INCREMENTAL", "No stream is INCREMENTAL."
)
def incremental_streams_have_a_key(stream: Stream) -> Iterator[str]:
    """A stream that is INCREMENTAL names its replication key."""
    if replication_of(stream)[1] is None:
        yield "it is INCREMENTAL and names no replication key"


@declare(
    "D08",
    level=SHOULD,
    spec=spec.SELECTION,
    remedy='Mark key properties as inclusion "automatic".',
    kind=TAP,
    after=RUN,
)
@each_stream_with(key_inclusions_of, "Nothing says of a key whether it is included.")
def keys_are_automatic(stream: Stream) -> Iterator[str]:
    """Key properties are always included."""
    for key, word in key_inclusions_of(stream).items():
        if word != "automatic":
            yield f"the key {key!r} is {word!r}"


def _crumb(entry: Any) -> str:
    return repr(entry.get("breadcrumb") if isinstance(entry, dict) else entry)


def _leads(schema: Any, breadcrumb: tuple[str, ...]) -> bool:
    """Say whether a path leads anywhere, through references and alternatives as well."""
    root = mapping_of(schema)
    nodes: list[Any] = [schema]
    for part in breadcrumb:
        whole = [one for node in nodes for one in _ways(node, root)]
        nodes = [one[part] for one in whole if part in one][:NODES_LIMIT]
    return bool(nodes)


def _ways(node: Any, root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an object of a schema as it stands, and what else it may be or has to be."""
    own = mapping_of(node)
    said = merged(own, root)
    yield from (own, said, *chain(*alternatives(said, root)))


CHECKS = checks_of(globals())
