"""What the sandbox stopped is told as that, and never as a fault of the connector."""

import json
from dataclasses import replace

import pytest

from registry.tried import Answer, Question
from sandbox.trying import Trial
from scrapers.probes.invocation import config_from, probe_record
from tests.sandbox.connectors import wheel_of

# Every test here is made at each level that a machine has of its own.
pytestmark = pytest.mark.usefixtures("level")
MAIN = "\ndef main():\n    print('usage: tap-alpha')\n"
EMPTY_WITHOUT = """
import json, sys

def main():
    if "--about" in sys.argv:
        print(json.dumps({"name": "tap-alpha", "settings": ABOUT}))
    elif "--discover" in sys.argv:
        config = {}
        if "--config" in sys.argv:
            config = json.load(open(sys.argv[sys.argv.index("--config") + 1]))
        listed = [{"tap_stream_id": one["name"]} for one in config.get("files", [])]
        print(json.dumps({"streams": listed}))
"""
FILES = {
    "type": "object",
    "properties": {
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
                "required": ["name"],
            },
        }
    },
    "required": ["files"],
}


@pytest.fixture
def attempt(workshop, python):
    """Try a release as workers do; return its record and its facts."""

    def attempt(spec):
        trial = Trial(workshop=workshop, config_for=config_from, discover=True)
        record = trial.of(spec, python=python)
        return record, probe_record(record)

    return attempt


@pytest.mark.parametrize(("code", "cause"), [
    ("import tempfile\nHELD = [tempfile.TemporaryFile() for _ in range(600)]",
     "open-files"),
    (("import threading, time\nfor _ in range(300):\n"
     "    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()"),
     "processes"),
    ("import tempfile\ntempfile.TemporaryFile().truncate(400 << 20)", "disk"),
    ("open('/usr/large', 'w')", "sandbox"),
    ("import os\nos.chroot('/')", "sandbox"),
    ("open(__file__, 'a')", "sandbox"),
])  # fmt: skip
def test_what_the_sandbox_does_not_give_leaves_the_answers_unknown(
    index, attempt, code, cause
):
    index.put("tap-alpha", wheel_of("tap-alpha", code + MAIN, License="MIT"))
    _, tried = attempt("tap-alpha")

    [imports] = [one for one in tried.outcomes if one.question is Question.IMPORTS]
    assert imports.cause is not None and imports.cause.code == cause
    assert imports.answer is tried.starts is Answer.UNKNOWN
    assert not tried.findings


def test_what_the_machine_is_too_slow_to_install_is_not_known_to_fail(
    index, attempt, monkeypatch
):
    index.put("tap-alpha", wheel_of("tap-alpha", MAIN))
    monkeypatch.setattr("sandbox.installing.INSTALL_S", 0.0001)
    record, tried = attempt("tap-alpha")

    assert record["steps"][-1]["ending"] == "timed-out"
    assert tried.starts is Answer.UNKNOWN


def test_an_installer_that_the_machine_ends_gives_no_record(
    index, workshop, python, tmp_path
):
    index.put("tap-alpha", wheel_of("tap-alpha", MAIN))
    ended = tmp_path / "uv"
    ended.write_text("#!/bin/sh\nkill -9 $$\n")
    ended.chmod(0o755)
    trial = Trial(
        workshop=replace(workshop, uv=ended), config_for=config_from, discover=True
    )
    with pytest.raises(OSError, match="signal 9"):
        trial.of("tap-alpha", python=python)


def test_an_empty_catalog_is_asked_for_again_with_a_config(index, attempt):
    code = f"ABOUT = {FILES!r}\n{EMPTY_WITHOUT}"
    index.put("tap-alpha", wheel_of("tap-alpha", code))
    record, tried = attempt("tap-alpha")

    steps = {step["name"]: step for step in record["steps"]}
    assert json.loads(steps["discover"]["stdout"]) == {"streams": []}
    assert steps["discover-config"]["config"] == {"files": [{"name": "example"}]}
    assert [one.id for one in tried.streams.value] == ["example"]


def test_an_empty_catalog_without_a_config_to_make_is_not_known(index, attempt):
    index.put("tap-alpha", wheel_of("tap-alpha", f"ABOUT = {{}}\n{EMPTY_WITHOUT}"))
    record, tried = attempt("tap-alpha")

    assert "discover-config" not in [step["name"] for step in record["steps"]]
    assert tried.streams is None


def test_a_catalog_with_streams_is_asked_for_once(index, attempt):
    said = 'import json\ndef main():\n    print(json.dumps({"streams": [{"stream": "a"}]}))\n'
    index.put("tap-alpha", wheel_of("tap-alpha", said))
    record, tried = attempt("tap-alpha")

    assert "discover-config" not in [step["name"] for step in record["steps"]]
    assert [one.id for one in tried.streams.value] == ["a"]
