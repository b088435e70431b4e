"""What a connector's command line must do, whatever it connects to."""

import re
from collections.abc import Iterator

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import (
    Level,
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
from scrapers.probes.conformance.messages import messages, strict_json
from scrapers.probes.conformance.recording import Ending, RecordedRun, Recording

SHOULD = Level.SHOULD
START_LIMIT_S = 5.0
DEAD = "No run of it exits with 0."
# What is longer than that is no version, whatever numbers are in it.
VERSION_LIMIT = 1000
VERSION = re.compile(rb"(?<![\w.])v?\d+(?:\.\d+)+")
NUMBERS = re.compile(r"\d+")


@declare(
    "C01",
    spec=spec.COMMAND_LINE,
    remedy="Print the usage and exit with 0, without reading a config.",
    needs=("help",),
)
def help_exits_with_0(recording: Recording) -> Verdict:
    """--help exits with 0."""
    return exits_with_0(recording.runs["help"])


@declare(
    "C02",
    level=SHOULD,
    spec=spec.COMMAND_LINE,
    remedy="Add --version, and print the installed package's version.",
    needs=("version",),
)
def version_is_printed(recording: Recording) -> Verdict:
    """--version exits with 0 and prints a version."""
    run = recording.runs["version"]
    said = (run.stdout.strip() or run.stderr.strip())[:VERSION_LIMIT]
    if not run.is_ok:
        return ended_badly(run)
    if not said:
        return failed("It exits with 0 and prints nothing.")
    if not VERSION.search(said) or messages(said):
        return failed(
            "It exits with 0 and prints no version.",
            said.splitlines()[0].decode("utf-8", "replace"),
        )
    return passed()


@declare(
    "C03",
    level=SHOULD,
    spec=spec.ABOUT,
    remedy="Print an object with name, capabilities and settings as JSON.",
    needs=("about",),
)
def about_describes(recording: Recording) -> Verdict:
    """--about --format=json describes the connector."""
    run = recording.runs["about"]
    if not run.is_ok:
        return ended_badly(run)
    try:
        said = strict_json(run.stdout)
    except ValueError as error:
        return failed(f"What it prints is no JSON: {error}")
    if not isinstance(said, dict):
        return failed("What it prints is no object.")
    wanted = ("name", "capabilities", "settings")
    return found(f"It has no {key!r}." for key in wanted if key not in said)


@declare(
    "C09",
    spec=spec.SECRETS,
    remedy="Leave config values out of logs, errors and addresses, or mask them.",
)
def secrets_stay_secret(recording: Recording) -> Verdict:
    """Secrets are never printed."""
    if not recording.secrets:
        return not_applicable("No secret was in the config.")
    leaks = [
        f"The run {run.name!r} prints a secret of the config on {place}."
        for run in recording.runs.values()
        for place in _leaks(run, recording.secrets)
    ]
    if not leaks and not recording.works:
        return not_applicable(DEAD)
    return found(leaks)


@declare(
    "C10",
    level=SHOULD,
    spec=spec.COMMAND_LINE,
    remedy="Let the argument parser refuse what it does not know.",
    needs=("unknown-option",),
)
def unknown_option_is_refused(recording: Recording) -> Verdict:
    """An unknown option is refused."""
    return refuses(recording, "unknown-option", "no-config", "absent-config")


@declare(
    "C11",
    level=SHOULD,
    spec=spec.COMMAND_LINE,
    remedy="Import what takes long only where it is used.",
    needs=("help",),
)
def start_is_quick(recording: Recording) -> Verdict:
    """--help takes less than 5 s."""
    # The first run compiles byte code; any of both being quick is enough.
    runs = [run for n in ("help", "version") if (run := recording.succeeded(n))]
    if not runs:
        return not_applicable("Neither --help nor --version exits with 0.")
    seconds = min(run.seconds for run in runs)
    if seconds < START_LIMIT_S:
        return passed(f"It took {seconds:.1f} s.")
    return failed(f"It took {seconds:.1f} s.")


def exits_with_0(run: RecordedRun) -> Verdict:
    """Return a failure for a run that did not exit with 0."""
    return passed() if run.is_ok else ended_badly(run)


def refuses(recording: Recording, name: str, *others: str) -> Verdict:
    """Return a failure for a run that exited with 0 all the same, or died of a signal.

    One that fails whatever it is asked has refused nothing, and one that fails as one of the
    `others` does, in which that is not wrong, was not seen to.
    """
    run = recording.runs[name]
    if run.is_ok:
        return failed("It exits with 0.", " ".join(run.args))
    if not recording.works:
        return not_applicable(DEAD)
    if run.ending is Ending.SIGNALLED:
        return ended_badly(run)
    known = (recording.runs.get(other) for other in others)
    if alike := next((o for o in known if o and _end_alike(o, run)), None):
        return inconclusive(f"It fails as it does in the run {alike.name!r}.")
    return passed(f"{run.ended.capitalize()}.")


def _end_alike(one: RecordedRun, other: RecordedRun) -> bool:
    """Say whether both fail with the same last words, times and numbers aside."""
    ends = [NUMBERS.sub("0", tail(run)) for run in (one, other)]
    return not one.is_ok and not other.is_ok and ends[0] == ends[1]


def _leaks(run: RecordedRun, secrets: tuple[str, ...]) -> Iterator[str]:
    for place, text in (("stdout", run.stdout), ("stderr", run.stderr)):
        if any(secret.encode() in text for secret in secrets):
            yield place


CHECKS = checks_of(globals())
