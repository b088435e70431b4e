"""What a catalog says of its streams beside their schemas."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.catalogs import keys_of, metadata_of, replication_of
from scrapers.probes.conformance.check import Level, checks_of, declare
from scrapers.probes.conformance.discovery import Stream, each_stream
from scrapers.probes.conformance.recording import Kind
from scrapers.probes.conformance.schemas import properties_of

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("discover",)
INCLUSIONS = ("available", "automatic", "unsupported")
METHODS = ("INCREMENTAL", "FULL_TABLE", "LOG_BASED")


@declare(
    "D04",
    spec=spec.METADATA,
    remedy='Write metadata as [{"breadcrumb": [...], "metadata": {...}}].',
    kind=TAP,
    after=RUN,
)
@each_stream
def metadata_has_its_shape(stream: Stream) -> Iterator[str]:
    """Metadata is a list of breadcrumbs with metadata."""
    said = stream.get("metadata", [])
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
@each_stream
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
@each_stream
def inclusions_are_known(stream: Stream) -> Iterator[str]:
    """inclusion is one of available, automatic, unsupported."""
    for breadcrumb, metadata in metadata_of(stream).items():
        word = metadata.get("inclusion", INCLUSIONS[0])
        if word not in INCLUSIONS:
            yield f"{'/'.join(breadcrumb)!r} has {word!r}"


@declare(
    "D04f",
    spec=spec.METADATA,
    remedy="Write one entry for each node.",
    kind=TAP,
    after=RUN,
)
@each_stream
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
@each_stream
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
@each_stream
def methods_are_known(stream: Stream) -> Iterator[str]:
    """The replication method is one of INCREMENTAL, FULL_TABLE, LOG_BASED."""
    method, _ = replication_of(stream)
    if method not in (None, *METHODS):
        yield f"{method!r} is no replication method"


@declare(
    "D06b",
    spec=spec.METADATA,
    remedy="Name only top-level properties as replication keys.",
    kind=TAP,
    after=RUN,
)
@each_stream
def replication_keys_are_in_the_schema(stream: Stream) -> Iterator[str]:
    """Replication keys are in the schema."""
    _, key = replication_of(stream)
    known = properties_of(stream.get("schema"))
    if key is not None and (not isinstance(key, str) or key not in known):
        yield f"{key!r} is no property"


@declare(
    "D06c",
    spec=spec.REPLICATION,
    remedy="Name the replication key, or say FULL_TABLE.",
    kind=TAP,
    after=RUN,
)
@each_stream
def incremental_streams_have_a_key(stream: Stream) -> Iterator[str]:
    """A stream that is INCREMENTAL names its replication key."""
    method, key = replication_of(stream)
    if method == "INCREMENTAL" and key is None:
        yield "it is INCREMENTAL and names no replication key"


@declare(
    "D08",
    level=SHOULD,
    spec=spec.SELECTION,
    remedy='Mark key properties as inclusion "automatic".',
    kind=TAP,
    after=RUN,
)
@each_stream
def keys_are_automatic(stream: Stream) -> Iterator[str]:
    """Key properties are always included."""
    metadata = metadata_of(stream)
    for key in keys_of(stream):
        word = metadata.get(("properties", key), {}).get("inclusion")
        if word not in (None, "automatic"):
            yield f"the key {key!r} is {word!r}"


def _crumb(entry: Any) -> str:
    return repr(entry.get("breadcrumb") if isinstance(entry, dict) else entry)


def _leads(schema: Any, breadcrumb: tuple[str, ...]) -> bool:
    node = schema
    for part in breadcrumb:
        node = node.get(part) if isinstance(node, dict) else None
    return node is not None


CHECKS = checks_of(globals())
