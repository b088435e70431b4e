"""The registry's rows, one module per concept."""

from registry.models.conformance import ConformanceRun, Loading, TapSchemas
from registry.models.document import Document
from registry.models.event import Event
from registry.models.host import Host
from registry.models.logo import Logo
from registry.models.machine import Machine
from registry.models.maintainer import Maintainer
from registry.models.plugin import Plugin, Variant
from registry.models.readme import Readme
from registry.models.recording import Recording
from registry.models.release import Release, Setting, Stream
from registry.models.run import ProbeRun
from registry.models.search_change import SearchChange
from registry.models.search_entry import SearchEntry
from registry.models.snapshot import Snapshot
from registry.models.source import Source
from registry.models.statement import Statement
from registry.models.ticket import ProbeTicket
from registry.models.user import User
from registry.models.visit import Visit

__all__ = [
    "ConformanceRun",
    "Document",
    "Event",
    "Host",
    "Loading",
    "Logo",
    "Machine",
    "Maintainer",
    "Plugin",
    "ProbeRun",
    "ProbeTicket",
    "Readme",
    "Recording",
    "Release",
    "SearchChange",
    "SearchEntry",
    "Setting",
    "Snapshot",
    "Source",
    "Statement",
    "Stream",
    "TapSchemas",
    "User",
    "Variant",
    "Visit",
]
