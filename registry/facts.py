"""What follows from evidence: the contract between scrapers and the registry.

Facts are made by `scrapers.probes`, pure functions over evidence, and written by
`registry.catalog.record`. They hold no rows and no network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.vocabulary import Origin, PluginType, ProjectStatus, Severity

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was seen to be wrong, in words a maintainer can act on."""

    code: str
    message: str
    path: str = ""
    line: int | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return the finding as `path:line: message`."""
        place = ":".join(str(part) for part in (self.path, self.line) if part)
        return f"{place}: {self.message}" if place else self.message

    def as_json(self) -> Json:
        """Return the finding as it is kept in a row."""
        return {
            "code": self.code,
            "message": self.message,
            "path": self.path,
            "line": self.line,
            "severity": self.severity.value,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Finding":
        """Return the finding kept as `value`."""
        return cls(**{**value, "severity": Severity(value["severity"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintainerFacts:
    """Who a variant is named after. `name` is the slug, unique in the catalog."""

    name: str
    label: str
    url: str = ""

    @classmethod
    def of(cls, name: str, *, label: object, url: object) -> "MaintainerFacts":
        """Return what someone says of a maintainer, cut to what a row holds."""
        said, address = str(label or name)[:200], str(url or "")
        return cls(name=name, label=said, url=address if len(address) <= 500 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """One version as its index shows it. `artifacts` maps file names to SHA-256."""

    version: str
    released_at: datetime | None = None
    yanked: bool = False
    requires_python: str = ""
    license: str = ""
    artifacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFacts:
    """What one source says about one variant.

    `definition` is a mapping in the plugin definition format, in its own key order. `logo`
    is the digest of the picture that the source carries at its `logo_url`, if it does.
    """

    name: str
    definition: Json
    maintainer: MaintainerFacts
    is_default: bool = False
    logo: str = ""
    releases: tuple[ReleaseFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one snapshot says about one plugin: all the variants its source knows of."""

    type: PluginType
    name: str
    origin: Origin
    variants: tuple[VariantFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What one look says about its source: who else it names, and whether work goes on.

    `names` are the places it says it belongs to, as `registry.places` writes them: a
    repository its package, a package its repository. `variant` is what a repository's
    variant is called, by who keeps it, where nothing curated calls it otherwise. `status`
    is in the words of PEP 792; `is_seeking` is true where its maintainer says that someone
    else may take over.
    """

    names: tuple[str, ...] = ()
    variant: str = ""
    status: ProjectStatus = ProjectStatus.ACTIVE
    status_reason: str = ""
    is_seeking: bool = False

    def as_json(self) -> Json:
        """Return the facts as they are kept in a row."""
        return {
            "names": list(self.names),
            "variant": self.variant,
            "status": self.status.value,
            "status_reason": self.status_reason,
            "is_seeking": self.is_seeking,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A probe's answer to one snapshot: facts where there are any, findings always."""

    facts: Facts | None
    findings: tuple[Finding, ...] = ()
    source: SourceFacts | None = None
