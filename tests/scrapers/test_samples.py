"""Taps of which we have records: what is known of their settings, and when it is used."""

import pytest

from scrapers.conforming import record
from scrapers.conforming.samples import SAMPLES, sample_for
from scrapers.probes.conformance import judge
from scrapers.probes.conformance.check import Result
from scrapers.probes.conformance.recording import Kind
from tests.scrapers.test_conformance import connector, pytestmark

__all__ = ["pytestmark"]
TEXT = {"type": ["string", "null"]}
PATHS = {"type": "array", "items": {"type": "object", "properties": {"path": TEXT}}}
# A tap of the name and the settings of a real one, which reads the same files or addresses.
READING = """
import json, sys
from pathlib import Path
from urllib.request import urlopen

ABOUT = {about!r}

def rows(config):
    if "api_url" in config:
        with urlopen(config["api_url"] + config["streams"][0]["path"]) as answer:
            return json.load(answer)
    if "feed_urls" in config:
        with urlopen(config["feed_urls"][0]) as answer:
            return [{{"id": n}} for n in range(answer.read().count(b"<entry>"))]
    return [json.loads(line) for line in Path(config["path"]).read_text().splitlines()]

if "--about" in sys.argv:
    print(json.dumps(ABOUT))
elif "--help" in sys.argv:
    print("--catalog")
else:
    config = json.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text())
    schema = {{"type": "object", "properties": {{"id": {{"type": "integer"}}}}}}
    if "--discover" in sys.argv:
        print(json.dumps({{"streams": [
            {{"tap_stream_id": "orders", "stream": "orders", "schema": schema}}]}}))
    else:
        if {is_broken}:
            sys.exit("it does not read that any more")
        print(json.dumps({{"type": "SCHEMA", "stream": "orders", "schema": schema,
                          "key_properties": ["id"]}}))
        for row in rows(config):
            said = {{"id": row["id"]}}
            print(json.dumps({{"type": "RECORD", "stream": "orders", "record": said}}))
"""
SETTINGS = {
    "tap-jsonl": {"path": TEXT, "primary_keys": {"type": "array"}},
    "tap-rest-api-msdk": {"api_url": TEXT, "streams": {"type": "array"}},
    "tap-feed": dict.fromkeys(SAMPLES["tap-feed"].config, TEXT),
}


def about(properties, **more):
    return {"name": "tap-x", "settings": {"properties": properties, **more}}


def recorded(name, settings, *, is_broken=False):
    code = READING.format(about=about(settings), is_broken=is_broken)
    made = connector(code)
    return record(
        Kind.TAP, type(made)(name=name, command=made.command, python=made.python)
    )


def verdict(recording, check):
    [found] = [one for one in judge(recording).judged if one.check.id == check]
    return found.verdict.result


@pytest.mark.parametrize("name", SETTINGS)
def test_records_of_ours_are_synced_without_a_network(name):
    recording = recorded(name, SETTINGS[name])
    assert recording.runs["sync"].stdout.count(b"RECORD") == 5
    assert not recording.is_synthetic
    assert verdict(recording, "S00") is Result.PASS


def test_settings_that_are_called_otherwise_today_make_no_claim():
    recording = recorded("tap-jsonl", {"glob": TEXT})
    assert recording.runs["sync"].config == "{}"


def test_a_sample_that_leads_nowhere_blames_nobody():
    recording = recorded("tap-jsonl", SETTINGS["tap-jsonl"], is_broken=True)
    assert recording.is_synthetic
    assert verdict(recording, "S00") is Result.INCONCLUSIVE


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        (about({"path": TEXT, "primary_keys": {}}), True),
        (about({"path": TEXT, "primary_keys": {}}, required=["path"]), True),
        (about({"path": TEXT, "primary_keys": {}}, required=["bucket"]), False),
        (about({"path": TEXT}), False),
        (about({}), False),
        (None, False),
    ],
)
def test_a_sample_is_for_the_settings_that_it_names_alone(said, fits):
    assert (sample_for("tap-jsonl", said) is not None) is fits


def test_settings_within_settings_have_to_be_known_too():
    assert sample_for("tap-csv", about({"files": PATHS})) is None
    known = dict.fromkeys(("entity", "path", "keys"), TEXT)
    files = {"type": "array", "items": {"type": "object", "properties": known}}
    assert sample_for("tap-csv", about({"files": files})) is not None


def test_a_tap_that_nobody_knows_has_no_sample():
    assert sample_for("tap-other", about({"path": TEXT})) is None
