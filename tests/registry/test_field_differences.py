"""What differs in the fields of a stream, whoever is within whom."""

import pytest

from registry.differences import differences


def stream(properties=None, **said):
    schema = {} if properties is None else {"type": "object", "properties": properties}
    return {"streams": [{"id": "s", "schema": schema, **said}]}


def told(older, newer):
    return [
        (one.impact.value, one.change.value, one.subject)
        for one in differences(older, newer)
    ]


def within(**fields):
    return {"a": {"type": "object", "properties": fields}}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
EMPTY = {"type": ["null", "string"]}


@pytest.mark.parametrize(("older", "newer", "expected"), [
    (within(x=TEXT, y=TEXT), within(x=TEXT), ("breaking", "removed", "s.a.y")),
    (within(x=TEXT), within(x=TEXT, y=TEXT), ("additive", "added", "s.a.y")),
    (within(x=TEXT), within(x=NUMBER), ("breaking", "kind", "s.a.x")),
    (within(x=TEXT), within(x=EMPTY), ("behavioural", "null", "s.a.x")),
    (within(x=EMPTY), within(x=TEXT), ("cosmetic", "null", "s.a.x")),
    (within(x=TEXT), within(x={}), ("cosmetic", "kind", "s.a.x")),
    (within(x=TEXT), within(x=TEXT | {"format": "date-time"}),
     ("breaking", "kind", "s.a.x")),
    ({"a": {"type": "array", "items": TEXT}}, {"a": {"type": "array", "items": NUMBER}},
     ("breaking", "kind", "s.a[]")),
    ({"a": {"type": "array", "items": within(x=TEXT, y=TEXT)["a"]}},
     {"a": {"type": "array", "items": within(x=TEXT)["a"]}},
     ("breaking", "removed", "s.a[].y")),
    ({"a": {"anyOf": [within(x=TEXT)["a"], {"type": "null"}]}},
     {"a": {"anyOf": [within()["a"], {"type": "null"}]}},
     ("breaking", "removed", "s.a.x")),
])  # fmt: skip
def test_fields_are_compared_within_each_other(older, newer, expected):
    assert told(stream(older), stream(newer)) == [expected]


def test_one_way_to_write_a_type_is_as_good_as_another():
    alternatives = {"anyOf": [{"type": "null"}, TEXT]}
    assert told(stream({"a": EMPTY}), stream({"a": alternatives})) == []
    assert told(stream({"a": EMPTY}), stream({"a": {"type": ["string", "null"]}})) == []
    both, one = {"type": ["integer", "number"]}, {"type": "number"}
    assert told(stream({"a": both}), stream({"a": one})) == []


@pytest.mark.parametrize(("one", "other"), [
    ({"anyOf": [within(x=TEXT)["a"], within(y=TEXT)["a"]]},
     {"anyOf": [within(y=TEXT)["a"], within(x=TEXT)["a"]]}),
    (TEXT, {"$ref": "#/definitions/text"}),
    (TEXT, {"enum": ["x", "y"]}), (TEXT, {"const": "x"}), (EMPTY, {"enum": ["x", None]}),
])  # fmt: skip
def test_what_is_said_elsewhere_or_in_another_order_is_no_difference(one, other):
    assert told(stream({"a": one}), stream({"a": other})) == []
    assert told(stream({"a": other}), stream({"a": one})) == []


def test_what_an_object_holds_that_does_not_say_is_no_difference():
    assert told(stream(within(x=TEXT)), stream({"a": {"type": "object"}})) == []


def test_where_a_schema_was_too_large_the_topmost_fields_are_compared():
    small = stream(within(x=TEXT), fields={"a": "object"})
    large = stream(fields={"a": "object", "b": "string"})
    assert told(small, large) == [("additive", "added", "s.b")]


def test_whatever_is_written_as_a_schema_the_comparison_ends():
    deep = TEXT
    for _ in range(200):
        deep = {"type": "object", "properties": {"a": deep}}
    for odd in ([], 5, {"properties": 5}, {"type": [None, {}]}, {"anyOf": [[]]}):
        assert told(stream({"a": deep}), stream({"a": deep, "b": odd})) == [
            ("additive", "added", "s.b")
        ]
        differences(stream({"a": deep}), stream({"a": odd}))


def test_the_order_of_a_key_says_nothing():
    def keyed(*names):
        return stream(key_properties=list(names))

    assert told(keyed("a", "b"), keyed("b", "a")) == []
    assert told(keyed("a", "b"), keyed("a")) == [("breaking", "keys", "s")]
