"""What a connector can do: by its word, by its code, and by what it did."""

import json

import pytest

from registry.schemas import FOLDER
from registry.tried import CAPABILITIES, Answer, Basis, Question
from registry.vocabulary import PluginType
from scrapers.probes.invocation import probe_record
from tests.scrapers.probes.invocation.records import (
    about,
    codes,
    discover,
    failed,
    helped,
    installed,
    messages,
    record,
    step,
)

CLASSIC = {
    "capabilities": ["catalog", "discover", "state"],
    "framework": "singer-python",
}


@pytest.mark.parametrize("kind", CAPABILITIES)
def test_the_words_are_those_of_the_schema(kind):
    path = FOLDER / "common" / f"{kind}_specific.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))

    assert (
        list(CAPABILITIES[kind])
        == schema["properties"]["capabilities"]["items"]["enum"]
    )


def test_a_connector_s_word_counts_as_observed():
    tried = probe_record(record(*installed(helped(), about(), discover())))

    assert tried.capabilities.basis is Basis.OBSERVED
    assert "structured-logging" in tried.capabilities.value
    assert not tried.findings


def test_a_word_that_clients_do_not_know_is_left_out_and_told():
    tried = probe_record(record(*installed(about(capabilities=["sync", "state"]))))

    assert tried.capabilities.value == ("state",)
    assert "'sync'" in messages(tried)


def test_a_word_of_the_other_type_is_left_out():
    said = about(capabilities=["catalog", "soft-delete"])
    tried = probe_record(record(*installed(said), name="target-alpha"))

    assert tried.type is PluginType.LOADERS
    assert tried.capabilities.value == ("soft-delete",)


def test_a_classic_tap_s_code_tells_and_is_marked_as_static():
    tried = probe_record(record(*installed(helped(), discover()), static=CLASSIC))

    assert tried.capabilities.value == ("catalog", "discover", "state")
    assert tried.capabilities.basis is Basis.STATIC


def test_what_only_help_lists_is_no_capability():
    static = {"capabilities": ["state"]}
    tried = probe_record(record(*installed(helped()), static=static))

    assert tried.capabilities.value == ("state",)


def test_what_help_does_not_list_is_contradicted():
    help_text = helped("Usage\n  --discover\n  --catalogue FILE\n  --state FILE")
    tried = probe_record(record(*installed(help_text), static=CLASSIC))

    assert tried.capabilities.value == ("discover", "state")
    assert "`--catalog`" in messages(tried)


def test_a_claim_that_a_run_contradicts_is_told_and_dropped():
    refused = failed("discover", "error: unrecognized arguments: --discover")
    tried = probe_record(record(*installed(about(), refused)))

    assert "discover" not in tried.capabilities.value
    assert "capability-contradicted" in codes(tried)


def test_what_a_run_proves_is_a_capability():
    tried = probe_record(record(*installed(about(capabilities=["state"]), discover())))

    assert tried.capabilities.value == ("discover", "state")
    assert "capability-undeclared" in codes(tried)


def test_a_flag_that_help_hides_and_a_run_answers_to_is_there():
    tried = probe_record(
        record(*installed(helped("usage: tap [--catalog FILE]"), about(), discover()))
    )

    assert "discover" in tried.capabilities.value
    assert "'discover'" not in messages(tried)
    assert "'state'" in messages(tried)


def test_a_discovery_that_could_not_be_tried_contradicts_nothing():
    need = failed("discover", "KeyError: 'client_id'")
    tried = probe_record(record(*installed(about(), need)))

    assert "discover" in tried.capabilities.value
    assert "capability-contradicted" not in codes(tried)


TRACE = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n'


@pytest.mark.parametrize("need", [
    failed("discover", TRACE + "ModuleNotFoundError: No module named 'pandas'"),
    failed("discover", TRACE + "AttributeError: module 'collections' has no attribute "
           "'Mapping'"),
    failed("discover", "error: unrecognized arguments: --format=json"),
    step("discover", ending="signalled", exit_code=None, signal=11),
    discover('INFO starting\n{"streams": []}'),
])  # fmt: skip
@pytest.mark.parametrize("said", [about(), helped()])
def test_a_discovery_that_broke_down_does_not_take_the_capability(need, said):
    static = CLASSIC if said["name"] == "help" else {}
    tried = probe_record(record(*installed(said, need), static=static))

    assert tried.answer(Question.DISCOVERS) is Answer.NO
    assert "discover" in tried.capabilities.value
    assert "capability-contradicted" not in codes(tried)


@pytest.mark.parametrize("need", [
    failed("discover", "Error: No such option: --discover"),
    discover('{"type": "STATE", "value": {}}'),
    discover("done"),
])  # fmt: skip
def test_a_discovery_that_there_is_not_takes_the_capability(need):
    tried = probe_record(record(*installed(about(), need)))

    assert "discover" not in tried.capabilities.value
    assert "capability-contradicted" in codes(tried)


@pytest.mark.parametrize("said", [
    {"static": {}},
    {"name": "target-alpha", "executables": [], "static": {"capabilities": []}},
    {"name": "alpha", "executables": ["alpha"], "static": CLASSIC},
])  # fmt: skip
def test_where_nothing_tells_it_is_not_known(said):
    assert probe_record(record(*installed(helped()), **said)).capabilities is None
