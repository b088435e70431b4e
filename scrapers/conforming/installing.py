"""A release from its name to something that can be put before the suite."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sandbox
from sandbox.installing import PLACE
from sandbox.provided import Provided
from sandbox.providing import provided
from sandbox.sources import SourceTree
from sandbox.trying import main_executable
from sandbox.workshop import Workshop
from scrapers.conforming.driving import CantRun, Connector
from scrapers.conforming.lending import lent_postgres
from scrapers.conforming.libraries import libraries
from scrapers.probes.conformance.recording import Kind
from scrapers.static.wheel import read_wheel

# The first of the two words counts: `tap-target-metrics` is a tap.
KIND = re.compile(r"(?:^|[-_])(tap|target)[-_]")
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A connector that can be run, and what it was installed as.

    `lock` is the digest of all packages, `rescue` what was added for it to start, `level`
    how the sandbox holds it.
    """

    kind: Kind
    connector: Connector
    lock: str
    rescue: str
    interpreter: str
    platform: str
    level: str


@contextmanager
def installed(
    spec: str,
    *,
    python: str,
    workshop: Workshop,
    rescue: str = "",
    source: SourceTree | None = None,
    beside: tuple[str, ...] = (),
    kind: str | None = None,
    executable: str | None = None,
    answers: Mapping[str, Any] = NOTHING,
) -> Iterator[Installed]:
    """Yield a release, installed for a minor version of Python; it is gone at the end.

    `kind` and `executable` are for where its name does not say them. Raises CantRun where it
    can't be installed or has no command, and what `provided` raises.
    """
    with provided(
        spec,
        python=python,
        workshop=workshop,
        rescue=rescue,
        source=source,
        beside=beside,
    ) as done:
        if done.environment is None:
            raise CantRun(_why(done))
        name = _command(done, executable)
        with libraries(done, workshop) as readers:
            connector = _connector(done, name, answers, readers, workshop.state)
            found = Kind(kind) if kind else kind_of(name)
            yield _installed(done, found, connector, workshop)


def _installed(
    done: Provided, kind: Kind, connector: Connector, workshop: Workshop
) -> Installed:
    return Installed(
        kind=kind,
        connector=connector,
        lock=done.lock.digest if done.lock else "",
        rescue=done.rescue,
        interpreter=done.interpreter.version,
        platform=workshop.platform,
        level=str(sandbox.assessed().level),
    )


def _connector(
    done: Provided,
    name: str,
    answers: Mapping[str, Any],
    readers: Mapping[Path, str],
    state: Path,
) -> Connector:
    return Connector(
        name=name,
        command=(f"{PLACE}/bin/{name}",),
        python=str(done.interpreter.executable),
        static=_static(done),
        libraries=tuple(readers.values()),
        readable={**done.readable, **readers},
        environment={"PATH": f"{PLACE}/bin:/usr/bin:/bin"},
        answers=answers,
        postgres=lent_postgres(state),
    )


def _static(done: Provided) -> Mapping[str, Any]:
    """Return what the code says of settings, as the record of a try has it."""
    said = read_wheel(done.wheel) if done.wheel else {}
    return {key: said[key] for key in ("framework", "settings") if key in said}


def kind_of(name: str) -> Kind:
    """Return whether a command is a tap's or a target's. Raises CantRun."""
    match = KIND.search(name.lower())
    if match is None:
        raise CantRun(f"{name} is called neither a tap nor a target.")
    return Kind(match[1])


def _command(done: Provided, wanted: str | None) -> str:
    """Return the console script to run. Raises CantRun where there is none to choose."""
    names = [one.name for one in done.executables]
    if wanted is not None:
        if wanted in names:
            return wanted
        raise CantRun(f"It has no such command; it has {', '.join(names) or 'none'}.")
    main = main_executable(done)
    if main is None:
        raise CantRun("The package has no console script.")
    return main.name


def _why(done: Provided) -> str:
    last = done.steps[-1] if done.steps else None
    said = last.stderr.decode("utf-8", "replace").strip() if last else ""
    where = last.name if last else "install"
    return f"It can't be installed ({where}): {said[-500:] or 'no reason was given'}"
