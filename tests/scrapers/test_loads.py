"""What a target of our own does with records of taps, through the sandbox."""

import pytest

from registry.loads import Blocked
from sandbox import Level, assessed
from scrapers.conforming.driving import CantRun
from scrapers.conforming.installing import Installed, kind_of
from scrapers.conforming.loads import loads_of
from scrapers.probes.conformance.recording import Kind
from tests.scrapers.test_conformance import PYTHON, connector, source_of

pytestmark = pytest.mark.skipif(
    PYTHON is None or assessed().level is Level.NONE,
    reason="there is no sandbox, or no Python that it can read",
)
SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": ["null", "string"]}},
}


def tap(number, *names, keys=("id",), schema=SCHEMA):
    said = {"schema": schema, "key_properties": list(keys)}
    streams = [
        {"tap_stream_id": name, "stream": name, **said} for name in names or ["users"]
    ]
    return {"tap": number, "version": "1.0", "digest": "d", "streams": streams}


def loaded(*taps, faults=""):
    one = Installed(
        kind=Kind.TARGET, connector=connector(source_of(Kind.TARGET), faults),
        lock="", rescue="", interpreter="", platform="", level="",
    )  # fmt: skip
    return loads_of(one, taps)


def test_rows_that_are_read_back_are_counted():
    said = loaded(tap(1), tap(2, keys=()))
    assert [(one["answer"], one["sent"], one["read"]) for one in said["loads"]] == [
        ("yes", 10, 10),
        ("yes", 10, 10),
    ]
    assert "blocked" not in said
    # It demands a token, which nobody has.
    assert said["config_is_made_up"]


def test_rows_that_are_gone_are_told_whatever_the_exit_code():
    few = {**SCHEMA, "properties": {**SCHEMA["properties"], "name": {"enum": ["b"]}}}
    [lost] = loaded(tap(1, schema=few), faults="first-of-key")["loads"]
    assert (lost["answer"], lost["code"], lost["read"]) == ("no", "rows", 2)
    assert "8 of 10 rows are not there" in lost["cause"]


def test_rows_that_are_there_twice_hide_none_of_another_stream():
    keyed, keyless = loaded(
        tap(1, "users", "teams"), tap(2, "users", "teams", keys=()), faults="uneven"
    )["loads"]
    for lost in (keyed, keyless):
        assert (lost["answer"], lost["code"], lost["read"]) == ("no", "rows", 10)
        assert "10 of 20 rows are not there: 10 of 'teams'" in lost["cause"]


def test_one_tap_that_is_refused_leaves_the_others_loaded():
    strange = {"type": "object", "properties": {"name": {"type": "string"}}}
    refused, good = loaded(tap(1, keys=["id"], schema=strange), tap(2))["loads"]
    assert (refused["answer"], good["answer"]) == ("no", "yes")
    assert "an unknown key" in refused["cause"]


def test_what_could_not_be_made_to_fit_blames_nobody():
    odd = {"name": {"type": "string", "pattern": "^[A-Z]{3}$"}}
    [one] = loaded(tap(1, schema={"type": "object", "properties": odd}))["loads"]
    assert (one["answer"], one["code"]) == ("unknown", "doubt")


def test_a_target_that_loads_nothing_at_all_is_not_known():
    said = loaded(tap(1), faults="crash")
    assert said["blocked"]["code"] == Blocked.SIMPLEST
    assert "segmentation fault" in said["blocked"]["cause"]
    assert "loads" not in said


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tap-x", Kind.TAP),
        ("meltanolabs-target-csv", Kind.TARGET),
        ("tap-target-x", Kind.TAP),
    ],
)
def test_a_command_says_what_it_is(name, kind):
    assert kind_of(name) is kind


def test_a_command_that_says_nothing_is_not_run():
    with pytest.raises(CantRun, match="neither a tap nor a target"):
        kind_of("singer")
