"""Build every body the discovery API serves. Pure, and the only place that does.

The form is the live upstream builder's, byte for byte: its keys, their order and its JSON
style. Source: meltano-hub-v1 §2 and §3.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.facts import Json
from registry.vocabulary import PluginType

# Raise it when a builder below changes: everything is then published again.
VERSION = 1
API = "meltano/api/v1"
# What curators write for the site and not for clients: in a document it would land in
# every user's lock file.
EDITORIAL_KEYS = frozenset({
    "keywords", "maintenance_status", "domain_url", "definition", "next_steps",
    "settings_preamble", "usage", "prereq", "quality",
})  # fmt: skip
# Only connectors keep `hidden`. Source: meltano-hub-v1 §3.
HIDEABLE = frozenset({PluginType.EXTRACTORS, PluginType.LOADERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A variant's place in the discovery API."""

    type: PluginType
    name: str
    variant: str

    @property
    def path(self) -> str:
        """Return the path of its definition document, without a leading slash."""
        return f"{API}/plugins/{self.type}/{self.name}--{self.variant}"

    @property
    def page(self) -> str:
        """Return the path of its page on the site."""
        return f"{self.type}/{self.name}--{self.variant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A plugin as an index lists it: its listed variants, and its default's logo."""

    name: str
    default_variant: str
    variants: tuple[str, ...]
    logo_url: str | None
    deprecated: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all that indexes tell of the plugin, as hex."""
        said = (self.name, self.default_variant, self.variants, self.logo_url)
        return hashlib.sha256(
            repr((*said, sorted(self.deprecated))).encode()
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is stored and served."""

    raw: bytes
    gzip: bytes
    digest: str


def index_path(kind: PluginType | None = None) -> str:
    """Return the path of a type's index, or of the index of all types."""
    return f"{API}/plugins/{kind}/index" if kind else f"{API}/plugins/index"


def definition(
    address: Address, laid: Mapping[str, Any], *, base: str, deprecated: bool = False
) -> Json:
    """Return the definition document of a variant.

    `base` is the public address that `logo_url` and `docs` start with. A deprecated variant
    says so in the one key the client shows and does not lock.
    """
    built = dict(laid)
    if "logo_url" in built:
        built["logo_url"] = logo(built["logo_url"], base=base)
    built["docs"] = f"{base}/{address.page}"
    dropped = EDITORIAL_KEYS | (set() if address.type in HIDEABLE else {"hidden"})
    kept = {key: value for key, value in built.items() if key not in dropped}
    return kept | {"deprecated": True} if deprecated else kept


def logo(url: str | None, *, base: str) -> str | None:
    """Return a logo's absolute address: definitions name it by its path on the hub."""
    if url is None or url.startswith(("https://", "http://")):
        return url
    return base + url


def type_index(kind: PluginType, entries: Iterable[Entry], *, base: str) -> Json:
    """Return the index of one type, plugins and variants in the order of their names."""
    return {
        entry.name: {
            "default_variant": entry.default_variant,
            "variants": {
                name: _reference(kind, entry, name, base)
                for name in sorted(entry.variants)
            },
            "logo_url": logo(entry.logo_url, base=base),
        }
        for entry in sorted(entries, key=lambda entry: entry.name)
    }


def plugins_index(indexes: Mapping[PluginType, Json]) -> Json:
    """Return the index of all types; one without plugins is there and empty."""
    return {kind.value: indexes.get(kind, {}) for kind in PluginType}


def encode(value: object) -> Body:
    """Return a JSON value as the bytes that are served, with their digest.

    The digest is the SHA-256 of the bytes before compression, as hex.
    """
    raw = json.dumps(value).encode()
    # A fixed time in the header: equal bodies have equal compressed forms.
    packed = gzip.compress(raw, compresslevel=9, mtime=0)
    return Body(raw, packed, hashlib.sha256(raw).hexdigest())


def _reference(kind: PluginType, entry: Entry, variant: str, base: str) -> Json:
    address = Address(type=kind, name=entry.name, variant=variant)
    reference: Json = {"ref": f"{base}/{address.path}"}
    if variant in entry.deprecated:
        reference["deprecated"] = True
    return reference
