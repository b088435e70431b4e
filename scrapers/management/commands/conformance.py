"""`manage.py conformance SPEC`: judge a tap or a target by the Singer specification."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandbox.index import IndexFailure
from sandbox.providing import NoInterpreter
from sandbox.trying import RESCUE
from scrapers.conformance_report import as_json, as_text
from scrapers.conforming import CantRun, record
from scrapers.conforming.driving import MOCK
from scrapers.conforming.installing import installed
from scrapers.conforming.masking import masked
from scrapers.probes.conformance import judge
from scrapers.probes.conformance.recording import Kind
from scrapers.trying import workshop

# What the exit code says. Django's own errors are 1, so ours ends the process itself.
MUST_FAILED, NOT_RUN = 1, 2


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
            with installed(
                options["spec"],
                python=options["python"],
                workshop=workshop(),
                rescue=RESCUE,
                kind=options["kind"],
                executable=options["executable"],
                answers=answers,
            ) as one:
                recording = record(one.kind, one.connector, config=config, files=files)
        except (OSError, ValueError, CantRun, NoInterpreter, IndexFailure) as error:
            raise CommandError(str(error), returncode=NOT_RUN) from error
        report = judge(recording)
        if options["json"]:
            made = {"python": options["python"], "lock": one.lock}
            said = made | as_json(options["spec"], report, recording)
            told = json.dumps(masked(said, recording.secrets), indent=2)
        else:
            told = masked(as_text(options["spec"], report), recording.secrets)
        self.stdout.write(told)
        if report.failures:
            sys.exit(MUST_FAILED)


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
