"""What a tap's `--discover` must print."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.catalogs import (
    name_of,
    read_catalog,
    streams_of,
)
from scrapers.probes.conformance.check import (
    Level,
    Rule,
    Verdict,
    checks_of,
    declare,
    ended_without,
    failed,
    found,
    not_applicable,
    passed,
)
from scrapers.probes.conformance.lacking import knows_not
from scrapers.probes.conformance.messages import TYPES, messages, strict_json
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.schemas import properties_of, schema_problem

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("discover",)
NO_STREAM = "Discovery printed no stream."
# What says of which type a value may be.
TYPING = {"type", "anyOf", "oneOf", "allOf", "$ref", "const", "enum"}

type Stream = Mapping[str, Any]


type Problems = Callable[[Stream], Iterator[str]]


def each_stream(problems: Problems) -> Rule:
    """Return a rule out of what finds the problems of a stream; its name goes in front."""
    return each_stream_with(lambda _: True, NO_STREAM)(problems)


def each_stream_with(
    having: Callable[[Stream], object], nothing: str
) -> Callable[[Problems], Rule]:
    """Return a decorator as `each_stream`, for streams that have what the rule speaks of.

    Where no stream has it, `nothing` says so: nobody saw the rule kept.
    """

    def made(problems: Problems) -> Rule:
        @wraps(problems)
        def rule(recording: Recording) -> Verdict:
            streams = streams_in(recording)
            meant = [stream for stream in streams if having(stream)]
            if not meant:
                return not_applicable(nothing if streams else NO_STREAM)
            return found(f"{name_of(s)}: {p}." for s in meant for p in problems(s))

        return rule

    return made


@declare(
    "D00",
    spec=spec.DISCOVERY,
    remedy="Print the catalog and exit with 0.",
    kind=TAP,
    needs=RUN,
)
def discovery_exits_with_0(recording: Recording) -> Verdict:
    """--discover exits with 0."""
    run = recording.runs["discover"]
    if run.is_ok:
        return passed()
    if knows_not(run, "--discover"):
        return not_applicable("It has no option --discover.")
    return ended_without(run, is_synthetic=recording.is_synthetic)


@declare(
    "D01",
    spec=spec.CATALOG,
    remedy="Print nothing on stdout but the catalog; write logs to stderr.",
    kind=TAP,
    after=RUN,
)
def stdout_is_a_catalog(recording: Recording) -> Verdict:
    """stdout of --discover is one JSON object with streams."""
    stdout = recording.runs["discover"].stdout
    try:
        said = strict_json(stdout)
    except ValueError as error:
        return failed(f"stdout is no JSON: {error}", _begin(stdout))
    if not isinstance(said, dict) or not isinstance(said.get("streams"), list):
        return failed('It is no object with a list of "streams".', _begin(stdout))
    others = [one for one in said["streams"] if not isinstance(one, dict)]
    return found("A stream is no object." for _ in others)


@declare(
    "D02",
    spec=spec.CATALOG,
    remedy="Give each stream a tap_stream_id that is a text and not empty.",
    kind=TAP,
    after=RUN,
)
@each_stream
def streams_have_an_id(stream: Stream) -> Iterator[str]:
    """Every stream has a tap_stream_id."""
    yield from _unnamed(stream, "tap_stream_id")


@declare(
    "D02b",
    level=SHOULD,
    spec=spec.CATALOG,
    remedy='Give each stream "stream", the name that its messages use.',
    kind=TAP,
    after=RUN,
)
@each_stream
def streams_have_a_name(stream: Stream) -> Iterator[str]:
    """Every stream has a name."""
    yield from _unnamed(stream, "stream")


@declare(
    "D02c",
    spec=spec.CATALOG,
    remedy="Make ids unique, for instance by the schema or database in front.",
    kind=TAP,
    after=RUN,
)
def ids_are_unique(recording: Recording) -> Verdict:
    """No tap_stream_id is there twice."""
    said = (s.get("tap_stream_id") for s in streams_in(recording))
    counts = Counter(one for one in said if isinstance(one, str) and one)
    if not counts:
        return not_applicable("No stream has a tap_stream_id.")
    return found(f"{i!r} is there {n} times." for i, n in counts.items() if n > 1)


@declare(
    "D02d",
    level=SHOULD,
    spec=spec.CATALOG,
    remedy="List what can be read, or say why there is nothing and exit with 1.",
    kind=TAP,
    after=RUN,
)
def catalog_is_not_empty(recording: Recording) -> Verdict:
    """The catalog lists a stream."""
    if read_catalog(recording.runs["discover"].stdout) is None:
        return not_applicable("It printed no catalog that can be read.")
    count = len(streams_in(recording))
    return passed(f"{count} streams.") if count else failed("It lists no stream.")


@declare(
    "D03",
    spec=spec.CATALOG,
    remedy='Describe a stream as an object with "properties".',
    kind=TAP,
    after=RUN,
)
@each_stream
def schemas_have_properties(stream: Stream) -> Iterator[str]:
    """Every stream's schema has properties."""
    if not isinstance(stream.get("schema"), dict):
        yield "it has no schema"
    elif not isinstance(stream["schema"].get("properties"), dict):
        yield "its schema has no properties"


@declare(
    "D03b",
    spec=spec.SCHEMAS,
    remedy="Write schemas of draft 7, or 4, as a validator takes them.",
    kind=TAP,
    after=RUN,
)
@each_stream
def schemas_are_valid(stream: Stream) -> Iterator[str]:
    """Every stream's schema is a JSON Schema."""
    if problem := schema_problem(stream.get("schema", {})):
        yield problem


@declare(
    "D03c",
    level=SHOULD,
    spec=spec.SCHEMAS,
    remedy="Give each property a type; targets make columns by it.",
    kind=TAP,
    after=RUN,
)
@each_stream_with(lambda s: properties_of(s.get("schema")), "No schema has properties.")
def properties_are_typed(stream: Stream) -> Iterator[str]:
    """Every property has a type."""
    for name, schema in properties_of(stream.get("schema")).items():
        if isinstance(schema, dict) and not TYPING & schema.keys():
            yield f"{name!r} has no type"


@declare(
    "D07",
    level=SHOULD,
    spec=spec.DISCOVERY,
    remedy="Keep the order and content of the catalog stable.",
    kind=TAP,
    after=("discover", "discover-again"),
)
def discovery_is_stable(recording: Recording) -> Verdict:
    """Discovery gives the same catalog twice."""
    first, second = (
        read_catalog(recording.runs[name].stdout)
        for name in ("discover", "discover-again")
    )
    if first is None and second is None:
        return not_applicable("Neither run printed a catalog.")
    return passed() if first == second else failed("Two runs print different catalogs.")


@declare(
    "D09",
    spec=spec.DISCOVERY,
    remedy="Print the catalog alone, no SCHEMA, RECORD or STATE.",
    kind=TAP,
    after=RUN,
)
def discovery_does_not_sync(recording: Recording) -> Verdict:
    """--discover does not sync."""
    stdout = recording.runs["discover"].stdout
    if not stdout.strip():
        return not_applicable("It printed nothing.")
    # A log in JSON may have a type as well; that it is on stdout is told by D01.
    said = messages(stdout, *TYPES)
    return found(f"It prints a {m.type} message (line {m.line})." for m in said)


def streams_in(recording: Recording) -> tuple[Stream, ...]:
    """Return the streams that discovery listed."""
    return streams_of(read_catalog(recording.runs["discover"].stdout))


def _unnamed(stream: Stream, key: str) -> Iterator[str]:
    if not isinstance(stream.get(key), str) or not stream[key]:
        yield f"it has no {key}"


def _begin(stdout: bytes) -> str:
    return stdout[:200].decode("utf-8", "replace")


CHECKS = checks_of(globals())
