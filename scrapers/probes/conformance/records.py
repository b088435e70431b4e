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
    schema_problem,
    usable_validator,
)

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("sync",)
# Validation takes a millisecond a record; a broken stream shows it early.
RECORDS_LIMIT = 2_000


type Of = Callable[[Message, Message | None], object]
type Problem = Callable[[Message, Message | None], str]
NO_RECORD = "It printed no RECORD."


def each_record(problem: Problem) -> Rule:
    """Return a rule out of what finds the problem of a RECORD and the SCHEMA in force."""
    return each_record_with(lambda *_: True, NO_RECORD)(problem)


def each_record_with(having: Of, nothing: str) -> Callable[[Problem], Rule]:
    """Return a decorator as `each_record`, for records that have what the rule speaks of.

    Where no record has it, `nothing` says so: nobody saw the rule kept.
    """

    def made(problem: Problem) -> Rule:
        @wraps(problem)
        def rule(recording: Recording) -> Verdict:
            said = told(recording.runs["sync"].stdout)
            meant = [one for one in said if having(*one)]
            if not meant:
                return not_applicable(nothing if said else NO_RECORD)
            return found_on_lines((m.line, problem(m, schema)) for m, schema in meant)

        return rule

    return made


def _moments(message: Message, schema: Message | None) -> dict[str, str]:
    """Return the texts that a record has for top-level properties that are date-times."""
    record = record_of(message)
    return {
        name: record[name]
        for name, said in _declared(schema).items()
        if isinstance(said, dict)
        and said.get("format") == "date-time"
        and isinstance(record.get(name), str)
    }


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
@each_record_with(
    lambda _, schema: keys_in(schema), "No stream of its records has a key."
)
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
    schemas = {
        schema.line: schema.body.get("schema")
        for _, schema in told(recording.runs["sync"].stdout)
        if schema
    }
    if not schemas:
        return not_applicable("It printed no RECORD with a SCHEMA before it.")
    if all(map(schema_problem, schemas.values())):
        return not_applicable("What its SCHEMA messages have is no JSON Schema.")
    return found(_misfits(recording.runs["sync"].stdout))


@declare(
    "S09b",
    level=SHOULD,
    spec=spec.DATES,
    remedy="Write date-times as RFC 3339 has them, with Z or an offset.",
    kind=TAP,
    needs=RUN,
)
@each_record_with(_moments, "No record has a date-time.")
def date_times_have_a_zone(message: Message, schema: Message | None) -> str:
    """Every date-time has a time zone."""
    said = _moments(message, schema).items()
    bare = (one for one in said if not is_date_time(one[1], zone_needed=True))
    name, text = next(bare, ("", ""))
    return f"{name!r} is {text!r}" if name else ""


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
    said = told(recording.runs["sync"].stdout)
    keyed = [(m, keys) for m, schema in said if (keys := keys_in(schema))]
    if not keyed:
        return not_applicable("No record has a key.")
    counts = Counter(
        (m.stream, repr([record_of(m).get(k) for k in keys]))
        for m, keys in keyed
        if methods.get(m.stream) in (None, "FULL_TABLE")
    )
    if not counts:
        return not_applicable("No stream whose records have a key is read as a whole.")
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


CHECKS = checks_of(globals())
