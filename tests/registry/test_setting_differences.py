"""What another setting does to a project that has set it, and to one that has not."""

import pytest

from registry.differences import differences


def setting(**said):
    return {"name": "a", **said}


def told(older, newer, *, was=(), now=()):
    found = differences(
        {"settings": older, "settings_group_validation": [list(was)]},
        {"settings": newer, "settings_group_validation": [list(now)]},
    )
    return [(one.impact.value, one.change.value, one.message) for one in found]


def choice(*values):
    options = [{"label": value, "value": value} for value in values]
    return setting(kind="options", options=options)


SECRET = setting(kind="password", sensitive=True)
TEXT = setting(kind="string")


@pytest.mark.parametrize(("older", "newer", "expected"), [
    (SECRET, TEXT, "The setting `a` is no longer a secret."),
    (TEXT, SECRET, "The setting `a` is a secret now."),
    (TEXT, setting(kind="string", sensitive=True), "The setting `a` is a secret now."),
    (setting(), SECRET, "The setting `a` is a secret now."),
])  # fmt: skip
def test_what_becomes_a_secret_or_is_none_any_more_is_one_difference(
    older, newer, expected
):
    assert told([older], [newer]) == [("behavioural", "secrecy", expected)]


def test_one_secret_in_place_of_another_is_no_difference_of_secrecy():
    marked = setting(kind="string", sensitive=True)
    [(impact, change, _)] = told([marked], [SECRET])
    assert (impact, change) == ("cosmetic", "kind")


@pytest.mark.parametrize(("older", "newer", "expected"), [
    (TEXT, choice("x"),
     ("breaking", "options", 'The setting `a` takes nothing but "x" now.')),
    (choice("x"), TEXT,
     ("additive", "options", 'The setting `a` takes other values than "x" now.')),
    (setting(), choice("x"),
     ("breaking", "options", 'The setting `a` takes nothing but "x" now.')),
    (choice("x"), choice("x", "y"),
     ("additive", "options", 'The setting `a` has the new option "y".')),
    (choice("x", "y"), choice("y"),
     ("breaking", "options", 'The setting `a` has no option "x" any more.')),
])  # fmt: skip
def test_a_choice_breaks_who_had_set_something_else(older, newer, expected):
    assert told([older], [newer]) == [expected]


def test_a_choice_that_becomes_a_number_is_told_by_its_kind_alone():
    [(impact, change, _)] = told([choice("x")], [setting(kind="integer")])
    assert (impact, change) == ("breaking", "kind")


@pytest.mark.parametrize("kind", ["integer", "string", "array"])
def test_a_kind_that_was_not_known_before_breaks_nothing(kind):
    assert told([setting()], [setting(kind=kind)]) == [
        ("cosmetic", "kind", f"The setting `a` is known to have the kind `{kind}` now.")
    ]
    [(impact, change, _)] = told([setting(kind=kind)], [setting()])
    assert (impact, change) == ("cosmetic", "kind")


FILLED = setting(kind="string", value="x")


def test_a_demand_with_a_default_breaks_nothing():
    assert told([], [FILLED], now="a") == [
        ("additive", "added", "The setting `a` is new.")
    ]
    assert told([FILLED], [FILLED], now="a") == [
        ("behavioural", "required",
         "The setting `a` is required now, and has the default `x`.")
    ]  # fmt: skip


def test_a_demand_without_a_default_breaks():
    assert told([], [TEXT], now="a") == [
        ("breaking", "added", "The setting `a` is new, and required.")
    ]
    assert told([TEXT], [TEXT], now="a") == [
        ("breaking", "required", "The setting `a` is required now.")
    ]


def test_a_default_that_is_taken_away_breaks_where_something_has_to_be_set():
    assert told([FILLED], [TEXT], was="a", now="a") == [
        ("breaking", "default",
         "The setting `a` is required and has no default; it had `x`.")
    ]  # fmt: skip
    [(impact, change, _)] = told([FILLED], [TEXT])
    assert (impact, change) == ("behavioural", "default")


def test_a_first_default_of_what_everybody_had_to_set_only_helps():
    [(impact, change, _)] = told([TEXT], [FILLED], was="a", now="a")
    assert (impact, change) == ("additive", "default")
    [(impact, _, _)] = told([TEXT], [FILLED])
    assert impact == "behavioural"


def test_a_set_of_settings_stays_enough_where_defaults_fill_the_rest():
    def grouped(*groups, **filled):
        listed = [{"name": name, "value": filled.get(name)} for name in "abc"]
        said = [list(group) for group in groups]
        return {"settings": listed, "settings_group_validation": said}

    older = grouped("a", "b")
    filled = differences(older, grouped("ac", "bc", c=1))
    assert all(one.facet.value != "group" for one in filled)
    broken = differences(older, grouped("ac", "bc"))
    assert "To set a is not enough any more." in {one.message for one in broken}
