"""`manage.py conformance SPEC`: judge a tap or a target by the Singer specification."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandbox.index import IndexFailure
from sandbox.installing import PLACE
from sandbox.providing import NoInterpreter, Provided, provided
from scrapers.conformance_report import as_json, as_text
from scrapers.conforming import CantRun, Connector, record
from scrapers.conforming.driving import MOCK
from scrapers.probes.conformance import judge
from scrapers.probes.conformance.recording import Kind
from scrapers.trying import workshop

# What the exit code says. Django's own errors are 1, so ours ends the process itself.
MUST_FAILED, NOT_RUN = 1, 2
# What a release lacks that relied on an old setuptools being everywhere.
RESCUE = "setuptools<81"


class Command(BaseCommand):
    """Install a connector, run it in the sandbox, and print what every check says."""

    help = (
        "Judge a tap or a target by the Singer specification. Exits with 0 where no MUST "
        "fails, 1 where one does, 2 where the connector could not be run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to install, on which Python, and its config."""
        parser.add_argument("spec", metavar="SPEC", help="tap-x, or tap-x==1.2")
        parser.add_argument("--python", default="3.12", help="a minor version: 3.12")
        parser.add_argument("--kind", choices=[kind.value for kind in Kind])
        parser.add_argument("--executable", help="of several, the one to run")
        parser.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            help="JSON; {work} is the run's folder, {control} that of the files",
        )
        parser.add_argument(
            "--file",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a file that the connector finds in {control}; more than once",
        )
        parser.add_argument(
            "--serve",
            type=Path,
            metavar="FILE",
            help=f"JSON by path that a server answers at {MOCK}",
        )
        parser.add_argument(
            "--json", action="store_true", help="print all of it as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, judge and print; the exit code says whether a MUST failed."""
        try:
            config = _read_json(options["config"])
            answers = _read_json(options["serve"]) or {}
            files = {path.name: path.read_bytes() for path in options["file"]}
            with _connector(options, answers) as (kind, connector, lock):
                recording = record(kind, connector, config=config, files=files)
        except (OSError, ValueError, CantRun, NoInterpreter, IndexFailure) as error:
            raise CommandError(str(error), returncode=NOT_RUN) from error
        report = judge(recording)
        if options["json"]:
            made = {"python": options["python"], "lock": lock}
            told = json.dumps(
                made | as_json(options["spec"], report, recording), indent=2
            )
        else:
            told = as_text(options["spec"], report)
        self.stdout.write(_masked(told, recording.secrets))
        if report.failures:
            sys.exit(MUST_FAILED)


@contextmanager
def _connector(
    options: dict[str, Any], answers: dict[str, Any]
) -> Iterator[tuple[Kind, Connector, str]]:
    """Yield what is to be run, installed, and the digest of what was installed.

    Raises CantRun and what `provided` raises.
    """
    spec, python = options["spec"], options["python"]
    with provided(spec, python=python, workshop=workshop(), rescue=RESCUE) as done:
        if done.environment is None:
            raise CantRun(_why(done))
        name = _executable(done, options["executable"])
        kind = Kind(options["kind"] or name.partition("-")[0])
        connector = Connector(
            name=name,
            command=(f"{PLACE}/bin/{name}",),
            python=str(done.interpreter.executable),
            own_python=f"{PLACE}/bin/python",
            readable=done.readable,
            environment={"PATH": f"{PLACE}/bin:/usr/bin:/bin"},
            answers=answers,
        )
        yield kind, connector, done.lock.digest if done.lock else ""


def _executable(done: Provided, wanted: str | None) -> str:
    """Return the console script to run. Raises CantRun where there is none to choose."""
    names = [one.name for one in done.executables]
    fitting = [n for n in names if n.startswith(("tap-", "target-"))]
    for name in [wanted] if wanted else [*fitting, *names]:
        if name in names:
            return name
    raise CantRun(f"It has no such command; it has {', '.join(names) or 'none'}.")


def _why(done: Provided) -> str:
    last = done.steps[-1] if done.steps else None
    said = last.stderr.decode("utf-8", "replace").strip() if last else ""
    where = last.name if last else "install"
    return f"It can't be installed ({where}): {said[-500:] or 'no reason was given'}"


def _masked(told: str, secrets: tuple[str, ...]) -> str:
    """Return a report without the secrets that a connector may have printed."""
    for secret in secrets:
        for spelt in (secret, json.dumps(secret)[1:-1]):
            told = told.replace(spelt, "[secret]")
    return told


def _read_json(path: Path | None) -> Any:
    """Return the object in a file, None without one.

    Raises OSError, ValueError for no JSON, and CantRun for no object.
    """
    if path is None:
        return None
    said = json.loads(path.read_text())
    if not isinstance(said, dict):
        raise CantRun(f"{path} holds no JSON object.")
    return said
