"""The facets: by which facts a search is narrowed, and which values each may have. Pure.

A closed facet's values are bits of a column, in the order given here: a value is only ever
added at the end, or `registry.search.index.VERSION` moves. The first bit of most is
"unknown": what nobody has looked at yet is no "no".
"""

from dataclasses import dataclass

from registry.maintenance import MaintenanceState
from registry.search.spans import span
from registry.vocabulary import PluginType

UNKNOWN = "unknown"
# Looked for, and not there.
NONE = "none"


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet. `key` is its word in the query language.

    Its values are the bits of `column` (by default called like the key) from `first` on.
    """

    key: str
    title: str
    values: tuple[str, ...] = ()
    column: str = ""
    first: int = 0

    def bit(self, value: str) -> int:
        """Return the bit of a value; 0 for one that is not in the facet."""
        is_known = value in self.values
        return 1 << self.first + self.values.index(value) if is_known else 0

    def among(self, bits: int) -> list[str]:
        """Return the values whose bits are set."""
        bits >>= self.first
        return [value for n, value in enumerate(self.values) if bits >> n & 1]


TYPE = Facet("type", "Type", tuple(PluginType))
# Source: schemas/common/extractors_specific and loaders_specific of the definition format.
CAPABILITY = Facet("capability", "Capability", (
    "about", "activate-version", "batch", "catalog", "datatype-failsafe", "discover",
    "hard-delete", "log-based", "properties", "schema-flattening", "soft-delete", "state",
    "stream-maps", "structured-logging", "target-schema", "test", "validate-records",
))  # fmt: skip
# SPDX identifiers of what connectors are under; anything else is "other". A release that
# names none is "none"; where none was read, nothing is known.
LICENSE = Facet("license", "Licence", (
    UNKNOWN, "other", "MIT", "Apache-2.0", "AGPL-3.0", "GPL-3.0", "GPL-2.0", "LGPL-3.0",
    "BSD-2-Clause", "BSD-3-Clause", "ISC", "MPL-2.0", "ELv2", "BUSL-1.1", "Unlicense",
    "EUPL-1.2", NONE,
))  # fmt: skip
MAINTENANCE = Facet("maintenance", "Maintenance", (UNKNOWN, *MaintenanceState))
PYTHON = Facet("python", "Python", (UNKNOWN, *(f"3.{minor}" for minor in range(7, 20))))
INSTALLS = Facet("installs", "Installs", (UNKNOWN, "yes", "limited", "no"))
# What the connector says itself: a mark in its definition, or an answer of the SDK's own.
SDK = Facet(
    "sdk", "Built with", (UNKNOWN, "singer-sdk", "airbyte", "edk"), "traits", 16
)
# By what its settings are called: `registry.search.credentials`.
AUTH = Facet(
    "auth", "Authentication", (UNKNOWN, "key", "oauth", "password", "file", "none"),
    "traits", 32,
)  # fmt: skip
# No bits of these are kept: what is recent changes by the day. Any other span will do.
UPDATED = Facet("updated", "Last update", (UNKNOWN, "30d", "90d", "365d"))
KEYWORD = Facet("keyword", "Keyword")
VARIANT = Facet("variant", "Variant")

# In the order of the page.
CLOSED = (TYPE, INSTALLS, MAINTENANCE, PYTHON, CAPABILITY, AUTH, LICENSE, SDK, UPDATED)
OPEN = (KEYWORD, VARIANT)
FACETS = {facet.key: facet for facet in (*CLOSED, *OPEN)}
# No facet, for all of several must be met, but counted like one: what stands behind `is:`.
TRAITS = Facet(
    "is", "Is",
    ("default", "gone", "hidden", "docker", "verified", "inactive", "discovered"),
    "traits",
)  # fmt: skip
# Those of which bits are kept.
BITS = (*(facet for facet in CLOSED if facet is not UPDATED), TRAITS)

# What people also write, and the value that is meant.
SPOKEN = {
    "type": {
        **{kind.singular: kind.value for kind in PluginType},
        "tap": "extractors", "taps": "extractors", "target": "loaders",
        "targets": "loaders", "file": "files", "bundle": "files", "bundles": "files",
    },
    "capability": {
        "incremental": "state", "discovery": "discover", "cdc": "log-based",
        "flattening": "schema-flattening",
    },
    "license": {"apache": "Apache-2.0", "apache2": "Apache-2.0",
                "agpl": "AGPL-3.0", "gpl": "GPL-3.0", "elastic": "ELv2"},
    "maintenance": {"abandoned": "none", "archived": "none", "orphaned": "seeking"},
    "installs": {"true": "yes", "false": "no"},
    "sdk": {"singer": "singer-sdk", "meltano": "singer-sdk", "meltano-sdk": "singer-sdk",
            "meltano-edk": "edk"},
    "auth": {"api-key": "key", "apikey": "key", "token": "key", "oauth2": "oauth",
             "basic": "password", "private-key": "file", "key-file": "file"},
}  # fmt: skip


def value_of(facet: Facet, said: str) -> str | None:
    """Return the facet's value that someone means, or None for a word it does not have.

    Case and `_` for `-` do not count; anything is a value of an open facet.
    """
    said = said.strip()
    if not facet.values:
        return said.casefold() or None
    said = said.casefold().replace("_", "-").replace("python", "")
    said = SPOKEN.get(facet.key, {}).get(said, said)
    if facet is UPDATED and (length := span(said)):
        # `1y` is what is ticked as `365d`.
        return next((v for v in facet.values if span(v) == length), said)
    return next((v for v in facet.values if v.casefold() == said.casefold()), None)
