"""Connectors of our own, good and bad, through the sandbox and before the checks."""

import json
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sandbox import Level as SandboxLevel
from sandbox import assessed
from scrapers.conformance_report import as_documentation, as_json, as_text
from scrapers.conforming import Connector, record
from scrapers.conforming.cases import Case
from scrapers.conforming.driving import MOCK, drive
from scrapers.conforming.presets import given, made_up
from scrapers.probes.conformance import CHECKS, judge
from scrapers.probes.conformance.check import Level, Result
from scrapers.probes.conformance.recording import Ending, Kind

SCRIPTS = Path(__file__).parent / "connectors"
ROOT = Path(__file__).parents[2]
PYTHON = shutil.which("python3", path="/usr/bin:/bin")
CONFIGS = {
    Kind.TAP: {"api_token": "songbook-token"},
    Kind.TARGET: {"api_token": "songbook-token", "destination_path": "{work}"},
}
CARELESS = (
    "help no-version about settings-schema no-config bad-config required wrong-type leak "
    "any-option"
)
# Faults that go together, and every check that has to see one. What the checks about
# settings and messages say of a rude connector is the same for taps and targets.
TAP_FAULTS = {
    CARELESS: "C01 C02 C03 C03b C05 C06 C06b C07 C08 C08c C09 C10",
    "traceback unnamed": "C05b C06b C07b C08b",
    "bad-catalog": "D02 D02b D02c D03 D03b D03c D04 D04c D04d D04e D04f D05 D06 D06b D06c "
    "D08",
    "empty-catalog": "D02d",
    "discovery-syncs": "D01 D09",
    "discovery-fails": "D00",
    "sync-fails": "S00",
    "bad-messages": "S01 S02 S02b S03 S04 S05 S05b S06 S06b S07 S08 S09 S09b S10 S11 S13 "
    "S15 S16 S16b S17 S19 S22 S23",
    "ignores-catalog": "S20 S20b",
    "resume-fails": "S21",
    "resume-wrong": "S21b S21c S21d",
    "bad-state": "S21f",
    "bad-batch": "S24 S24b",
    "unstable": "D07 S28",
    "sloppy": "S12 S14 S17b",
}
TARGET_FAULTS = {
    f"{CARELESS} careless chatty changes-state escapes writes-secret drops-batch": (
        "C01 C06 C07 C08 C09 F16 F17 F26 F55 F56 F57 F58 F59 F60 F61 F62 F64 F65 F67 G01 "
        "G02 G04 G06 G11 G12"
    ),
    "broken": "F02 F03 F04 F06 F07 F08 F09 F10 F11 F12 F13 F14 F15 F18 F22 F24 F25 F27 F28 "
    "F29 F30 F31 F32 F33 F34 F35 F36 F37 F38 F39 F42 F44 F45 F46 F47 F49 F50 F51 F52 F53 "
    "F54",
    "changes batch-declared": "F01 F05 F19 F20 F21 F23 F41 F43 F48 F63 F66 F68 G08 G10",
    "crash": "F01 G03",
    "buffers keeps-old": "G05 G09 G14",
    "first-of-key no-state mixes-deletes forgets-marks": (
        "G04 G04b G08 G13 G15 G16 G17"
    ),
}
# They are seen to fail in the tests of the checks alone (C11), or say no more than what a
# target is like (G07), or only that a target crashes (F40).
ELSEWHERE = {"C11", "F40", "G07"}
BROKEN = (Result.FAIL, Result.WARN, Result.INFO)

pytestmark = pytest.mark.skipif(
    PYTHON is None or assessed().level is SandboxLevel.NONE,
    reason="there is no sandbox, or no Python that it can read",
)


def source_of(kind):
    """Return a connector with what both share as one text, to be run with `-c`."""
    shared = (SCRIPTS / "command_line.py").read_text()
    return f"""
import sys, types
module = sys.modules["command_line"] = types.ModuleType("command_line")
exec({shared!r}, module.__dict__)
{(SCRIPTS / f"{kind}.py").read_text()}"""


def connector(source, faults="", **said):
    return Connector(
        name="tap-good",
        command=(PYTHON, "-S", "-c", source),
        python=PYTHON,
        environment={"FAULTS": faults},
        **said,
    )


def report(kind, faults="", **said):
    return judge(recorded(kind, faults, **said))


def recorded(kind, faults="", **said):
    config = CONFIGS[kind] | said.pop("config", {})
    return record(kind, connector(source_of(kind), faults, **said), config=config)


def text_of(recording):
    return as_text(as_json("good", judge(recording), recording))


def broken(judged):
    return {j.check.id for j in judged.judged if j.verdict.result in BROKEN}


def ran(source, *cases):
    made = drive(connector(source), cases or [Case(name="a")], workers=1)
    return list(made.values())


def test_good_tap_breaks_no_rule():
    recording = recorded(Kind.TAP)
    judged = judge(recording)
    assert not broken(judged), text_of(recording)
    assert judged.counts[Result.INCONCLUSIVE] == 0


def test_good_target_breaks_no_rule():
    recording = recorded(Kind.TARGET)
    judged = judge(recording)
    # It appends, which is no fault and is told.
    assert broken(judged) == {"G07"}, text_of(recording)
    assert judged.counts[Result.SKIP] == 0


def test_config_that_is_made_up_writes_to_the_folder_of_the_run():
    properties = {
        "destination_path": {"type": "string"},
        "api_token": {"type": "string"},
    }
    settings = {"properties": properties, "required": ["api_token"]}
    made = made_up(Kind.TARGET, "target-x", {"settings": settings})
    assert made.config["destination_path"] == "{work}"
    assert made.secrets == (made.config["api_token"],)
    assert made.is_synthetic


def test_what_is_secret_of_a_config_is_told_by_its_names():
    made = given({
        "pwd": "one-secret", "awsSecretKey": "two-secret", "credentials": "three-secret",
        "next_page_token": "nothing-at-all", "token_url": "https://x.test/token",
        "private_key_path": "/etc/key.pem",
    })  # fmt: skip
    assert made.secrets == ("one-secret", "two-secret", "three-secret")


def test_config_of_a_target_of_files_is_as_good_as_a_real_one():
    settings = {"properties": {"output_path": {"type": "string"}}}
    made = made_up(Kind.TARGET, "target-x", {"settings": settings})
    assert (made.config, made.is_synthetic) == ({"output_path": "{work}"}, False)


@pytest.mark.parametrize("faults", TAP_FAULTS)
def test_every_fault_of_a_tap_is_seen(faults):
    assert set(TAP_FAULTS[faults].split()) <= broken(report(Kind.TAP, faults))


@pytest.mark.parametrize("faults", TARGET_FAULTS)
def test_every_fault_of_a_target_is_seen(faults):
    assert set(TARGET_FAULTS[faults].split()) <= broken(report(Kind.TARGET, faults))


def test_every_check_is_seen_to_fail():
    seen = " ".join([*TAP_FAULTS.values(), *TARGET_FAULTS.values()]).split()
    unseen = {check.id for check in CHECKS} - set(seen)
    assert unseen <= ELSEWHERE
    assert not [c.id for c in CHECKS if c.id in unseen and c.level is Level.MUST]


def test_tap_reads_what_the_mock_server_answers():
    user = {"id": 7, "name": "Eve", "updated_at": "2024-01-01T00:00:00Z"}
    asked = {"config": {"api_url": MOCK}, "answers": {"/users": [user]}}
    recording = recorded(Kind.TAP, **asked)
    assert not broken(judge(recording)), text_of(recording)


def test_connector_can_not_write_a_report_of_its_own():
    forging = """
import os, sys
forged = '{"name": "a", "ending": "exited", "code": 0, "stdout": "Zm9yZ2Vk"}\\n'
print(forged)
for pid in filter(str.isdigit, os.listdir("/proc")):
    for number in range(10):
        try:
            with open(f"/proc/{pid}/fd/{number}", "w") as pipe:
                pipe.write(forged)
        except OSError:
            pass
sys.exit(7)
"""
    (told,) = ran(forging)
    assert told.exit_code == 7
    assert told.stdout.startswith(b'{"name"')


def test_nothing_of_one_case_lives_on_in_the_next():
    leaving = """
import os, sys, time
if sys.argv[1:] == ["marooned"]:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
else:
    print(sum(open(f"/proc/{p}/cmdline").read().count("maroon" + "ed")
              for p in os.listdir("/proc") if p.isdigit() and p != str(os.getpid())))
"""
    cases = [Case(name="a", args=("marooned",)), Case(name="b", args=("look",))]
    _, looked = ran(leaving, *cases)
    assert looked.stdout == b"0\n", looked


@pytest.mark.parametrize(
    ("source", "seconds", "ending"),
    [
        ("while True: pass", 1.0, Ending.TIMED_OUT),
        ("while True: print('x' * 9999)", 60.0, Ending.TOO_MUCH_OUTPUT),
        ("import os; os.kill(os.getpid(), 9)", 60.0, Ending.SIGNALLED),
        ("", 60.0, Ending.EXITED),
    ],
)
def test_ending_of_a_run_is_told(source, seconds, ending):
    case = Case(name="a", seconds=seconds, output_limit=100_000)
    assert ran(source, case)[0].ending is ending


def test_process_that_does_not_read_its_input_is_no_matter():
    (told,) = ran("print(1)", Case(name="a", stdin=b"x" * 5_000_000))
    assert (told.exit_code, told.stdout) == (0, b"1\n")


def test_files_of_a_case_are_read_back_by_format():
    writing = """
import csv, gzip, sqlite3
with gzip.open("a.jsonl.gz", "wt") as file:
    file.write('{"id": 1}\\n{"id": 2}\\n{"id": 3')
with open("b.csv", "w") as file:
    csv.writer(file, delimiter=";").writerows([["id", "name"], [1, "x;y"]])
with sqlite3.connect("c.db") as known:
    known.execute("create table d (id integer)")
    known.execute("insert into d values (5)")
"""
    (told,) = ran(writing, Case(name="a", read_back=True))
    assert {t.name: list(t.rows) for t in told.output.tables} == {
        "a": [{"id": 1}, {"id": 2}],
        "b": [{"id": "1", "name": "x;y"}],
        "d": [{"id": 5}],
    }


def test_file_of_an_unknown_format_is_told_and_not_judged():
    (told,) = ran(
        "open('a.bin', 'wb').write(b'\\xff\\xfe')", Case(name="a", read_back=True)
    )
    assert "format is not known" in told.output.unread


def test_report_can_be_kept_as_json():
    recording = record(Kind.TAP, connector("", ""), config={})
    told = json.loads(json.dumps(as_json("tap-x", judge(recording), recording)))
    assert {"id", "result", "spec", "remedy"} <= told["checks"][0].keys()
    assert sum(told["counts"].values()) == len(told["checks"])


def test_how_many_checks_could_be_judged_is_told():
    recording = record(Kind.TAP, connector(""), config={})
    told = as_json("tap-x", judge(recording), recording)
    results = ("pass", "fail", "warn", "info")
    count = sum(told["counts"][result] for result in results)
    assert 0 < told["could_be_judged"] == count < len(told["checks"])
    first = as_text(told).splitlines()[0]
    assert first.startswith(f"tap-x: {count} of {len(told['checks'])} checks could be")


def test_documentation_lists_every_check_as_it_is():
    text = (ROOT / "docs" / "CONFORMANCE.md").read_text()
    assert as_documentation(CHECKS) in text


@pytest.mark.parametrize("content", ["[1]", "{"])
def test_command_that_can_not_run_exits_with_2(tmp_path, content):
    config = tmp_path / "config.json"
    config.write_text(content)
    with pytest.raises(CommandError) as stopped:
        call_command("conformance", "tap-x", config=config)
    assert stopped.value.returncode == 2
