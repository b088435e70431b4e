"""What differs between two releases, and whom it concerns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.differences import Change, Facet, Impact, differences
from registry.tried.offers import FIELDS_KEPT, SETTINGS_KEPT, STREAMS_KEPT

SWAPPED = {
    Change.ADDED: Change.REMOVED,
    Change.REMOVED: Change.ADDED,
    Change.REQUIRED: Change.OPTIONAL,
    Change.OPTIONAL: Change.REQUIRED,
}


def told(older, newer):
    return [
        (one.impact.value, one.facet.value, one.change.value, one.subject)
        for one in differences(older, newer)
    ]


def settings(*listed, groups=()):
    return {
        "settings": list(listed),
        "settings_group_validation": [list(group) for group in groups],
    }


def setting(name="a", **said):
    return {"name": name, **said}


def stream(name="s", **said):
    return {"streams": [{"id": name, **said}]}


NONE = {"streams": []}


@pytest.mark.parametrize(("older", "newer", "expected"), [
    (settings(setting()), settings(), ("breaking", "setting", "removed", "a")),
    (settings(), settings(setting()), ("additive", "setting", "added", "a")),
    (settings(setting(kind="string")), settings(setting(kind="integer")),
     ("breaking", "setting", "kind", "a")),
    (settings(setting(kind="string")), settings(setting(kind="email")),
     ("cosmetic", "setting", "kind", "a")),
    (settings(setting(kind="string")), settings(setting(kind="password")),
     ("behavioural", "setting", "secrecy", "a")),
    (settings(setting(kind="integer")), settings(setting(kind="decimal")),
     ("additive", "setting", "kind", "a")),
    (settings(setting(kind="decimal")), settings(setting(kind="integer")),
     ("breaking", "setting", "kind", "a")),
    (settings(setting()), settings(setting(kind="string")),
     ("cosmetic", "setting", "kind", "a")),
    (settings(setting(value=1)), settings(setting(value=2)),
     ("behavioural", "setting", "default", "a")),
    (settings(setting(value=1)), settings(setting(value=True)),
     ("behavioural", "setting", "default", "a")),
    (settings(setting(value=1)), settings(setting()),
     ("behavioural", "setting", "default", "a")),
    (settings(setting(options=[{"value": "x"}, {"value": "y"}])),
     settings(setting(options=[{"value": "x"}])), ("breaking", "setting", "options", "a")),
    (settings(setting(options=[{"value": "x"}])),
     settings(setting(options=[{"value": "x"}, {"value": "y"}])),
     ("additive", "setting", "options", "a")),
    (settings(setting(label="A")), settings(setting(label="B")),
     ("cosmetic", "setting", "text", "a")),
    ({"capabilities": ["state"]}, {"capabilities": []},
     ("breaking", "capability", "removed", "state")),
    ({"capabilities": []}, {"capabilities": ["state"]},
     ("additive", "capability", "added", "state")),
    ({"supported_python_versions": ["3.9"]}, {"supported_python_versions": []},
     ("breaking", "python", "removed", "3.9")),
    ({"supported_python_versions": []}, {"supported_python_versions": ["3.14"]},
     ("additive", "python", "added", "3.14")),
    ({"executable": "tap-a"}, {"executable": "a"}, ("breaking", "executable", "value", "a")),
    (stream(), NONE, ("breaking", "stream", "removed", "s")),
    (NONE, stream(), ("additive", "stream", "added", "s")),
    (stream(fields={"x": "string"}), stream(fields={}),
     ("breaking", "field", "removed", "s.x")),
    (stream(fields={}), stream(fields={"x": "string"}),
     ("additive", "field", "added", "s.x")),
    (stream(fields={"x": "string"}), stream(fields={"x": "integer"}),
     ("breaking", "field", "kind", "s.x")),
    (stream(key_properties=["x"]), stream(key_properties=["y"]),
     ("breaking", "stream", "keys", "s")),
    (stream(replication_method="FULL_TABLE"), stream(replication_method="INCREMENTAL"),
     ("behavioural", "stream", "replication", "s")),
    (stream(replication_keys=["x"]), stream(replication_keys=["y"]),
     ("behavioural", "stream", "replication", "s")),
])  # fmt: skip
def test_a_change_is_told_with_whom_it_concerns(older, newer, expected):
    assert told(older, newer) == [expected]


@pytest.mark.parametrize(("older", "newer"), [
    (settings(setting(value=1)), settings(setting(value=1.0))),
    (settings(setting(value={"a": [1.0]})), settings(setting(value={"a": [1]}))),
    (settings(setting("a"), setting("b")), settings(setting("b"), setting("a"))),
    ({"capabilities": ["state", "catalog"]}, {"capabilities": ["catalog", "state"]}),
])  # fmt: skip
def test_another_way_to_say_the_same_is_no_difference(older, newer):
    assert told(older, newer) == told(newer, older) == []


A, B = setting("a"), setting("b")


@pytest.mark.parametrize(("older", "newer", "expected"), [
    (settings(A), settings(A, groups=["a"]), [("breaking", "setting", "required", "a")]),
    (settings(A, groups=["a"]), settings(A), [("additive", "setting", "optional", "a")]),
    (settings(), settings(A, groups=["a"]), [("breaking", "setting", "added", "a")]),
    (settings(A, B, groups=["a"]), settings(A, B, groups=["a", "b"]),
     [("additive", "setting", "optional", "a"), ("additive", "group", "added", "b")]),
    (settings(A, B, groups=["a", "b"]), settings(A, B, groups=["a"]),
     [("breaking", "setting", "required", "a"), ("breaking", "group", "removed", "b")]),
    (settings(A, B), settings(A, B, groups=["a", "b"]),
     [("breaking", "group", "removed", "nothing")]),
])  # fmt: skip
def test_what_has_to_be_set_is_compared_by_its_groups(older, newer, expected):
    assert told(older, newer) == expected


@pytest.mark.parametrize("key", [
    "settings", "capabilities", "streams", "supported_python_versions", "executable",
])  # fmt: skip
def test_what_one_side_does_not_know_is_no_difference(key):
    full = {
        **settings(setting(kind="string"), groups=["a"]),
        "capabilities": ["state"],
        "streams": [{"id": "s"}],
        "supported_python_versions": ["3.12"],
        "executable": "tap-a",
    }

    assert told({}, full) == told(full, {}) == []
    assert told({**full, key: None}, full) == []


def test_the_worst_is_told_first():
    older = settings(setting(value=1), setting("b"))
    newer = settings(setting(value=2, label="A"), setting("c"))

    impacts = [impact for impact, *_ in told(older, newer)]
    assert impacts == ["breaking", "behavioural", "additive", "cosmetic"]


def test_a_difference_is_a_sentence():
    older = settings(setting("page_size", kind="integer", value=100))
    newer = settings(setting("page_size", kind="integer", value=50))

    assert [one.message for one in differences(older, newer)] == [
        "The setting `page_size` has the default `50`, and had `100`."
    ]


@pytest.mark.parametrize(("was", "now", "said"), [
    ([], None, "has the default `null`, and had `[]`"),
    ("1", 1, 'has the default `1`, and had `"1"`'),
])  # fmt: skip
def test_two_values_that_are_spelt_alike_are_told_apart(was, now, said):
    [one] = differences(settings(setting(value=was)), settings(setting(value=now)))
    assert said in one.message


names = st.sampled_from(["a", "b", "c"])
schemas = st.recursive(
    st.fixed_dictionaries({}, optional={
        "type": st.sampled_from(["string", "integer", ["null", "string"], ["null"]]),
        "format": st.just("date-time"),
    }),
    lambda inner: st.fixed_dictionaries({}, optional={
        "type": st.sampled_from(["object", "array", ["object", "null"]]),
        "properties": st.dictionaries(names, inner, max_size=2),
        "items": inner,
        "anyOf": st.lists(inner, max_size=2),
    }),
    max_leaves=8,
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
said = st.fixed_dictionaries(
    {},
    optional={
        "settings": st.lists(
            st.fixed_dictionaries(
                {"name": names},
                optional={
                    "sensitive": st.booleans(),
                    "kind": st.sampled_from(["string", "integer", "password", "array"]),
                    "value": json_values,
                    "label": st.text(max_size=2),
                    "options": st.lists(
                        st.fixed_dictionaries({"value": names}), max_size=3
                    ),
                },
            ),
            max_size=3,
            unique_by=lambda one: one["name"],
        ),
        "settings_group_validation": st.lists(
            st.lists(names, max_size=3, unique=True), max_size=3
        ),
        "capabilities": st.lists(names, max_size=3),
        "supported_python_versions": st.lists(names, max_size=3),
        "executable": names,
        "streams": st.lists(
            st.fixed_dictionaries(
                {"id": names},
                optional={
                    "fields": st.dictionaries(names, names, max_size=3),
                    "schema": schemas,
                    "key_properties": st.lists(names, max_size=2),
                    "replication_method": names,
                },
            ),
            max_size=3,
            unique_by=lambda one: one["id"],
        ),
    },
)
anything = st.dictionaries(
    st.sampled_from([
        "settings", "settings_group_validation", "capabilities", "streams", "executable",
        "supported_python_versions",
    ]),
    json_values | st.lists(st.dictionaries(
        st.sampled_from(["name", "id", "fields", "options", "value", "kind", "schema"]),
        json_values,
    )),
)  # fmt: skip


@given(said)
def test_a_release_does_not_differ_from_itself(one):
    assert differences(one, one) == ()


@given(said, said)
def test_seen_from_the_other_side_what_came_went(older, newer):
    there = differences(older, newer)
    back = differences(newer, older)

    plain = {Facet.EXECUTABLE}
    seen = sorted((o.facet, o.change, o.subject) for o in there if o.facet not in plain)
    turned = sorted(
        (o.facet, SWAPPED.get(o.change, o.change), o.subject)
        for o in back
        if o.facet not in plain
    )
    # Options that went both ways are two differences, seen from either side.
    assert seen == turned


@given(said, said)
def test_what_goes_breaks_and_what_comes_does_not_unless_it_is_demanded(older, newer):
    for one in differences(older, newer):
        if one.change is Change.REMOVED:
            assert one.impact is Impact.BREAKING
        if one.change is Change.ADDED and one.facet is not Facet.SETTING:
            assert one.impact is Impact.ADDITIVE


@given(anything, anything)
def test_any_json_can_be_compared(older, newer):
    found = differences(older, newer)

    assert found == differences(older, newer)
    assert all(one.message for one in found)
    assert list(found) == sorted(found, key=lambda one: list(Impact).index(one.impact))


def long(facet, kept, *, first=0):
    """Return a list as long as what is kept of a longer one."""
    numbers = range(first, first + kept)
    if facet is Facet.FIELD:
        return stream(fields={f"f{number}": "string" for number in numbers})
    if facet is Facet.SETTING:
        return settings(*({"name": f"s{number}"} for number in numbers))
    return {"streams": [{"id": f"s{number}"} for number in numbers]}


@pytest.mark.parametrize(("facet", "kept"), [
    (Facet.STREAM, STREAMS_KEPT), (Facet.SETTING, SETTINGS_KEPT),
    (Facet.FIELD, FIELDS_KEPT),
])  # fmt: skip
def test_what_is_behind_the_end_of_a_long_list_is_neither_gone_nor_new(facet, kept):
    full, whole = long(facet, kept, first=1), long(facet, kept - 1)
    assert told(long(facet, kept), full) == []
    gone = {one.change for one in differences(full, whole)}
    assert gone == {Change.REMOVED}
    came = {one.change for one in differences(whole, full)}
    assert came == {Change.ADDED}
