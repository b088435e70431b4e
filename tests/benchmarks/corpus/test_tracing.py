"""Each claim has to stand in the record or in the package's own text."""

from copy import deepcopy
from dataclasses import replace

import pytest

from benchmarks.corpus.tracing import unshown
from tests.benchmarks.corpus.made import (
    CODE,
    STATIC,
    answering,
    reading,
    trying,
    versioned,
)
from tests.scrapers.probes.invocation.records import (
    about,
    about_settings,
    discover,
    failed,
    helped,
    installed,
    record,
)

LOCKED = [
    {"name": "singer-sdk", "version": "0.54.9", "built": False, "wheel": ""},
    {
        "name": "old",
        "version": "1.0",
        "built": True,
        "wheel": "old-1.0-py3-none-any.whl",
    },
]

UNDETECTED = "tap-alpha v[could not be detected], Meltano SDK v0.54.9"


def claims(tried, change=lambda facts: None):
    """Return what is claimed without evidence after somebody changed the facts."""
    facts = deepcopy(tried.facts)
    change(facts)
    return list(unshown(replace(tried, facts=facts)))


@pytest.mark.parametrize("tried", [
    answering(packages=LOCKED), reading(packages=LOCKED),
    trying(record(failed("resolve", "no"), version="")),
    trying(record(*installed(helped(), failed("about"), failed("discover")))),
    trying(record(*installed(helped(), discover("no catalog")))),
    trying(record(*installed(helped(), versioned(UNDETECTED)))),
])  # fmt: skip
def test_what_the_probes_conclude_is_shown(tried):
    assert claims(tried) == []


def test_a_schema_with_references_and_alternatives_shows_its_settings():
    settings = about_settings(
        properties={
            "auth": {"oneOf": [{"$ref": "#/$defs/key"}, {"$ref": "#/$defs/user"}]},
            "size": {"type": ["integer", "null"], "default": "7"},
        },
        required=["auth"],
        **{"$defs": {
            "key": {"type": "object", "properties": {
                "key": {"type": "string", "secret": True}}, "required": ["key"]},
            "user": {"type": "object", "properties": {
                "name": {"type": "string", "enum": ["a", "b"]}}},
        }},
    )  # fmt: skip
    tried = trying(record(*installed(helped(), settings)))

    assert {"auth.key", "auth.name"} <= {one["name"] for one in tried.value("settings")}
    assert claims(tried) == []


def added(fact, value):
    return lambda facts: facts[fact]["value"].append(value)


def put(fact, value, basis="observed"):
    return lambda facts: facts.update({fact: {"value": value, "basis": basis}})


def setting(**said):
    return {"name": "invented", "kind": "string", "required": False} | said


def changed_setting(**said):
    return lambda facts: facts["settings"]["value"][0].update(said)


@pytest.mark.parametrize("change", [
    added("settings", setting()),
    added("capabilities", "log-based"),
    added("required_groups", ["invented"]),
    changed_setting(value="invented"),
    changed_setting(options=[{"label": "invented", "value": "invented"}]),
    changed_setting(name="start_date", sensitive=True),
    changed_setting(kind="array"),
    put("executable", "invented"),
    put("reported_version", "9.9.9"),
    put("sdk_version", "9.9.9"),
    put("license", "Invented", "static"),
    put("requires_python", ">=2", "static"),
    lambda facts: facts["streams"]["value"][0].update(id="invented"),
    lambda facts: facts["streams"]["value"][0].update(key_properties=["invented"]),
    lambda facts: facts["dependencies"].append({"name": "invented", "version": "1"}),
    lambda facts: facts.update(version="9.9.9"),
    lambda facts: facts.update(needs_compiler="yes"),
])  # fmt: skip
def test_what_was_not_observed_is_told(change):
    assert len(claims(answering(packages=LOCKED), change)) >= 1


@pytest.mark.parametrize("change", [
    added("settings", setting()),
    added("capabilities", "properties"),
    put("sdk_version", "9.9.9", "static"),
    put("framework", "singer-sdk", "static"),
    lambda facts: facts["streams"]["value"][0].update(id="invented"),
    lambda facts: facts["streams"]["value"][0].update(fields={"invented": "string"}),
    lambda facts: facts["settings"].update(basis="observed"),
    lambda facts: facts["capabilities"].update(basis="observed"),
])  # fmt: skip
def test_what_does_not_stand_in_the_code_is_told(change):
    assert len(claims(reading(), change)) >= 1


@pytest.mark.parametrize(("question", "answer"), [
    ("about", "no"), ("discovers", "no"), ("help", "no"), ("version", "no"),
])  # fmt: skip
def test_an_answer_that_was_seen_is_not_denied(question, answer):
    def deny(facts):
        for one in facts["outcomes"]:
            if one["question"] == question:
                one["answer"] = answer

    assert claims(answering(), deny) == [f"{question}: {answer}"]


def test_a_yes_takes_a_call_that_went_well():
    tried = trying(record(*installed(helped(), failed("about"), failed("discover"))))

    def agree(facts):
        for one in facts["outcomes"]:
            one["answer"] = "yes"

    told = claims(tried, agree)
    assert told == ["version: yes", "about: yes", "discovers: yes"]


def test_what_is_built_with_a_compiler_is_not_said_to_need_none():
    wheel = "old-1.0-cp312-cp312-linux_x86_64.whl"
    tried = answering(packages=[LOCKED[1] | {"wheel": wheel}])

    told = claims(tried, lambda facts: facts.update(needs_compiler="no"))

    assert claims(tried) == [] and told == ["it needs no compiler"]


def test_a_catalog_proves_that_it_discovers():
    tried = trying(
        record(*installed(helped(), about(capabilities=["catalog"]), discover()))
    )

    assert "discover" in tried.value("capabilities")
    assert claims(tried) == []


def test_a_name_in_another_package_s_text_is_no_evidence():
    tried = reading()

    assert STATIC["settings"][0]["name"] in CODE
    assert claims(replace(tried, source="def main(): ...")) != []
