"""The field's own words, as enumerations: what a plugin, a setting or a fact may be called."""

import re
from enum import StrEnum


class PluginType(StrEnum):
    """The eight plugin types, in the order of the discovery API's top index.

    Source: meltano-hub-v1 §1 (live builder).
    """

    EXTRACTORS = "extractors"
    LOADERS = "loaders"
    TRANSFORMERS = "transformers"
    UTILITIES = "utilities"
    TRANSFORMS = "transforms"
    ORCHESTRATORS = "orchestrators"
    MAPPERS = "mappers"
    FILES = "files"

    @property
    def singular(self) -> str:
        """Return the word for one plugin of this type, as people say it."""
        if self is PluginType.FILES:
            return "file bundle"
        if self is PluginType.UTILITIES:
            return "utility"
        return self.value.removesuffix("s")


class SettingKind(StrEnum):
    """What a setting's value is. Source: schemas/common/base_setting.schema.json."""

    OAUTH = "oauth"
    HIDDEN = "hidden"
    PASSWORD = "password"  # noqa: S105  a kind of setting, not a secret
    DATE = "date_iso8601"
    FILE = "file"
    EMAIL = "email"
    INTEGER = "integer"
    OPTIONS = "options"
    OBJECT = "object"
    ARRAY = "array"
    BOOLEAN = "boolean"
    STRING = "string"
    DECIMAL = "decimal"


class SourceKind(StrEnum):
    """What stands at a source's address."""

    DEFINITIONS = "definitions"
    REPOSITORY = "repository"
    PACKAGE = "package"
    INDEX = "index"
    # What is installed together: a package or a repository with others. Nobody looks there.
    INSTALLATION = "installation"


class ProjectStatus(StrEnum):
    """Whether a project goes on, by its index, its forge or its maintainer.

    Source: PEP 792.
    """

    ACTIVE = "active"
    ARCHIVED = "archived"
    DEPRECATED = "deprecated"
    QUARANTINED = "quarantined"


class Origin(StrEnum):
    """How a statement about a variant came about, weakest first.

    The order is the order in which they are laid over each other (`registry.layers`).
    """

    CODE = "code"
    PACKAGE = "package"
    REPOSITORY = "repository"
    DEFINITION = "definition"
    PROBE = "probe"


class Severity(StrEnum):
    """What a finding does: an error keeps the last good state, a warning only tells."""

    ERROR = "error"
    WARNING = "warning"


class Outcome(StrEnum):
    """How a crawl ended."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"
    OVERTAKEN = "overtaken"
    UNREACHABLE = "unreachable"
    GONE = "gone"
    REFUSED = "refused"


class EventVerb(StrEnum):
    """What happened to a plugin or a variant."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"
    RETURNED = "returned"
    RELEASED = "released"
    RETAGGED = "retagged"
    BREAKING = "breaking"
    STOPPED = "stopped"
    RUNS_AGAIN = "runs-again"
    DEFAULT_MOVED = "default-moved"
    HELD = "held"


class TicketKind(StrEnum):
    """What the sandbox is asked about a release. Snapshots' subjects begin with it."""

    RUN = "run"
    CONFORMANCE = "conformance"
    LOADING = "loading"


# A name becomes a path segment, a file name and half of `name--variant`: a double dash
# inside one would make two plugins share an address.
NAME_PATTERN = re.compile(r"(?!.*--)[A-Za-z0-9][A-Za-z0-9._-]*(?<![-.])")
NAME_LIMIT = 120
# Up to the last @ before the path: a password may hold one that was not encoded.
CREDENTIALS = re.compile(r"://[^/\s]*@")


def is_name(text: str) -> bool:
    """Say whether `text` can name a plugin or a variant in an address."""
    return len(text) <= NAME_LIMIT and NAME_PATTERN.fullmatch(text) is not None


def without_credentials(text: str) -> str:
    """Return `text` with every address in it as anyone may read it: no user, no password."""
    return CREDENTIALS.sub("://", text)
