"""A target's recording: its command line, and every fixture that it is fed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scrapers.conforming.cases import Case, configured
from scrapers.conforming.command_line import (
    about_of,
    first_runs,
    why_missing,
    wrong_configs,
)
from scrapers.conforming.driving import Connector, drive
from scrapers.conforming.presets import Preset, given, made_up
from scrapers.probes.conformance import feeding
from scrapers.probes.conformance.configs import settings_of
from scrapers.probes.conformance.fixtures import Fixture
from scrapers.probes.conformance.loading import BY_ID, FIXTURES, SIMPLEST
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.schemas import properties_of

# Megabytes, or tens of thousands of messages.
LARGE = ("F28", "F29", "F30", "F31")
LARGE_S = 60.0
# How long a target is watched for a state while its input is held open.
KILL_S = 20.0


def record_target(
    connector: Connector,
    config: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Recording:
    """Return what a target does with every fixture.

    Without a `config` one is made up. `files` lie in `{control}`. Raises CantRun.
    """
    simplest = BY_ID[SIMPLEST].stdin
    runs = first_runs(connector, simplest)
    about = about_of(runs)
    made = made_up(Kind.TARGET, connector.name, about, connector.static)
    preset = made if config is None else given(config, about)
    wrong = wrong_configs(preset, about, connector.static, simplest)
    cases = [*_fed(preset), *_deleting(preset, about), *wrong]
    cases = [replace(c, files={**(files or {}), **c.files}) for c in cases]
    cases, server = _longest_first(cases), preset.needs_postgres
    runs |= drive(connector, cases, needles=preset.secrets, has_postgres=server)
    is_real = preset.is_real(loaded=runs[SIMPLEST].is_ok)
    return Recording(
        kind=Kind.TARGET,
        runs=runs,
        missing=why_missing(about),
        about=about,
        static=connector.static,
        secrets=preset.secrets,
        is_synthetic=config is None and not is_real,
    )


def _fed(preset: Preset) -> Iterator[Case]:
    for fixture in FIXTURES:
        seconds = LARGE_S if fixture.id in LARGE else Case(name="").seconds
        yield _case(fixture.id, fixture, preset, seconds=seconds)
    yield _case("G07", feeding.TWICE, preset, times=2)
    yield _case("G08", feeding.SAME_KEY, preset)
    yield _case("G09", feeding.KILLED, preset, seconds=KILL_S, kill_when_heard=True)
    files = {feeding.BATCH_FILE: feeding.batch_file()}
    yield _case("G10", feeding.BATCH, preset, files=files)


def _deleting(preset: Preset, about: Mapping[str, Any] | None) -> Iterator[Case]:
    """Yield cases of rows that are no more, with the settings for it that are declared."""
    known = properties_of(settings_of(about))
    for name, fixture, is_hard in (
        ("G14", feeding.VERSIONED, False),
        ("G15", feeding.VERSIONED, True),
        ("G17", feeding.DELETED, False),
    ):
        wanted = {"hard_delete": is_hard, "add_record_metadata": True}
        declared = {key: value for key, value in wanted.items() if key in known}
        config = {**preset.config, **declared}
        yield _case(name, fixture, replace(preset, config=config))


def _case(name: str, fixture: Fixture, preset: Preset, **more: Any) -> Case:
    return configured(
        name,
        preset.config,
        about=fixture.id,
        stdin=fixture.stdin,
        read_back=True,
        **more,
    )


def _longest_first(cases: list[Case]) -> list[Case]:
    """Return cases so that the long ones do not all come last, in one sandbox."""
    return sorted(cases, key=lambda case: -case.seconds)
