"""`manage.py conformance SPEC`: judge a tap or a target by the Singer specification."""

import json
import sys
import traceback
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.facts import Json
from sandbox.index import IndexFailure
from sandbox.workshop import NoInterpreter
from scrapers.conformance_report import as_text
from scrapers.conforming import CantRun, record
from scrapers.conforming.driving import MOCK
from scrapers.conforming.judging import judged_apart
from scrapers.conforming.starting import started
from scrapers.conforming.verdicts import made_of
from scrapers.conforming.wanted import wanted
from scrapers.http import CrawlError
from scrapers.probes.conformance.recording import Kind
from scrapers.trying import workshop

# What the exit code says. Django and Python say 1 of any error, which here is a verdict.
MUST_FAILED, NOT_RUN = 1, 2
CANT = (OSError, ValueError, CantRun, NoInterpreter, IndexFailure, CrawlError)
TOO_DEEP = "Its catalog is nested too deeply to be handed back to it."
UNJUDGED = "No check could be judged."


class Command(BaseCommand):
    """Install a connector, run it in the sandbox, and print what every check says."""

    help = (
        "Judge a tap or a target by the Singer specification. Exits with 0 where no MUST "
        "fails, with 1 where one does, and with 2 otherwise: wrong arguments, a connector "
        "that could not be installed or run, or any other error."
    )
    # They are about serving a registry. Nothing of that is needed here, in nobody's CI.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to install, on which Python, and its config."""
        parser.add_argument(
            "spec",
            metavar="SPEC",
            help=(
                "tap-x, tap-x[s3]==1.2, a folder (.), git+https://HOST/tap-x@REF, an "
                "sdist or a wheel; names of others behind it are installed with it"
            ),
        )
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
        parser.add_argument("--json", action="store_true", help="print all as JSON")

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as from a command line, and exit with 2 where an error is not foreseen."""
        try:
            super().run_from_argv(argv)
        except Exception:  # noqa: BLE001  the outermost frame: whatever it is, it is no verdict
            traceback.print_exc()
            sys.exit(NOT_RUN)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, judge and print; the exit code says whether a MUST failed."""
        try:
            said = _judged(options)
        except CANT as error:
            raise CommandError(str(error), returncode=NOT_RUN) from error
        except RecursionError as error:
            raise CommandError(TOO_DEEP, returncode=NOT_RUN) from error
        self.stdout.write(
            json.dumps(said, indent=2) if options["json"] else as_text(said)
        )
        if not said["could_be_judged"]:
            raise CommandError(UNJUDGED, returncode=NOT_RUN)
        if said["must_failures"]:
            sys.exit(MUST_FAILED)


def _judged(options: dict[str, Any]) -> Json:
    """Return the report on what is to be judged, and how it was installed."""
    config = _read_json(options["config"])
    answers = _read_json(options["serve"]) or {}
    files = {path.name: path.read_bytes() for path in options["file"]}
    one = wanted(options["spec"], workshop())
    with started(
        one.spec,
        python=options["python"],
        workshop=workshop(),
        source=one.source,
        beside=one.beside,
        kind=options["kind"],
        executable=options["executable"],
        answers=answers,
    ) as made:
        recording = record(made.kind, made.connector, config=config, files=files)
        head = {"python": options["python"], "commit": one.commit, **made_of(made)}
        return head | judged_apart(one.shown, recording)


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
