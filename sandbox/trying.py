"""One release of a connector, tried on one Python: installed, imported, called.

Whatever the package does ends up in the record, and nowhere else.
"""

import json
import re
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sandbox
from sandbox.invoking import (
    Outcome,
    calling,
    configured_discovery,
    failed,
    standard_calls,
)
from sandbox.provided import Provided
from sandbox.providing import provided
from sandbox.records import Json, empty_record, metadata_of, package_rows, step
from sandbox.sources import SourceTree
from sandbox.wheels import Executable
from sandbox.workshop import Workshop

# setuptools 82 removed pkg_resources, and Python 3.12 distutils, which setuptools has.
RESCUE = "setuptools<81"
MISSING = re.compile(
    rb"ModuleNotFoundError: No module named '(?:pkg_resources|distutils)[.'\w]*"
)
# Where the words say which of several console scripts is the connector's own.
WORDS = ("tap-", "target-")


def not_read(wheel: Path) -> Json:
    """Return that nothing was read of a wheel's source."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How releases are tried: where, and by what is known out here.

    `read_static` reads a wheel as data. `config_for` makes a config of what the connector
    says of itself and of what was read ({} for nothing), for a tap that discovers nothing
    without one; only with `discover` is it asked to.
    """

    workshop: Workshop
    config_for: Callable[[Json, Json], Json | None]
    discover: bool
    read_static: Callable[[Path], Json] = not_read

    def of(
        self,
        spec: str,
        *,
        python: str,
        source: SourceTree | None = None,
        beside: tuple[str, ...] = (),
    ) -> Json:
        """Return the record of a release on a minor version of Python: "3.12".

        With a `source` it is that which is tried, and `spec` says so in words. What is
        installed `beside` it are requirements by name. Raises nothing for what a package
        does; NotASpec and NoInterpreter for what was asked, and Unavailable where the index
        could not be had.
        """
        place = partial(
            provided,
            spec,
            python=python,
            workshop=self.workshop,
            source=source,
            beside=beside,
        )
        with place() as first:
            record = self._attempt(first, is_last=False)
            if record is not None:
                return record
            with place(rescue=RESCUE, upon=first) as second:
                rescued = self._attempt(second, is_last=False)
                # A rescue that rescues nothing is none.
                if second.environment and rescued is not None:
                    return rescued
        with place() as again:
            return self._attempt(again, is_last=True) or {}

    def _attempt(self, done: Provided, *, is_last: bool) -> Json | None:
        """Return the record; None if a module is missing that a rescue brings."""
        steps = list(done.steps)
        static = self.read_static(done.wheel) if done.wheel else {}
        calls = _call(
            done,
            self.workshop,
            lambda about: self.config_for(about, static),
            discover=self.discover,
        )
        # Closed: whatever still runs has ended before the environment is added to.
        with closing(calls):
            for outcome in calls:
                steps.append(outcome)
                if not is_last and _lacks(outcome):
                    return None
        return _record(done, self.workshop, steps) | {"static": static}


def _call(
    done: Provided,
    workshop: Workshop,
    config_for: Callable[[Json], Json | None],
    *,
    discover: bool,
) -> Generator[Outcome]:
    """Yield the outcomes of the import and of the calls, each made when it is asked for."""
    executable = main_executable(done)
    if done.environment is None:
        return
    if executable is None:
        yield failed("import", 0.0, "The package has no console script.")
        return
    python = done.interpreter
    ours = done.environment, executable
    with calling(*ours, interpreter=python, workshop=workshop) as caller:
        yield caller.imported
        found: dict[str, Outcome] = {}
        for call in standard_calls(is_tap=discover):
            found[call.name] = caller.call(call)
            yield found[call.name]
            if not (caller.imported.is_good or found["help"].is_good):
                # The others would say the same.
                return
        if discover and not _is_answered(found["discover"]):
            config = config_for(read_object(found["about"]))
            if config is not None:
                yield caller.call(configured_discovery(config))


def main_executable(done: Provided) -> Executable | None:
    """Return the console script that is the connector, of those that its package has."""
    name = done.package.name if done.package else ""

    def worth(executable: Executable) -> tuple[bool, bool, bool]:
        said = executable.name.lower().replace("_", "-")
        return said == name, name.endswith(said), said.startswith(WORDS)

    return max(done.executables, key=worth, default=None)


def read_object(outcome: Outcome) -> Json:
    """Return the JSON object that a call printed, or an empty one."""
    try:
        said: Any = json.loads(outcome.stdout)
    except (ValueError, RecursionError):
        return {}
    return said if outcome.is_good and isinstance(said, dict) else {}


def _is_answered(discovered: Outcome) -> bool:
    """Say whether a call told its streams: a list of none may be for want of a config."""
    return discovered.is_good and read_object(discovered).get("streams") != []


def _lacks(outcome: Outcome) -> bool:
    return bool(MISSING.search(outcome.stderr))


def _record(done: Provided, workshop: Workshop, steps: list[Outcome]) -> Json:
    spec = " ".join((done.spec, *done.beside))
    record = empty_record(spec, done.interpreter.minor)
    package, source = done.package, done.source
    commit = {}
    if source is not None:
        commit = {
            "commit": source.commit,
            "committed_at": source.committed_at,
            "folder": source.directory,
        }
    return (
        record
        | commit
        | {
            "name": package.name if package else "",
            "version": package.version if package else "",
            "interpreter": done.interpreter.version,
            "platform": workshop.platform,
            "level": str(sandbox.assessed().level),
            "rescue": done.rescue,
            "steps": [step(outcome) for outcome in steps],
            "packages": package_rows(done.chosen),
            "lock": done.lock.digest if done.lock else "",
            "executables": sorted(executable.name for executable in done.executables),
            "metadata": metadata_of(package.wheel) if package else {},
        }
    )
