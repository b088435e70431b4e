"""The streams a tap lists in answer to `--discover`.

Source: the Singer specification, "Discovery Mode"; what clients take is a catalog that is
the whole of stdout.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.facts import Finding, Json
from registry.tried import Answer, Cause, Stream
from registry.tried.offers import FIELDS_KEPT, STREAMS_KEPT
from registry.vocabulary import Severity
from scrapers.probes.invocation.json_texts import (
    BOM,
    NotJson,
    cleaned,
    found,
    list_of,
    mapping_of,
    parsed,
    text_of,
    texts_of,
)
from scrapers.probes.invocation.record import Step
from scrapers.probes.invocation.schemas import format_of, merged, types_of

SCHEMA_LIMIT = 32 * 1024
# All schemas of a catalog that are kept; later streams keep their fields.
SCHEMAS_LIMIT = 1024 * 1024
METHODS = ("INCREMENTAL", "FULL_TABLE", "LOG_BASED")
MESSAGES = frozenset({"SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION", "BATCH"})
LINES_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What `--discover` printed: streams, or the cause why there are none."""

    streams: tuple[Stream, ...] | None = None
    cause: Cause | None = None
    findings: tuple[Finding, ...] = field(default=())


def catalog_of(step: Step) -> Catalog:
    """Return the streams of a `--discover` that ended well."""
    try:
        catalog = parsed(step.stdout)
    except NotJson as error:
        return Catalog(cause=_no_catalog(step.stdout, str(error)))
    if _is_message(catalog):
        return Catalog(cause=_syncs())
    if not isinstance(catalog, dict) or not isinstance(catalog.get("streams"), list):
        return Catalog(cause=_cause("what it prints has no list of `streams`"))
    return streams_of(catalog["streams"])


def streams_of(listed: list[Any]) -> Catalog:
    """Return the streams of a list as a catalog has it, and what is wrong with them."""
    streams: dict[str, Stream] = {}
    findings: list[Finding] = []
    room = SCHEMAS_LIMIT
    for said in listed:
        if len(streams) == STREAMS_KEPT:
            told = f"It lists {len(listed):,} streams; {STREAMS_KEPT:,} are kept."
            # Of many findings the first are kept, too.
            findings.insert(0, _warning(told))
            break
        stream = _stream(mapping_of(said), room)
        room -= _size(stream.schema)
        if not stream.id:
            findings.append(_warning("A stream has no `tap_stream_id`."))
        elif stream.id in streams:
            findings.append(_warning(f"The stream {stream.id!r} is listed twice."))
        else:
            streams[stream.id] = stream
            findings += _problems(stream, mapping_of(said))
    return Catalog(streams=tuple(streams.values()), findings=_once(findings))


def prints_messages(text: str) -> bool:
    """Say whether a text holds Singer messages: what a sync prints, one a line."""
    return any(
        map(_is_message_line, text.split("\n", LINES_LOOKED_AT)[:LINES_LOOKED_AT])
    )


def _is_message_line(line: str) -> bool:
    if not line.startswith("{") or '"type"' not in line:
        return False
    try:
        return _is_message(parsed(line))
    except NotJson:
        return False


def _is_message(value: Any) -> bool:
    word = value.get("type") if isinstance(value, dict) else None
    return isinstance(word, str) and word.upper() in MESSAGES and "streams" not in value


def _no_catalog(text: str, reason: str) -> Cause:
    if prints_messages(text):
        return _syncs()
    if not text.strip():
        return _cause("it prints nothing")
    value, _ = found(text, "streams")
    if value is not None:
        why = "it prints other text beside it: write that to stderr"
        if text.startswith(BOM) and found(text.removeprefix(BOM), "streams")[1]:
            why = "it begins with a byte order mark: leave that out"
        return _cause(why, code="catalog-noise")
    return _cause(f"what it prints is no JSON: {reason}")


def _cause(why: str, *, code: str = "catalog") -> Cause:
    return Cause(
        code=code,
        message=f"`--discover` prints no catalog that a client can read: {why}.",
        remedy="Print one JSON object with `streams` to stdout, and nothing else.",
        answer=Answer.NO,
    )


def none_listed() -> Finding:
    """Return the finding for a catalog that lists nothing."""
    return _warning("`--discover` lists no stream.")


def none_without_config() -> Cause:
    """Return why an empty catalog says nothing of what there is."""
    message = "It lists no stream without a config, and was not asked with one."
    return Cause(code="no-streams", message=message)


def _syncs() -> Cause:
    return Cause(
        code="syncs",
        message="`--discover` is passed over: it syncs and prints messages of a sync.",
        remedy="Print the catalog and end where `args.discover` is set.",
        answer=Answer.NO,
    )


def _stream(said: Json, room: int) -> Stream:
    root = _root_metadata(said)
    name = text_of(said.get("stream"))
    forced = text_of(root.get("forced-replication-method")).upper()
    method = text_of(
        root.get("replication-method") or said.get("replication_method")
    ).upper()
    schema = mapping_of(said.get("schema"))
    return Stream(
        # Some old taps list `stream` alone; clients then take it for both.
        id=text_of(said.get("tap_stream_id")) or name,
        name=name or text_of(said.get("tap_stream_id")),
        key_properties=_keys(said, root),
        replication_method=next((m for m in (forced, method) if m in METHODS), ""),
        is_method_forced=forced in METHODS,
        replication_keys=_replication_keys(said, root),
        fields=_fields(schema),
        schema=_kept(schema, room),
    )


def _root_metadata(said: Json) -> Json:
    """Return the metadata of the stream itself: that of the empty breadcrumb."""
    for entry in map(mapping_of, list_of(said.get("metadata"))):
        if entry.get("breadcrumb") == []:
            return mapping_of(entry.get("metadata"))
    return {}


def _keys(said: Json, root: Json) -> tuple[str, ...]:
    for keys in (
        root.get("table-key-properties"),
        root.get("view-key-properties"),
        said.get("key_properties"),
    ):
        if read := texts_of(keys):
            return read
    return ()


def _replication_keys(said: Json, root: Json) -> tuple[str, ...]:
    """Return the replication keys that there may be, the one that is named before others."""
    listed = texts_of(root.get("valid-replication-keys"))
    one = texts_of([root.get("replication-key") or said.get("replication_key")])
    return tuple(dict.fromkeys((*one, *listed)))


def _fields(schema: Json) -> Mapping[str, str]:
    """Return each field's type as one word or several: `string date-time`, `integer`."""
    members = list(mapping_of(schema.get("properties")).items())[:FIELDS_KEPT]
    return {text_of(name): _type(mapping_of(part), schema) for name, part in members}


def _type(part: Json, root: Json) -> str:
    said = part.get("type")
    words = texts_of(said if isinstance(said, list) else [said])
    shape = text_of(part.get("format"))
    if said is None:
        # It may be said where a reference leads, or in alternatives.
        whole = merged(part, root)
        words, shape = tuple(types_of(whole, root)), text_of(format_of(whole, root))
    kinds = sorted(word for word in words if word != "null")
    return " ".join([*kinds, shape] if shape else kinds)


def _kept(schema: Json, room: int) -> Json:
    """Return a schema as it is where it is small enough, and {} where it is not."""
    kept: Json = cleaned(schema)
    return kept if _size(kept) <= min(SCHEMA_LIMIT, room) else {}


def _size(schema: Mapping[str, Any]) -> int:
    return len(json.dumps(schema, ensure_ascii=False).encode())


def _problems(stream: Stream, said: Json) -> list[Finding]:
    """Return what a client trips over in one stream. Source: the conformance checks."""
    declared = mapping_of(said.get("schema")).get("properties")
    properties = mapping_of(declared)
    told = []
    if not isinstance(declared, dict):
        told.append("has no schema with `properties`")
    for word, keys in (
        ("key property", stream.key_properties),
        ("replication key", stream.replication_keys),
    ):
        unknown = [key for key in keys if properties and key not in properties]
        told += [
            f"has the {word} {key!r}, which its schema lacks" for key in unknown[:5]
        ]
    if stream.replication_method == "INCREMENTAL" and not stream.replication_keys:
        told.append("is incremental, but names no replication key")
    return [_warning(f"The stream {stream.id!r} {one}.") for one in told]


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple({finding.message: finding for finding in findings}.values())


def _warning(message: str) -> Finding:
    return Finding(code="streams", message=message, severity=Severity.WARNING)
