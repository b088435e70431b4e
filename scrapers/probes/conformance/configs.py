"""What a connector must do with a config that is missing, broken or incomplete."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import (
    NETWORK,
    Level,
    Result,
    Verdict,
    checks_of,
    declare,
    ended_badly,
    failed,
    found,
    inconclusive,
    not_applicable,
    passed,
    tail,
)
from scrapers.probes.conformance.cli import refuses
from scrapers.probes.conformance.demands import demands_in
from scrapers.probes.conformance.recording import Ending, RecordedRun, Recording
from scrapers.probes.conformance.schemas import schema_problem

SHOULD = Level.SHOULD
TRACEBACK = b"Traceback (most recent call last)"
# Runs of this prefix have one required setting less each.
WITHOUT = "without:"
NOTHING = "No setting is known to be required."
# What is run with a whole config.
WHOLE = ("sync", "F01")
LIKEWISE = "so does the whole config, which may be for the same reason"


@declare(
    "C03b",
    level=SHOULD,
    spec=spec.ABOUT,
    remedy="Declare settings as a JSON Schema of draft 7.",
    needs=("about",),
)
def settings_are_a_schema(recording: Recording) -> Verdict:
    """The settings of --about are a JSON Schema."""
    if "settings" not in (recording.about or {}):
        return not_applicable("It declares no settings.")
    problem = schema_problem(settings_of(recording.about))
    return failed(f"They are no JSON Schema: {problem}") if problem else passed()


@declare(
    "C05",
    level=SHOULD,
    spec=spec.SYNOPSIS,
    remedy="Check the config before anything else; exit with 1 where it is missing.",
    needs=("no-config",),
)
def missing_config_is_refused(recording: Recording) -> Verdict:
    """Without a config that it needs it does not exit with 0."""
    if not demands_in(recording).is_any:
        return not_applicable(NOTHING)
    return refuses(recording, "no-config", *WHOLE)


@declare(
    "C05b",
    level=SHOULD,
    spec=spec.LOGGING,
    remedy="Catch the error and say in one line which option or setting is missing.",
    needs=("no-config",),
)
def missing_config_gives_a_message(recording: Recording) -> Verdict:
    """A missing config gives a message, not a traceback."""
    return _has_no_traceback(recording.runs["no-config"])


@declare(
    "C06",
    spec=spec.OUTPUT,
    remedy="Exit with 1 where the file that --config names can't be read.",
    needs=("absent-config",),
)
def absent_file_is_refused(recording: Recording) -> Verdict:
    """A config file that does not exist is refused."""
    return refuses(recording, "absent-config", *WHOLE)


@declare(
    "C06b",
    level=SHOULD,
    spec=spec.LOGGING,
    remedy='Say "The config file PATH does not exist", without a traceback.',
    needs=("absent-config",),
)
def absent_file_is_named(recording: Recording) -> Verdict:
    """The error for a config file that does not exist names it."""
    run = recording.runs["absent-config"]
    said = run.stderr + run.stdout
    if b"absent.json" not in said:
        return failed("The message does not name the file.", tail(run))
    return _has_no_traceback(run)


@declare(
    "C07",
    spec=spec.CONFIG,
    remedy="Exit with 1 where the config can't be parsed.",
    needs=("broken-config",),
)
def broken_config_is_refused(recording: Recording) -> Verdict:
    """A config that is no JSON is refused."""
    return refuses(recording, "broken-config", *WHOLE)


@declare(
    "C07b",
    level=SHOULD,
    spec=spec.LOGGING,
    remedy="Catch the error, and say which file is no JSON and where.",
    needs=("broken-config",),
)
def broken_config_gives_a_message(recording: Recording) -> Verdict:
    """A config that is no JSON gives a message, not a traceback."""
    return _has_no_traceback(recording.runs["broken-config"])


@declare(
    "C08",
    spec=spec.CONFIG,
    remedy="Validate the config against the declared settings before the run.",
)
def required_settings_are_required(recording: Recording) -> Verdict:
    """A config without a required setting is refused."""
    demands, runs = demands_in(recording), recording.named(WITHOUT)
    if not demands.is_any:
        return not_applicable(NOTHING)
    if not runs:
        return not_applicable(f"The config has nothing that {demands.basis}.")
    if any(run.is_ok for run in runs):
        said = found(
            f"It runs without {_left_out(run)!r}, which {demands.basis}."
            for run in runs
            if run.is_ok
        )
        # Nobody has promised what was only read.
        return replace(said, result=Result.WARN) if demands.is_read else said
    for run in runs:
        if not _is_refused(recording, run, _left_out(run)):
            return inconclusive(f"Without {_left_out(run)!r} {_how(run)}.")
    names = ", ".join(map(_left_out, runs))
    return passed(f"It refuses a config without what {demands.basis}: {names}.")


@declare(
    "C08b",
    level=SHOULD,
    spec=spec.LOGGING,
    remedy="Name every missing setting in the message.",
)
def missing_setting_is_named(recording: Recording) -> Verdict:
    """The error for a missing setting names it."""
    tried = recording.named(WITHOUT)
    runs = [run for run in tried if _is_refused(recording, run, _left_out(run))]
    if not runs:
        return not_applicable("No run without a required setting was refused.")
    return found(
        f"The message does not name {_left_out(run)!r}: {tail(run)}"
        for run in runs
        if _left_out(run).encode() not in run.stderr + run.stdout
    )


@declare(
    "C08c",
    level=SHOULD,
    spec=spec.ABOUT,
    remedy="Validate the config against the declared settings, types included.",
    needs=("wrong-type",),
)
def wrong_type_is_refused(recording: Recording) -> Verdict:
    """A setting of the wrong type is refused."""
    run = recording.runs["wrong-type"]
    # Named is the setting as what the run is about.
    has_failed = run.ending is Ending.EXITED and not run.is_ok and recording.works
    if has_failed and not _is_refused(recording, run, run.stdin):
        return inconclusive(f"It fails, and {LIKEWISE}.")
    return refuses(recording, "wrong-type")


def _has_no_traceback(run: RecordedRun) -> Verdict:
    if run.is_ok:
        return not_applicable("It exits with 0.")
    if run.ending is Ending.SIGNALLED:
        return ended_badly(run)
    if TRACEBACK in run.stderr:
        return failed("It ends with a traceback.", tail(run))
    if not (run.stderr + run.stdout).strip():
        return failed("It says nothing.")
    return passed()


def _is_refused(recording: Recording, run: RecordedRun, name: str) -> bool:
    """Say whether a run failed for one setting, and not for want of time or network.

    Where the whole config fails as well, only a message that names the setting tells.
    """
    if run.is_ok or run.ending is not Ending.EXITED or NETWORK.search(run.stderr):
        return False
    is_named = bool(name) and name.encode("utf-8", "replace") in run.stderr + run.stdout
    is_whole_good = any(map(recording.succeeded, WHOLE))
    return is_named or is_whole_good


def _how(run: RecordedRun) -> str:
    """Return why a failure without a setting does not say that it was refused."""
    if run.ending is not Ending.EXITED:
        return run.ended
    if NETWORK.search(run.stderr):
        return "it went on to where there is no network"
    return f"it fails, and {LIKEWISE}"


def _left_out(run: RecordedRun) -> str:
    return run.name.removeprefix(WITHOUT)


def settings_of(about: Mapping[str, Any] | None) -> Any:
    """Return the settings that `--about` declares, as they stand there."""
    return (about or {}).get("settings")


CHECKS = checks_of(globals())
