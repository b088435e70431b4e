"""What a connector must do with a config that is missing, broken or incomplete."""

from collections.abc import Mapping
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import (
    NETWORK,
    Level,
    Verdict,
    checks_of,
    declare,
    failed,
    found,
    inconclusive,
    not_applicable,
    passed,
    tail,
)
from scrapers.probes.conformance.cli import refuses
from scrapers.probes.conformance.messages import texts_in
from scrapers.probes.conformance.recording import RecordedRun, Recording
from scrapers.probes.conformance.schemas import properties_of, schema_problem

SHOULD = Level.SHOULD
TRACEBACK = b"Traceback (most recent call last)"
# Runs of this prefix have one required setting less each.
WITHOUT = "without:"


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
    if not required_settings(recording.about):
        return not_applicable("It declares no setting that is required.")
    return refuses(recording.runs["no-config"])


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
    return refuses(recording.runs["absent-config"])


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
    return refuses(recording.runs["broken-config"])


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
    runs = recording.named(WITHOUT)
    if not runs:
        return not_applicable("It declares no setting that is required.")
    unclear = [run for run in runs if _is_unclear(run)]
    if unclear and not any(run.is_ok for run in runs):
        name = _left_out(unclear[0])
        return inconclusive(
            f"Without {name!r} it went on to where there is no network."
        )
    return found(
        f"It runs without {_left_out(run)!r}, which it declares as required."
        for run in runs
        if run.is_ok
    )


@declare(
    "C08b",
    level=SHOULD,
    spec=spec.LOGGING,
    remedy="Name every missing setting in the message.",
)
def missing_setting_is_named(recording: Recording) -> Verdict:
    """The error for a missing setting names it."""
    tried = recording.named(WITHOUT)
    runs = [run for run in tried if not (run.is_ok or _is_unclear(run))]
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
    return refuses(recording.runs["wrong-type"])


def _has_no_traceback(run: RecordedRun) -> Verdict:
    if TRACEBACK in run.stderr:
        return failed("It ends with a traceback.", tail(run))
    return passed()


def _is_unclear(run: RecordedRun) -> bool:
    """Say whether a run may have ended for want of time or network, not of a setting."""
    return bool(run.limit or NETWORK.search(run.stderr))


def _left_out(run: RecordedRun) -> str:
    return run.name.removeprefix(WITHOUT)


def settings_of(about: Mapping[str, Any] | None) -> Any:
    """Return the settings that `--about` declares, as they stand there."""
    return (about or {}).get("settings")


def required_settings(about: Mapping[str, Any] | None) -> list[str]:
    """Return the required settings without a default."""
    settings = settings_of(about)
    properties = properties_of(settings)
    said = settings.get("required") if isinstance(settings, Mapping) else None
    known = [(n, properties.get(n)) for n in texts_in(said)]
    return [n for n, s in known if not (isinstance(s, Mapping) and "default" in s)]


CHECKS = checks_of(globals())
