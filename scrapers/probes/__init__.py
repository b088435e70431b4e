"""Probes: what follows from evidence. Pure functions; no network, no rows.

Raising VERSION has every newest snapshot judged again from its stored evidence.
"""

from collections.abc import Mapping
from typing import Any

from registry.facts import Report
from registry.vocabulary import SourceKind
from scrapers.probes.definitions import probe_definitions
from scrapers.probes.packaging import probe_package
from scrapers.probes.repository import probe_repository

VERSION = 7


def run_probes(kind: SourceKind, body: Mapping[str, Any]) -> Report:
    """Return what the evidence of one subject says, by the kind of source it came from."""
    probe = {
        SourceKind.DEFINITIONS: probe_definitions,
        SourceKind.PACKAGE: probe_package,
        SourceKind.REPOSITORY: probe_repository,
    }[kind]
    return probe(body)
