"""What a tap must make of a catalog: what is selected, and nothing else."""

import re
from collections.abc import Iterator

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.catalogs import metadata_of, name_of, streams_of
from scrapers.probes.conformance.check import (
    Level,
    Verdict,
    checks_of,
    declare,
    failed,
    found,
    not_applicable,
    passed,
)
from scrapers.probes.conformance.messages import Message, messages
from scrapers.probes.conformance.recording import (
    Kind,
    Recording,
)
from scrapers.probes.conformance.records import record_counts, record_of
from scrapers.probes.conformance.schemas import (
    properties_of,
)

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("sync",)
# Fields that the SDK adds to every schema.
ADDED = re.compile(r"_sdc_\w+")


@declare(
    "S19",
    spec=spec.STREAMS,
    remedy="Write messages only of streams that the catalog lists.",
    kind=TAP,
    needs=RUN,
)
def streams_are_of_the_catalog(recording: Recording) -> Verdict:
    """Only streams of the catalog come."""
    known = _names(recording)
    if not known:
        return not_applicable("It was given no catalog.")
    said = messages(recording.runs["sync"].stdout, "SCHEMA", "RECORD")
    if not said:
        return not_applicable("It printed no SCHEMA and no RECORD.")
    strange = sorted({m.stream for m in said} - known)
    return found(f"{name!r} is not in the catalog." for name in strange)


@declare(
    "S20",
    spec=spec.SELECTION,
    remedy='Skip a stream whose metadata has "selected": false.',
    kind=TAP,
    after=("sync-less-streams",),
)
def deselected_stream_is_silent(recording: Recording) -> Verdict:
    """A stream that is not selected does not come."""
    run = recording.runs["sync-less-streams"]
    name, records = run.stdin, messages(run.stdout, "RECORD")
    if not records:
        return not_applicable("No record of any stream came.")
    said = [m for m in records if m.stream == name]
    return found(f"Line {m.line}: a record of {name!r}." for m in said)


@declare(
    "S20b",
    level=SHOULD,
    spec=spec.SELECTION,
    remedy='Leave out fields whose metadata has "selected": false.',
    kind=TAP,
    after=("sync-less-fields",),
)
def deselected_field_is_absent(recording: Recording) -> Verdict:
    """A field that is not selected does not come."""
    run = recording.runs["sync-less-fields"]
    stream, _, field = run.stdin.partition("/")
    said = [m for m in messages(run.stdout, "RECORD") if m.stream == stream]
    if not said:
        return not_applicable(f"No record of {stream!r} came.")
    there = (m for m in said if field in record_of(m))
    return found(f"Line {m.line}: {stream} has {field!r}." for m in there)


@declare(
    "S22",
    level=SHOULD,
    spec=spec.CATALOG_FILE,
    remedy="Write the schema of the catalog that was given.",
    kind=TAP,
    needs=RUN,
)
def fields_are_of_the_catalog(recording: Recording) -> Verdict:
    """A SCHEMA has only fields of the catalog."""
    known = {
        name_of(s): set(properties_of(s.get("schema")))
        for s in streams_of(recording.catalog)
    }
    if not known:
        return not_applicable("It was given no catalog.")
    schemas = messages(recording.runs["sync"].stdout, "SCHEMA")
    if not schemas:
        return not_applicable("It printed no SCHEMA.")
    return found(
        f"{m.stream}: {name!r} is not in the catalog."
        for m in schemas
        for name in properties_of(m.body.get("schema"))
        if name not in known.get(m.stream, set()) and not ADDED.fullmatch(name)
    )


@declare(
    "S23",
    spec=spec.ACTIVATE_VERSION,
    remedy="Write stream and version, after the SCHEMA of that stream.",
    kind=TAP,
    needs=RUN,
)
def versions_are_numbers(recording: Recording) -> Verdict:
    """An ACTIVATE_VERSION has a known stream and a whole number."""
    said = messages(recording.runs["sync"].stdout, "ACTIVATE_VERSION", "SCHEMA")
    if not any(m.type == "ACTIVATE_VERSION" for m in said):
        return not_applicable("It printed no ACTIVATE_VERSION.")
    return found(_bad_versions(said))


@declare(
    "S28",
    level=SHOULD,
    spec=spec.REPLICATION,
    remedy="Page in a stable order, so that no record is left out by chance.",
    kind=TAP,
    after=("sync", "sync-again"),
)
def runs_are_alike(recording: Recording) -> Verdict:
    """A second run reads as many records."""
    first, second = (
        record_counts(recording.runs[name]) for name in ("sync", "sync-again")
    )
    if not first and not second:
        return not_applicable("Neither run printed a RECORD.")
    if first == second:
        return passed()
    return failed(f"{dict(first)} at first, then {dict(second)}.")


def _names(recording: Recording) -> set[str]:
    """Return the names that messages may use; some taps write the id for the name."""
    streams = streams_of(recording.catalog)
    return {str(s.get(key)) for s in streams for key in ("stream", "tap_stream_id")}


def _bad_versions(said: tuple[Message, ...]) -> Iterator[str]:
    known: set[str] = set()
    for message in said:
        if message.type == "SCHEMA":
            known.add(message.stream)
            continue
        version = message.body.get("version")
        if message.stream not in known:
            yield f"Line {message.line}: no SCHEMA of {message.stream!r} came before it."
        if not isinstance(version, int) or isinstance(version, bool):
            yield f"Line {message.line}: its version is {version!r}."


def choose_stream(recording: Recording) -> str:
    """Return a stream of the first sync that another can do without, or nothing."""
    came = {m.stream for m in messages(recording.runs["sync"].stdout, "RECORD")}
    return max(came) if len(came) > 1 else ""


def choose_field(recording: Recording) -> str:
    """Return "stream/field" for a field that may be left out and came, or nothing."""
    came = {
        m.stream: record_of(m)
        for m in messages(recording.runs["sync"].stdout, "RECORD")
    }
    for stream in streams_of(recording.catalog):
        for crumb, metadata in metadata_of(stream).items():
            is_field = len(crumb) == 2 and crumb[0] == "properties"
            name = name_of(stream)
            is_free = is_field and metadata.get("inclusion") == "available"
            if is_free and crumb[1] in came.get(name, {}):
                return f"{name}/{crumb[1]}"
    return ""


CHECKS = checks_of(globals())
