"""What a tap must print when it syncs: messages, in order, that fit what they announce."""

from collections.abc import Callable
from functools import wraps

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import (
    Level,
    Rule,
    Verdict,
    checks_of,
    declare,
    ended_without,
    failed,
    found,
    found_on_lines,
    not_applicable,
    passed,
)
from scrapers.probes.conformance.messages import (
    TYPES,
    Message,
    bad_lines,
    doubtful_json,
    is_texts,
    messages,
)
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.schemas import (
    is_date_time,
    properties_of,
)

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("sync",)
NOTHING = "It printed nothing."


def each_message(
    kind: str, *, having: str = ""
) -> Callable[[Callable[[Message], str]], Rule]:
    """Return a decorator: a rule out of what finds the problem of a message, or nothing.

    Of messages that say nothing under the key `having`, nobody saw it kept.
    """

    def made(problem: Callable[[Message], str]) -> Rule:
        @wraps(problem)
        def rule(recording: Recording) -> Verdict:
            said = messages(recording.runs["sync"].stdout, kind)
            meant = [m for m in said if not having or m.body.get(having)]
            if not meant:
                lack = f"{kind} with {having}" if said else kind
                return not_applicable(f"It printed no {lack}.")
            return found_on_lines((m.line, problem(m)) for m in meant)

        return rule

    return made


@declare(
    "S00",
    spec=spec.OUTPUT,
    remedy="Exit with 0 on success; say on stderr what failed otherwise.",
    kind=TAP,
    needs=RUN,
)
def sync_exits_with_0(recording: Recording) -> Verdict:
    """A sync exits with 0."""
    run = recording.runs["sync"]
    if run.is_ok:
        return passed(f"{len(messages(run.stdout, 'RECORD'))} records.")
    return ended_without(run, is_synthetic=recording.is_synthetic)


@declare(
    "S01",
    spec=spec.OUTPUT,
    remedy="End every message with a newline, and flush stdout before the end.",
    kind=TAP,
    after=RUN,
)
def last_line_is_ended(recording: Recording) -> Verdict:
    """The last line ends with a newline."""
    stdout = recording.runs["sync"].stdout
    if not stdout:
        return not_applicable(NOTHING)
    return passed() if stdout.endswith(b"\n") else failed("It does not.")


@declare(
    "S02",
    spec=spec.OUTPUT,
    remedy="Write logs to stderr; write one JSON object with a type on each line.",
    kind=TAP,
    needs=RUN,
)
def lines_are_messages(recording: Recording) -> Verdict:
    """Every line on stdout is a message."""
    stdout = recording.runs["sync"].stdout
    if not stdout.strip():
        return not_applicable(NOTHING)
    return found_on_lines((bad.line, bad.reason) for bad in bad_lines(stdout))


@declare(
    "S02b",
    spec=spec.JSON,
    remedy="Write null for numbers that JSON has not, and each key once.",
    kind=TAP,
    needs=RUN,
)
def json_is_strict(recording: Recording) -> Verdict:
    """No message has NaN, Infinity or a key twice."""
    stdout = recording.runs["sync"].stdout
    if not stdout.strip():
        return not_applicable(NOTHING)
    lines = enumerate(stdout.split(b"\n"), start=1)
    return found_on_lines((n, doubtful_json(text)) for n, text in lines if text.strip())


@declare(
    "S03",
    level=SHOULD,
    spec=spec.OUTPUT,
    remedy="Use no type that targets do not know: many end with an error.",
    kind=TAP,
    needs=RUN,
)
def types_are_known(recording: Recording) -> Verdict:
    """Every message is of a type with a meaning."""
    said = messages(recording.runs["sync"].stdout)
    if not said:
        return not_applicable("It printed no message.")
    return found(f"Line {m.line}: {m.type}." for m in said if m.type not in TYPES)


@declare(
    "S05",
    spec=spec.SCHEMA,
    remedy="Write stream, schema and key_properties into each SCHEMA.",
    kind=TAP,
    needs=RUN,
)
@each_message("SCHEMA")
def schema_has_its_shape(message: Message) -> str:
    """A SCHEMA has a stream and a schema."""
    return _misshapen(message, "schema")


@declare(
    "S05b",
    spec=spec.SCHEMA,
    remedy="Write key_properties as a list; an empty one where there is no key.",
    kind=TAP,
    needs=RUN,
)
@each_message("SCHEMA")
def schema_has_keys(message: Message) -> str:
    """A SCHEMA has key_properties."""
    keys = message.body.get("key_properties")
    return "" if is_texts(keys) else f"key_properties is {keys!r}, no list of names"


@declare(
    "S06",
    spec=spec.SCHEMA,
    remedy="Name only top-level properties as keys.",
    kind=TAP,
    needs=RUN,
)
@each_message("SCHEMA", having="key_properties")
def keys_are_in_the_schema(message: Message) -> str:
    """Key properties are in the schema."""
    return _unknown(message, "key_properties")


@declare(
    "S06b",
    spec=spec.SCHEMA,
    remedy="Name only top-level properties as bookmarks.",
    kind=TAP,
    needs=RUN,
)
@each_message("SCHEMA", having="bookmark_properties")
def bookmarks_are_in_the_schema(message: Message) -> str:
    """Bookmark properties are in the schema."""
    return _unknown(message, "bookmark_properties")


@declare(
    "S07",
    spec=spec.RECORD,
    remedy="Write stream and record, an object, into each RECORD.",
    kind=TAP,
    needs=RUN,
)
@each_message("RECORD")
def record_has_its_shape(message: Message) -> str:
    """A RECORD has a stream and a record."""
    return _misshapen(message, "record")


@declare(
    "S11",
    spec=spec.RECORD,
    remedy="Write time_extracted in UTC: 2017-11-20T16:45:33.000Z.",
    kind=TAP,
    needs=RUN,
)
@each_message("RECORD", having="time_extracted")
def time_extracted_is_a_date_time(message: Message) -> str:
    """time_extracted is a date-time of RFC 3339."""
    said = message.body["time_extracted"]
    fits = isinstance(said, str) and is_date_time(said, zone_needed=True)
    return "" if fits else f"it is {said!r}"


def _misshapen(message: Message, key: str) -> str:
    """Return what is wrong with a message that has to hold an object for a stream."""
    if not message.stream:
        return "it names no stream"
    return "" if isinstance(message.body.get(key), dict) else f"its {key} is no object"


def _unknown(message: Message, key: str) -> str:
    """Return the first name in a list that is no property of the schema."""
    said = message.body.get(key)
    names = said if isinstance(said, list) else [said]
    known = properties_of(message.body.get("schema"))
    # Anything may stand in the list, and not all of it can be looked up.
    unknown = [one for one in names if not isinstance(one, str) or one not in known]
    return f"{message.stream}: {unknown[0]!r} is no property" if unknown else ""


CHECKS = checks_of(globals())
