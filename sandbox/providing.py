"""A release from its name to an environment, step by step.

Each step is an outcome: what a package does is never an exception here. Only an index that
can't be had is one, since that is nobody's release's fault: Unavailable.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename

from sandbox import Run
from sandbox.building import NotBuilt, build, build_tree, built_wheel, is_built
from sandbox.fetching import Fetched, NoFile, fetch
from sandbox.installing import Chosen, NotInstalled, add, installed
from sandbox.invoking import failed, good, of_run
from sandbox.locking import known_lock, requirement, resolve
from sandbox.progress import begin
from sandbox.provided import Provided
from sandbox.running import NOTHING
from sandbox.sources import SourceTree
from sandbox.tidying import in_use
from sandbox.workshop import Workshop


class _Stopped(Exception):
    """A step went wrong, and those after it can't be."""


@contextmanager
def provided(
    spec: str,
    *,
    python: str,
    workshop: Workshop,
    rescue: str = "",
    source: SourceTree | None = None,
    beside: tuple[str, ...] = (),
    upon: Provided | None = None,
) -> Iterator[Provided]:
    """Yield a release installed for a minor version of Python; it is gone at the end.

    Without an environment where it can't be installed: the last step says why. `upon` is
    the same release without a rescue, whose environment is added to where that will do;
    then it goes with that one. Raises NotASpec, NoInterpreter, and Unavailable where the
    index is why.
    """
    for one in (*beside, *(() if source else (spec,))):
        requirement(one)
    done = Provided(spec, workshop.interpreter(python), rescue, source, beside)
    with ExitStack() as held:
        # Whoever has the release without its rescue has the room as well.
        held.enter_context(nullcontext() if upon else in_use(workshop.state))
        try:
            if source is not None:
                done.chosen = (_own(source, done, workshop),)
            _resolve(done, workshop)
            fetched = _download(done, workshop)
            done.chosen += tuple(_wheel(one, done, workshop) for one in fetched)
            _install(done, workshop, held, upon)
        except _Stopped:
            pass
        yield done


def current_lock(
    spec: str,
    *,
    python: str,
    workshop: Workshop,
    rescue: str = "",
    source: SourceTree | None = None,
    beside: tuple[str, ...] = (),
) -> str | None:
    """Return the digest of the lock that a try would find, where that is known already.

    None where it has to be resolved, or anything to be built. Raises what `provided` raises.
    """
    interpreter, own = workshop.interpreter(python), ""
    if source is None:
        requirement(spec)
    else:
        own = source.key
        wheel = built_wheel(own, interpreter=interpreter, workshop=workshop)
        if wheel is None:
            return None
        spec = source.requirement(wheel)
    specs = _specs(spec, beside, rescue)
    lock = known_lock(specs, interpreter=interpreter, workshop=workshop, own=own)
    is_ready = lock and is_built(lock, interpreter=interpreter, workshop=workshop)
    return lock.digest if lock and is_ready else None


def _specs(spec: str, beside: tuple[str, ...], rescue: str) -> tuple[str, ...]:
    return (spec, *beside, rescue) if rescue else (spec, *beside)


def _own(source: SourceTree, done: Provided, workshop: Workshop) -> Chosen:
    """Return the wheel of a source tree, built unless it was. Raises _Stopped."""
    interpreter = done.interpreter
    wheel = source.wheel or built_wheel(
        source.key, interpreter=interpreter, workshop=workshop
    )
    if wheel is None:
        begin(f"building the commit {source.commit}")
        make = partial(build_tree, source, interpreter=interpreter, workshop=workshop)
        wheel = _built(make, done)
    name, version, _, _ = parse_wheel_filename(wheel.name)
    return Chosen(
        name=name,
        version=str(version),
        wheel=wheel,
        filename=source.commit,
        sha256=source.key,
        size_bytes=source.archive.stat().st_size,
        is_built=source.wheel is None,
    )


def _resolve(done: Provided, workshop: Workshop) -> None:
    began = time.monotonic()
    spec, readable, own = done.spec, NOTHING, ""
    if done.source is not None:
        wheel = done.chosen[0].wheel
        spec, own = done.source.requirement(wheel), done.source.key
        readable = {wheel: done.source.place(wheel)}
    how: dict[str, Any] = {
        "interpreter": done.interpreter, "workshop": workshop, "own": own,
    }  # fmt: skip
    specs = _specs(spec, done.beside, done.rescue)
    begin(f"resolving {' '.join((done.spec, *done.beside))}")
    # What was built just now may need something else than what was built before.
    done.lock = None if done.steps else known_lock(specs, **how)
    if done.lock:
        done.steps.append(good("resolve", time.monotonic() - began))
        return
    run, done.lock = resolve(specs, readable=readable, **how)
    step = of_run("resolve", run, keep_stdout=False)
    if done.lock is None and step.is_good:
        step = failed("resolve", run.seconds, "Resolving gave no lock.")
    done.steps.append(step)
    if done.lock is None:
        raise _Stopped


def _download(done: Provided, workshop: Workshop) -> tuple[Fetched, ...]:
    began = time.monotonic()
    if done.lock is None:
        raise _Stopped
    begin(f"downloading {len(done.lock.packages)} packages")
    try:
        fetched = fetch(done.lock, interpreter=done.interpreter, workshop=workshop)
    except NoFile as error:
        done.steps.append(failed("download", time.monotonic() - began, str(error)))
        raise _Stopped from error
    done.steps.append(good("download", time.monotonic() - began))
    return fetched


def _wheel(one: Fetched, done: Provided, workshop: Workshop) -> Chosen:
    wheel = _build(one, done, workshop) if one.is_source else one.path
    return Chosen(
        name=one.package.name,
        version=one.package.version,
        wheel=wheel,
        filename=one.file.filename,
        sha256=one.file.sha256,
        size_bytes=one.path.stat().st_size,
        is_built=one.is_source,
    )


def _build(one: Fetched, done: Provided, workshop: Workshop) -> Path:
    sha256, interpreter = one.file.sha256, done.interpreter
    if kept := built_wheel(sha256, interpreter=interpreter, workshop=workshop):
        return kept
    begin(f"building {one.package.name} {one.package.version}")
    make = partial(
        build,
        one.path,
        sha256,
        release=(one.package.name, one.package.version),
        interpreter=interpreter,
        workshop=workshop,
    )
    return _built(make, done)


def _built(make: Callable[[], tuple[Run, Path]], done: Provided) -> Path:
    """Return the wheel that a build makes, and note how it went. Raises _Stopped."""
    try:
        run, wheel = make()
    except NotBuilt as error:
        step = of_run("build", error.run, keep_stdout=False)
        if step.is_good:
            step = failed("build", error.run.seconds, str(error))
        done.steps.append(step)
        raise _Stopped from error
    done.steps.append(of_run("build", run, keep_stdout=False))
    return wheel


def _install(
    done: Provided, workshop: Workshop, held: ExitStack, upon: Provided | None
) -> None:
    began = time.monotonic()
    known = set(upon.chosen) if upon and upon.environment else set()
    begin(f"installing {len(done.chosen)} packages")
    try:
        if upon and upon.environment and known <= set(done.chosen):
            more = [package for package in done.chosen if package not in known]
            add(more, upon.environment, interpreter=done.interpreter, workshop=workshop)
            done.environment = upon.environment
        else:
            name = done.package.name if done.package else ""
            made = installed(
                done.chosen, name, interpreter=done.interpreter, workshop=workshop
            )
            done.environment = held.enter_context(made)
    except NotInstalled as error:
        seconds = time.monotonic() - began
        done.steps.append(failed("install", seconds, str(error), error.ending))
        raise _Stopped from error
    done.steps.append(good("install", time.monotonic() - began))
