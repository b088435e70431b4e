"""What a connector's command line must do, whatever it connects to."""

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
    not_applicable,
    passed,
)
from scrapers.probes.conformance.messages import strict_json
from scrapers.probes.conformance.recording import RecordedRun, Recording

SHOULD = Level.SHOULD
START_LIMIT_S = 5.0


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
    if run.is_ok and not (run.stdout + run.stderr).strip():
        return failed("It exits with 0 and prints nothing.")
    return exits_with_0(run)


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
    return found(
        f"The run {run.name!r} prints a secret of the config on {place}."
        for run in recording.runs.values()
        for place in _leaks(run, recording.secrets)
    )


@declare(
    "C10",
    level=SHOULD,
    spec=spec.COMMAND_LINE,
    remedy="Let the argument parser refuse what it does not know.",
    needs=("unknown-option",),
)
def unknown_option_is_refused(recording: Recording) -> Verdict:
    """An unknown option is refused."""
    return refuses(recording.runs["unknown-option"])


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
    runs = [recording.runs[n] for n in ("help", "version") if n in recording.runs]
    seconds = min(run.seconds for run in runs)
    if seconds < START_LIMIT_S:
        return passed(f"It took {seconds:.1f} s.")
    return failed(f"It took {seconds:.1f} s.")


def exits_with_0(run: RecordedRun) -> Verdict:
    """Return a failure for a run that did not exit with 0."""
    return passed() if run.is_ok else ended_badly(run)


def refuses(run: RecordedRun) -> Verdict:
    """Return a failure for a run that exited with 0 all the same."""
    if run.is_ok:
        return failed("It exits with 0.", " ".join(run.args))
    return passed(f"{run.ended.capitalize()}.")


def _leaks(run: RecordedRun, secrets: tuple[str, ...]) -> Iterator[str]:
    for place, text in (("stdout", run.stdout), ("stderr", run.stderr)):
        if any(secret.encode() in text for secret in secrets):
            yield place


CHECKS = checks_of(globals())
