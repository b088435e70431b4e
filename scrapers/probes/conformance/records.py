"""What the records of a tap must be: announced, whole, and as their schema says."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.catalogs import replication_of, streams_of
from scrapers.probes.conformance.check import (
    Level,
    Rule,
    Verdict,
    checks_of,
    declare,
    found,
    found_on_lines,
    not_applicable,
)
from scrapers.probes.conformance.messages import (
    Message,
    messages,
    texts_in,
)
from scrapers.probes.conformance.recording import Kind, RecordedRun, Recording
from scrapers.probes.conformance.schemas import (
    Validator,
    is_date_time,
    properties_of,
    record_problem,
    usable_validator,
)

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("sync",)
# Validation takes a millisecond a record; a broken stream shows it early.
RECORDS_LIMIT = 2_000


def each_record(problem: Callable[[Message, Message | None], str]) -> Rule:
    """Return a rule out of what finds the problem of a RECORD and the SCHEMA in force."""

    @wraps(problem)
    def rule(recording: Recording) -> Verdict:
        said = told(recording.runs["sync"].stdout)
        if not said:
            return not_applicable("It printed no RECORD.")
        return found_on_lines((m.line, problem(m, schema)) for m, schema in said)

    return rule


@declare(
    "S04",
    spec=spec.SCHEMAS,
    remedy="Write the SCHEMA message of a stream before any record of it.",
    kind=TAP,
    needs=RUN,
)
@each_record
def schema_comes_first(message: Message, schema: Message | None) -> str:
    """A SCHEMA comes before the first RECORD of its stream."""
    return "" if schema else f"no SCHEMA of {message.stream!r} came before it"


@declare(
    "S08",
    spec=spec.SCHEMA,
    remedy="Leave no key property out, and none null; targets merge by them.",
    kind=TAP,
    needs=RUN,
)
@each_record
def records_have_their_key(message: Message, schema: Message | None) -> str:
    """Every record has its key."""
    record = record_of(message)
    lost = [k for k in keys_in(schema) if record.get(k) is None]
    return f"{message.stream}: the key {lost[0]!r} is not there" if lost else ""


@declare(
    "S09",
    spec=spec.SCHEMAS,
    remedy="Correct the schema (a type more, null), or the value before it is written.",
    kind=TAP,
    needs=RUN,
)
def records_fit_their_schema(recording: Recording) -> Verdict:
    """Every record fits its schema."""
    return found(_misfits(recording.runs["sync"].stdout))


@declare(
    "S09b",
    level=SHOULD,
    spec=spec.DATES,
    remedy="Write date-times as RFC 3339 has them, with Z or an offset.",
    kind=TAP,
    needs=RUN,
)
@each_record
def date_times_have_a_zone(message: Message, schema: Message | None) -> str:
    """Every date-time has a time zone."""
    record = record_of(message)
    moments = [n for n in _moments(schema) if isinstance(record.get(n), str)]
    bare = [n for n in moments if not is_date_time(record[n], zone_needed=True)]
    return f"{bare[0]!r} is {record[bare[0]]!r}" if bare else ""


@declare(
    "S10",
    level=SHOULD,
    spec=spec.SCHEMAS,
    remedy="Declare the field; targets drop what has no column.",
    kind=TAP,
    needs=RUN,
)
@each_record
def fields_are_declared(message: Message, schema: Message | None) -> str:
    """No record has a field that its schema does not declare."""
    known = _declared(schema)
    extra = [name for name in record_of(message) if name not in known]
    return f"{message.stream}: {extra[0]!r} is not declared" if extra else ""


@declare(
    "S12",
    level=SHOULD,
    spec=spec.SCHEMA,
    remedy="Name all properties that make a record unique, or page without overlap.",
    kind=TAP,
    after=RUN,
)
def keys_are_unique(recording: Recording) -> Verdict:
    """No key is there twice in a stream that is read as a whole."""
    methods = {
        str(s.get("stream")): replication_of(s)[0]
        for s in streams_of(recording.catalog)
    }
    counts: Counter[tuple[str, str]] = Counter()
    for message, schema in told(recording.runs["sync"].stdout):
        keys = keys_in(schema)
        if keys and methods.get(message.stream) in (None, "FULL_TABLE"):
            record = record_of(message)
            counts[message.stream, repr([record.get(k) for k in keys])] += 1
    if not counts:
        return not_applicable("No record has a key.")
    twice = ((s, k, n) for (s, k), n in counts.items() if n > 1)
    return found(f"{s}: the key {k} is there {n} times." for s, k, n in twice)


@lru_cache(maxsize=16)
def told(stdout: bytes) -> tuple[tuple[Message, Message | None], ...]:
    """Return every RECORD with the SCHEMA in force, None before any of its stream."""
    schemas: dict[str, Message] = {}
    records = []
    for message in messages(stdout, "SCHEMA", "RECORD"):
        if message.type == "SCHEMA":
            schemas[message.stream] = message
        else:
            records.append((message, schemas.get(message.stream)))
    return tuple(records)


def record_of(message: Message) -> dict[str, Any]:
    """Return the record of a message, empty where it has none."""
    record = message.body.get("record")
    return record if isinstance(record, dict) else {}


def keys_in(schema: Message | None) -> list[str]:
    """Return the key properties that a SCHEMA names."""
    return texts_in(schema.body.get("key_properties")) if schema else []


def record_counts(run: RecordedRun) -> Counter[str]:
    """Return how many records of each stream a run printed."""
    return Counter(m.stream for m in messages(run.stdout, "RECORD"))


def _misfits(stdout: bytes) -> Iterator[str]:
    """Yield one misfit for each stream and place in its records."""
    validators: dict[int, Validator] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for message, schema in told(stdout):
        counts[message.stream] += 1
        if schema is None or counts[message.stream] > RECORDS_LIMIT:
            continue
        if schema.line not in validators:
            validators[schema.line] = usable_validator(schema.body.get("schema"))
        problem = record_problem(validators[schema.line], record_of(message))
        place = problem.partition(":")[0]
        if problem and place not in seen[message.stream]:
            seen[message.stream].add(place)
            yield f"Line {message.line}: {message.stream}{problem}."


def _declared(schema: Message | None) -> Mapping[str, Any]:
    """Return the top-level properties that a SCHEMA declares."""
    return properties_of(schema.body.get("schema")) if schema else {}


def _moments(schema: Message | None) -> list[str]:
    """Return the names of top-level properties that are date-times."""
    return [
        name
        for name, said in _declared(schema).items()
        if isinstance(said, dict) and said.get("format") == "date-time"
    ]


CHECKS = checks_of(globals())
