"""What was seen at a source, before anything is concluded from it.

Evidence is JSON: it is kept in a snapshot as it is and never edited. Counters (stars,
downloads) change daily and decide nothing, so they stay outside of it and its digest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from registry.facts import Finding
from registry.logos import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One look at one subject: a plugin's folder in a tree, or the package itself (`""`)."""

    subject: str
    body: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was seen, findings included, as hex."""
        seen = [self.body, [finding.as_json() for finding in self.findings]]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place that an index lists: a source to enrol, and to look at where it `is_news`."""

    address: str
    is_news: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one crawl brought home: only the subjects that differ from the last look.

    `logos` are the pictures that evidence names by their digests; they are kept with it.
    `validators` are what the next look compares with (file path to blob id, or a response's
    ETag); `gone` are subjects that were there and are not any more; `findings` belong
    to no single subject; `known` is how many subjects the source had before.
    """

    revision: str
    validators: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    logos: tuple[Picture, ...] = ()
    gone: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    counters: Mapping[str, Any] | None = None
    known: int = 0
    found: int = 0
    identity: str = ""
    moved_to: str = ""
    active_at: datetime | None = None
    places: tuple[Found, ...] = ()
    wait: timedelta | None = None
