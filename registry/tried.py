"""What one try of one release on one Python showed: the contract between probes and registry.

Made by `scrapers.probes.invocation` from a probe's record. Unknown is neither yes nor no:
an answer says so, and of what a connector tells, None is "not known" and `()` is "none".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from registry.facts import Finding, Json
from registry.vocabulary import PluginType, SettingKind

# Source: schemas/common/{extractors,loaders}_specific.schema.json.
CAPABILITIES: Mapping[PluginType, tuple[str, ...]] = {
    PluginType.EXTRACTORS: (
        "properties", "catalog", "discover", "state", "about", "stream-maps",
        "schema-flattening", "activate-version", "batch", "test", "log-based",
        "structured-logging",
    ),
    PluginType.LOADERS: (
        "about", "stream-maps", "activate-version", "batch", "soft-delete",
        "hard-delete", "datatype-failsafe", "schema-flattening", "target-schema",
        "validate-records", "structured-logging",
    ),
}  # fmt: skip


class Answer(StrEnum):
    """What a try answers to a question: a limit or a missing key leaves it unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """How a fact is known: from a run, or read from what was installed."""

    OBSERVED = "observed"
    STATIC = "static"


class Question(StrEnum):
    """What is asked of a release, in the order in which it is tried."""

    INSTALLS = "installs"
    IMPORTS = "imports"
    HELP = "help"
    VERSION = "version"
    ABOUT = "about"
    DISCOVERS = "discovers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known[T]:
    """A fact, and how it is known."""

    value: T
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a step failed. `answer` is no where the connector itself has to change."""

    code: str
    message: str
    remedy: str = ""
    answer: Answer = Answer.UNKNOWN

    def as_json(self) -> Json:
        """Return the cause as it is kept in a row."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "answer": self.answer.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to one question, with its cause where it is not yes.

    `step` names the step that decided, and is empty where none was tried.
    """

    question: Question
    answer: Answer
    step: str = ""
    seconds: float | None = None
    cause: Cause | None = None

    def as_json(self) -> Json:
        """Return the outcome as it is kept in a row."""
        return {
            "question": self.question.value,
            "answer": self.answer.value,
            "step": self.step,
            "seconds": self.seconds,
            "cause": self.cause.as_json() if self.cause else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as the connector declares it, named as Meltano names nested ones.

    `path` are the keys that lead to it in a config; `kind` is None where several would do.
    `is_built_in` marks what the SDK gives every connector (stream maps, batches, ...).
    `format`, `items` and `minimum` are of its JSON Schema; `options` are values of texts.
    """

    path: tuple[str, ...]
    kind: SettingKind | None = None
    label: str = ""
    description: str = ""
    value: Any = None
    options: tuple[str, ...] = ()
    is_sensitive: bool = False
    is_required: bool = False
    is_built_in: bool = False
    format: str = ""
    items: SettingKind | None = None
    minimum: float | None = None

    @property
    def name(self) -> str:
        """Return the name in the plugin definition format: `auth.token`."""
        return ".".join(self.path)

    def as_json(self) -> Json:
        """Return the setting as it is kept in a row."""
        return self.as_definition() | {
            "required": self.is_required,
            "built_in": self.is_built_in,
        }

    def as_definition(self) -> Json:
        """Return the setting in the plugin definition format, with no key for unknowns.

        Source: schemas/common/base_setting.schema.json.
        """
        said = {
            "name": self.name,
            "kind": self.kind.value if self.kind else None,
            "label": self.label or None,
            "description": self.description or None,
            "value": self.value,
            "options": [{"label": one, "value": one} for one in self.options] or None,
            "sensitive": self.is_sensitive or None,
        }
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream of a catalog. `fields` maps names to JSON types, `format` appended.

    `schema` is empty where it was too large to keep. `replication_method` is in the words
    of the Singer specification, empty where the catalog leaves it open.
    """

    id: str
    name: str
    key_properties: tuple[str, ...] = ()
    replication_method: str = ""
    is_method_forced: bool = False
    replication_keys: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the stream as it is kept in a row."""
        return {
            "id": self.id,
            "name": self.name,
            "key_properties": list(self.key_properties),
            "replication_method": self.replication_method,
            "is_method_forced": self.is_method_forced,
            "replication_keys": list(self.replication_keys),
            "fields": dict(self.fields),
            "schema": dict(self.schema),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One package of the lock. `is_built`: there was no wheel of it to take."""

    name: str
    version: str
    license: str = ""
    size_bytes: int = 0
    is_built: bool = False

    def as_json(self) -> Json:
        """Return the dependency as it is kept in a row."""
        return {
            "name": self.name,
            "version": self.version,
            "license": self.license,
            "size_bytes": self.size_bytes,
            "built": self.is_built,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one record says. `type` is None where neither name nor runs tell it.

    `starts` is what the outcomes come to: whether it does anything when it is called.
    `required_groups` are the sets of setting names each of which is enough to run.
    """

    spec: str = ""
    name: str = ""
    version: str = ""
    python: str = ""
    interpreter: str = ""
    platform: str = ""
    lock: str = ""
    commit: str = ""
    committed_at: datetime | None = None
    type: PluginType | None = None
    outcomes: tuple[Outcome, ...] = ()
    starts: Answer = Answer.UNKNOWN
    executable: Known[str] | None = None
    reported_version: Known[str] | None = None
    settings: Known[tuple[Setting, ...]] | None = None
    required_groups: Known[tuple[tuple[str, ...], ...]] | None = None
    capabilities: Known[tuple[str, ...]] | None = None
    streams: Known[tuple[Stream, ...]] | None = None
    sdk_version: Known[str] | None = None
    framework: Known[str] | None = None
    license: Known[str] | None = None
    requires_python: Known[str] | None = None
    dependencies: tuple[Dependency, ...] = ()
    needs_compiler: Answer = Answer.UNKNOWN
    rescue: str = ""
    findings: tuple[Finding, ...] = ()

    def answer(self, question: Question) -> Answer:
        """Return what the try answers to `question`."""
        said = {outcome.question: outcome.answer for outcome in self.outcomes}
        return said.get(question, Answer.UNKNOWN)

    def as_json(self) -> Json:
        """Return all of it as it is kept in a row; a fact is `{value, basis}` or None."""
        plain = ("spec", "name", "version", "python", "interpreter", "platform", "lock",
                 "commit")  # fmt: skip
        texts = ("executable", "reported_version", "sdk_version", "framework",
                 "license", "requires_python", "capabilities")  # fmt: skip
        return {
            **{key: getattr(self, key) for key in plain},
            "committed_at": self.committed_at and self.committed_at.isoformat(),
            "type": self.type.value if self.type else None,
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
            "starts": self.starts.value,
            **{key: _known(getattr(self, key)) for key in texts},
            "settings": _known_list(self.settings),
            "required_groups": _known(self.required_groups),
            "streams": _known_list(self.streams),
            "dependencies": [one.as_json() for one in self.dependencies],
            "needs_compiler": self.needs_compiler.value,
            "rescue": self.rescue,
            "findings": [finding.as_json() for finding in self.findings],
        }


def _known(fact: Known[Any] | None) -> Json | None:
    if fact is None:
        return None
    return {"value": _plain(fact.value), "basis": fact.basis.value}


def _known_list(fact: Known[Any] | None) -> Json | None:
    if fact is None:
        return None
    value = [one.as_json() for one in fact.value]
    return {"value": value, "basis": fact.basis.value}


def _plain(value: Any) -> Any:
    """Return a value with lists in place of tuples, as JSON gives it back."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
