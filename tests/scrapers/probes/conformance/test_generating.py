"""Records made up from a schema fit it, and are the same each time."""

from hypothesis import given
from hypothesis import strategies as st

from scrapers.probes.conformance.generating import records_of, replay
from scrapers.probes.conformance.messages import bad_lines, messages
from scrapers.probes.conformance.schemas import record_problem, validator_of

TYPES = st.sampled_from(["string", "integer", "number", "boolean"])
FORMATS = st.sampled_from(["date-time", "date", "time", "email", "uri", "uuid"])
NAMES = st.text("abcXYZ_ é-", min_size=1, max_size=8)


def nullable(kind):
    return st.sampled_from([kind, [kind], ["null", kind], [kind, "null"]])


def ranged(low, high, **more):
    pairs = st.tuples(st.integers(low, high), st.integers(0, 50))
    return pairs.map(lambda p: {**more, "minimum": p[0], "maximum": p[0] + p[1]})


def lengths(least, most, **more):
    pairs = st.tuples(st.integers(0, 5), st.integers(0, 5))
    return pairs.map(lambda p: {**more, least: p[0], most: p[0] + p[1]})


LEAVES = st.one_of(
    TYPES.flatmap(nullable).map(lambda kind: {"type": kind}),
    FORMATS.map(lambda word: {"type": ["null", "string"], "format": word}),
    ranged(-100, 100, type="integer"),
    ranged(-100, 100, type=["null", "number"]),
    st.integers(-9, 9).map(lambda n: {"type": "integer", "exclusiveMinimum": n}),
    st.integers(1, 9).map(lambda n: {"type": "integer", "multipleOf": n}),
    lengths("minLength", "maxLength", type="string"),
    st.just({"enum": ["a", 1, None]}),
    st.just({"const": "only"}),
    st.just({"$ref": "#/definitions/name"}),
    st.just({}),
)


def objects(inner):
    properties = st.dictionaries(NAMES, inner, max_size=4)
    return properties.flatmap(
        lambda known: st.lists(
            st.sampled_from(sorted(known) or ["id"]), unique=True
        ).map(
            lambda names: {
                "type": "object",
                "properties": known,
                "required": [name for name in names if name in known],
                "additionalProperties": False,
            }
        )
    )


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        objects(inner),
        inner.map(
            lambda items: {"type": ["null", "array"], "items": items, "maxItems": 2}
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda choices: {"anyOf": choices}),
        inner.map(lambda part: {"allOf": [part]}),
    ),
    max_leaves=8,
)


def whole(schema):
    named = {"properties": {"id": {"type": "integer"}, **schema.get("properties", {})}}
    return {**schema, **named, "definitions": {"name": {"type": ["string", "null"]}}}


@given(schema=objects(SCHEMAS).map(whole), seed=st.integers(0, 1000))
def test_records_fit_their_schema(schema, seed):
    validator = validator_of(schema)
    for record in records_of(schema, ("id",), seed=seed, count=5):
        assert not record_problem(validator, record), record


@given(schema=objects(SCHEMAS).map(whole), seed=st.integers(0, 1000))
def test_records_are_the_same_each_time(schema, seed):
    assert records_of(schema, seed=seed) == records_of(schema, seed=seed)


@given(st.integers(1, 30))
def test_keys_differ(count):
    schema = {"properties": {"id": {"type": "integer"}, "code": {"type": "string"}}}
    made = records_of(schema, ("id", "code"), count=count)
    assert len({(row["id"], row["code"]) for row in made}) == count


def test_schema_that_nests_into_itself_comes_to_an_end():
    schema = {"properties": {"child": {"$ref": "#"}, "id": {"type": "integer"}}}
    assert len(records_of(schema, count=20)) == 20


def test_replay_is_messages_with_a_state_for_each_stream():
    users = {"stream": "users", "tap_stream_id": "users", "key_properties": ["id"],
             "schema": {"properties": {"id": {"type": "integer"}}}}  # fmt: skip
    said = replay({"streams": [users, {**users, "stream": "teams"}]}, count=3)
    assert not bad_lines(said)
    assert len(messages(said, "RECORD")) == 6
    assert [m.body["value"]["bookmarks"] for m in messages(said, "STATE")][-1] == {
        "users": {"sent": 3}, "teams": {"sent": 3},
    }  # fmt: skip
