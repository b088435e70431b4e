"""Connectors are run in the sandbox, and what they do is recorded for the checks."""

from collections.abc import Mapping
from typing import Any

from scrapers.conforming.driving import CantRun, Connector
from scrapers.conforming.taps import record_tap
from scrapers.conforming.targets import record_target
from scrapers.probes.conformance.recording import Kind, Recording

__all__ = ["CantRun", "Connector", "record"]


def record(
    kind: Kind,
    connector: Connector,
    *,
    config: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Recording:
    """Return the recording of a connector; about a hundred runs for a target.

    Without a `config` that of a sample is taken, or one is made up from its settings.
    Raises CantRun where it or the sandbox can't be started at all.
    """
    make = record_tap if kind is Kind.TAP else record_target
    return make(connector, config, files)
