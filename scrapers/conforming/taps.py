"""A tap's recording: what it says of itself, its discovery, its syncs, and resuming."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrapers.conforming.cases import Case, configured
from scrapers.conforming.command_line import (
    about_of,
    as_file,
    first_runs,
    why_missing,
    wrong_configs,
)
from scrapers.conforming.driving import Connector, drive
from scrapers.conforming.presets import Preset, given, made_up
from scrapers.conforming.samples import sample_for
from scrapers.probes.conformance.bookmarks import final_state
from scrapers.probes.conformance.catalogs import (
    Catalog,
    name_of,
    read_catalog,
    selected,
)
from scrapers.probes.conformance.messages import messages
from scrapers.probes.conformance.recording import Kind, RecordedRun, Recording
from scrapers.probes.conformance.selection import choose_field, choose_stream

SYNC_S = 60.0
DISCOVER = Case(name="discover", args=("--discover",))
BATCHES = {
    "batch_config": {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": "file://{work}", "prefix": "batch-"},
    }
}


def record_tap(
    connector: Connector,
    config: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Recording:
    """Return what a tap does, from `--help` to a second sync out of its own state.

    Without a `config` that of a sample is taken, or one is made up. `files` lie in
    `{control}`. Raises CantRun.
    """
    runs = first_runs(connector)
    about, usage = about_of(runs), runs["help"].stdout
    recording = Recording(
        kind=Kind.TAP,
        runs=runs,
        missing=why_missing(about),
        about=about,
        static=connector.static,
    )
    sample = sample_for(connector.name, about) if config is None else None
    if sample is not None:
        found = {**sample.files, **(files or {})}
        tap = _Tap(sample.served(connector), given(sample.config), found, usage)
        recording = tap.sync(tap.discover(recording))
        # One that leads nowhere any more is no better than any other config of ours.
        is_synthetic = not _has_records(recording)
        return tap.resume(replace(recording, is_synthetic=is_synthetic))
    made = made_up(Kind.TAP, connector.name, about, connector.static)
    preset = made if config is None else given(config, about)
    tap = _Tap(connector, preset, dict(files or {}), usage)
    recording = tap.discover(replace(recording, secrets=preset.secrets))
    recording = tap.sync(recording)
    is_synthetic = config is None and not _is_enough(preset, recording)
    return tap.resume(replace(recording, is_synthetic=is_synthetic))


class _Tap:
    """One tap with its config, and the way in which it takes a catalog."""

    def __init__(
        self,
        connector: Connector,
        preset: Preset,
        files: dict[str, bytes],
        usage: bytes,
    ) -> None:
        self.connector, self.preset, self.files = connector, preset, files
        self.option = _catalog_option(usage)

    def discover(self, recording: Recording) -> Recording:
        """Return the recording with two discoveries and the wrong configs."""
        names = ("discover", "discover-again")
        cases = [self._case(name, *DISCOVER.args, seconds=SYNC_S) for name in names]
        wrong = wrong_configs(self.preset, recording.about, recording.static)
        cases += [replace(case, files=self.files) for case in wrong]
        recording = _with(recording, drive(self.connector, cases))
        found = read_catalog(recording.runs["discover"].stdout)
        usable = found if recording.runs["discover"].is_ok and self.option else None
        return replace(recording, catalog=selected(usable) if usable else None)

    def sync(self, recording: Recording) -> Recording:
        """Return the recording with two syncs of everything."""
        cases = [self._sync(name, recording.catalog) for name in ("sync", "sync-again")]
        # It may write batches though nobody asked for any.
        cases[0] = replace(cases[0], read_back=True)
        return _with(recording, drive(self.connector, cases))

    def resume(self, recording: Recording) -> Recording:
        """Return the recording with the runs that follow from the first sync."""
        state = final_state(recording, "sync")
        cases, missing = [], dict(recording.missing)
        if state is None:
            missing |= dict.fromkeys(("resume", "broken-state"), "It wrote no state.")
        else:
            cases += self._resumed(recording, state)
        for case, reason in (
            self._less_streams(recording),
            self._less_fields(recording),
        ):
            missing |= reason
            cases += [case] if case else []
        if "batch" in recording.capabilities and recording.runs["sync"].is_ok:
            cases.append(self._batch(recording))
        else:
            missing["batch"] = "It does not declare the capability batch, or no sync."
        recording = replace(recording, missing=missing, state=state)
        return _with(recording, drive(self.connector, cases))

    def _resumed(self, recording: Recording, state: Any) -> list[Case]:
        args = ("--state", "{control}/state.json")
        return [
            self._sync("resume", recording.catalog, *args, state=as_file(state)),
            self._sync("broken-state", recording.catalog, *args, state=b'{"bookm'),
        ]

    def _less_streams(self, recording: Recording) -> tuple[Case | None, dict[str, str]]:
        name = choose_stream(recording)
        if recording.catalog is None or not name:
            reason = "There is no catalog, or no second stream with records."
            return None, {"sync-less-streams": reason}
        catalog = selected(
            recording.catalog, lambda s, f: f != "" or name_of(s) != name
        )
        return replace(self._sync("sync-less-streams", catalog), about=name), {}

    def _less_fields(self, recording: Recording) -> tuple[Case | None, dict[str, str]]:
        field = choose_field(recording)
        if recording.catalog is None or not field:
            reason = "No field that came may be left out by the catalog."
            return None, {"sync-less-fields": reason}
        catalog = selected(
            recording.catalog, lambda s, f: not f or f"{name_of(s)}/{f}" != field
        )
        return replace(self._sync("sync-less-fields", catalog), about=field), {}

    def _batch(self, recording: Recording) -> Case:
        case = self._sync("batch", recording.catalog)
        config = {**self.preset.config, **BATCHES}
        return replace(case, config=as_file(config).decode(), read_back=True)

    def _sync(
        self, name: str, catalog: Catalog | Any, *args: str, state: bytes = b""
    ) -> Case:
        files = {**self.files, "state.json": state}
        if catalog is not None:
            args = (self.option, "{control}/catalog.json", *args)
            files["catalog.json"] = as_file(catalog)
        return replace(self._case(name, *args, seconds=SYNC_S), files=files)

    def _case(self, name: str, *args: str, **more: Any) -> Case:
        return configured(name, self.preset.config, *args, files=self.files, **more)


def _catalog_option(usage: bytes) -> str:
    """Return the option that takes a catalog, by what `--help` lists.

    Source: Singer SYNC_MODE.md: "some legacy taps use --properties".
    """
    for option in ("--catalog", "--properties"):
        if option.encode() in usage:
            return option
    return ""


def _is_enough(preset: Preset, recording: Recording) -> bool:
    """Say whether a config that nobody gave was seen to do: nothing in it, or a sync with it.

    A tap may well list its streams with values that lead nowhere.
    """
    lists = recording.succeeded("discover") is not None and not preset.config
    return lists or recording.succeeded("sync") is not None


def _has_records(recording: Recording) -> bool:
    run = recording.succeeded("sync")
    return run is not None and bool(messages(run.stdout, "RECORD"))


def _with(recording: Recording, runs: Mapping[str, RecordedRun]) -> Recording:
    return replace(recording, runs={**recording.runs, **runs})
