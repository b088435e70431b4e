"""A probe's record, read as what a stranger wrote: any JSON value gives one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from registry.facts import Json
from registry.vocabulary import PluginType
from scrapers.probes.invocation.json_texts import (
    cleaned,
    list_of,
    mapping_of,
    text_of,
    texts_of,
)
from scrapers.probes.naming import CONNECTOR_NAME, TYPES

STEPS_LIMIT = 100
PACKAGES_LIMIT = 2000
# More than a catalog may have before the step ends for it.
PRINTED_LIMIT = 8 * 1024 * 1024
EXIT, SIGNAL = "exited", "signalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call and how it ended. `config` holds canaries where it has secrets."""

    name: str
    args: tuple[str, ...] = ()
    config: Mapping[str, Any] | None = None
    ending: str = ""
    exit_code: int | None = None
    signal: int | None = None
    stdout: str = ""
    stderr: str = ""
    seconds: float | None = None

    @property
    def is_ok(self) -> bool:
        """Say whether it ran to its end and said that all went well."""
        return self.ending == EXIT and self.exit_code == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was tried and seen. Texts are as they came, but for `Step.stdout` all short."""

    spec: str
    name: str
    version: str
    python: str
    interpreter: str
    platform: str
    rescue: str
    lock: str
    commit: str = ""
    committed_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    packages: tuple[Json, ...] = ()
    executables: tuple[str, ...] = ()
    metadata: Json = field(default_factory=dict)
    static: Json = field(default_factory=dict)

    @classmethod
    def read(cls, value: Any) -> "Record":
        """Return the record that `value` is; what is no part of one is passed over."""
        said = mapping_of(value)
        words = ("spec", "name", "version", "python", "interpreter", "platform",
                 "rescue", "lock", "commit")  # fmt: skip
        packages = list_of(said.get("packages"), PACKAGES_LIMIT)
        return cls(
            **{word: text_of(said.get(word)) for word in words},
            committed_at=_moment(said.get("committed_at")),
            steps=tuple(map(_step, list_of(said.get("steps"), STEPS_LIMIT))),
            packages=tuple(cleaned(mapping_of(one)) for one in packages),
            executables=tuple(sorted(texts_of(said.get("executables")))),
            metadata=cleaned(mapping_of(said.get("metadata"))),
            static=cleaned(mapping_of(said.get("static"))),
        )

    def step(self, *names: str) -> Step | None:
        """Return the last step of these names: a later one has more to go on."""
        matching = [step for step in self.steps if step.name in names]
        return matching[-1] if matching else None

    @property
    def type(self) -> PluginType | None:
        """Return what kind of plugin it is, by its name, its scripts or what was run."""
        for said in (self.name, *self.executables):
            match = CONNECTOR_NAME.fullmatch(said.lower().replace("_", "-"))
            if match is not None:
                return TYPES[match["kind"]]
        discover = self.step("discover", "discover-config")
        return PluginType.EXTRACTORS if discover else None


def _step(value: Any) -> Step:
    said = mapping_of(value)
    config = said.get("config")
    return Step(
        name=text_of(said.get("name")),
        args=texts_of(said.get("args")),
        config=config if isinstance(config, dict) else None,
        ending=text_of(said.get("ending")),
        exit_code=_whole(said.get("exit_code")),
        signal=_whole(said.get("signal")),
        stdout=_printed(said.get("stdout")),
        stderr=_printed(said.get("stderr")),
        seconds=_seconds(said.get("seconds")),
    )


def _moment(value: Any) -> datetime | None:
    """Return a time with a zone, None for anything else."""
    try:
        at = datetime.fromisoformat(text_of(value))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _printed(value: Any) -> str:
    return value[:PRINTED_LIMIT] if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and abs(value) < 2**31 else None


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e6 else None
