"""Whether a release starts: what its calls come to."""

import pytest

from registry.tried import Answer, Question
from scrapers.probes.invocation import probe_record
from tests.scrapers.probes.invocation.records import (
    about,
    discover,
    failed,
    helped,
    installed,
    record,
    step,
)

MISSING = "ModuleNotFoundError: No module named 'requests'"
TRACEBACK = "ValueError: unsupported format character 'o' (0x6f) at index 12"
NO_FLAG = "tap-alpha: error: unrecognized arguments: --help"
NO_CONFIG = "tap-alpha: error: the following arguments are required: -c/--config"
NO_KEYS = "Exception: Config is missing required keys: ['api_key']"


def starts(*steps, **said):
    return probe_record(record(*steps, **said)).starts


def timed_out(name):
    return step(name, ending="timed-out", exit_code=None)


@pytest.mark.parametrize(
    ("calls", "answer"),
    [
        ([helped()], Answer.YES),
        ([failed("help", MISSING), failed("version", MISSING)], Answer.NO),
        ([failed("help", TRACEBACK)], Answer.NO),
        ([step("help", ending="signalled", exit_code=None, signal=11)], Answer.NO),
        ([timed_out("help"), timed_out("version")], Answer.UNKNOWN),
        ([step("help", ending="signalled", exit_code=None, signal=9)], Answer.UNKNOWN),
        ([], Answer.UNKNOWN),
    ],
)
def test_a_release_starts_where_it_answers_to_help(calls, answer):
    assert starts(*installed(*calls)) is answer


@pytest.mark.parametrize(
    "calls",
    [
        # It has no such flag, or reads its config before its arguments.
        [failed("help", NO_FLAG)],
        [failed("help", NO_CONFIG)],
        [failed("help", NO_KEYS)],
        # It reads messages, and there are none.
        [step("help", args=["--help"])],
        # A percent sign in the words of a flag breaks the help text alone.
        [failed("help", TRACEBACK), failed("version", NO_FLAG)],
        [failed("help", TRACEBACK), about()],
        [failed("help", TRACEBACK), discover()],
        [timed_out("help"), step("bad-config", args=["--config", "x"])],
    ],
)
def test_who_says_anything_of_his_own_has_started(calls):
    assert starts(*installed(*calls)) is Answer.YES


def test_what_does_not_install_or_import_does_not_start():
    assert starts(failed("resolve", "No solution found when resolving")) is Answer.NO
    broken = failed("import", MISSING)
    assert starts(*installed()[:2], broken, failed("help", NO_FLAG)) is Answer.NO
    assert starts(timed_out("install")) is Answer.UNKNOWN


def test_its_answers_stay_what_they_are():
    tried = probe_record(record(*installed(failed("help", MISSING))))
    assert tried.answer(Question.IMPORTS) is Answer.YES
    assert tried.answer(Question.HELP) is Answer.NO
    assert tried.as_json()["starts"] == "no"
