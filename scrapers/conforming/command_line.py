"""The cases that taps and targets share: their command lines, and configs that are wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scrapers.conforming.cases import CONFIG_ARGS, REFUSAL_S, Case, configured
from scrapers.conforming.driving import Connector, drive
from scrapers.conforming.presets import Preset, mistyped
from scrapers.probes.conformance.configs import WITHOUT
from scrapers.probes.conformance.demands import demands_of
from scrapers.probes.conformance.messages import strict_json
from scrapers.probes.conformance.recording import RecordedRun

# More of them say no more.
WITHOUT_LIMIT = 8


def first_runs(connector: Connector, stdin: bytes = b"") -> dict[str, RecordedRun]:
    """Return the runs that need no config; a target reads `stdin`, and a tap syncs."""
    missing = ("--config", "{control}/absent.json")
    cases = [
        Case(name="help", args=("--help",)),
        Case(name="version", args=("--version",)),
        Case(name="about", args=("--about", "--format=json")),
        # Where a config is demanded first, the lack of one would be all that is told.
        Case(name="unknown-option", args=(*missing, "--songbook-unknown-option")),
        Case(name="no-config", stdin=stdin, seconds=REFUSAL_S),
        Case(name="absent-config", args=missing, stdin=stdin, seconds=REFUSAL_S),
        Case(
            name="broken-config",
            args=CONFIG_ARGS,
            config='{"broken": ',
            stdin=stdin,
            seconds=REFUSAL_S,
        ),
    ]
    return drive(connector, cases)


def about_of(runs: Mapping[str, RecordedRun]) -> Mapping[str, Any] | None:
    """Return what `--about` printed, or None where that is no object."""
    run = runs["about"]
    try:
        said = strict_json(run.stdout) if run.is_ok else None
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def wrong_configs(
    preset: Preset,
    about: Mapping[str, Any] | None,
    static: Mapping[str, Any],
    stdin: bytes = b"",
) -> Iterator[Case]:
    """Yield cases with a required setting less each, and with one of a wrong type."""
    fed: dict[str, Any] = {"stdin": stdin, "seconds": REFUSAL_S}
    for name in demands_of(about, static).needed(preset.config)[:WITHOUT_LIMIT]:
        less = {key: value for key, value in preset.config.items() if key != name}
        yield replace(configured(f"{WITHOUT}{name}", less), **fed)
    name, wrong = mistyped(preset.config, about or {})
    if wrong:
        yield replace(configured("wrong-type", wrong), about=name, **fed)


def why_missing(about: Mapping[str, Any] | None) -> dict[str, str]:
    """Return why runs may not have been made, by name."""
    what = "declares no setting that could be of a wrong type"
    return {"wrong-type": f"It {what}." if about else "It does not say its settings."}


def as_file(value: Any) -> bytes:
    """Return what a file with a value holds."""
    return json.dumps(value).encode()
