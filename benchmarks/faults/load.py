"""What goes on while processes are killed: sources change, clients read."""

import gzip
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from benchmarks.upstreams import Upstream, Upstreams
from registry.models import Source

PAUSE_S = 0.2


@dataclass(slots=True)
class Changes:
    """Changes sources at random and has each looked at, as a hook would, until stopped."""

    upstreams: Upstreams
    chance: random.Random
    changed: int = 0
    _to_ask: list[Upstream] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End when everything that changed has been asked for."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _go(self) -> None:
        while not self._stopping.is_set():
            one = self.chance.choice(self.upstreams.all)
            self.upstreams.change(one)
            self.changed += 1
            self._to_ask.append(one)
            self._ask()
            time.sleep(PAUSE_S)
        while self._to_ask:
            self._ask()
            time.sleep(PAUSE_S)
        connection.close()

    def _ask(self) -> None:
        """Have changed sources looked at; what the database does not hear is said again."""
        try:
            while self._to_ask:
                one = self._to_ask[0]
                source = Source.objects.get(kind=one.kind, address=one.address)
                source.ask(timezone.now(), limit=timedelta())
                self._to_ask.pop(0)
        except (OperationalError, InterfaceError):
            connection.close()


@dataclass(slots=True)
class Readers:
    """Reads published files at random, as a web server would, and counts broken ones."""

    folder: Path
    read: int = 0
    broken: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _go(self) -> None:
        while not self._stopping.is_set():
            for path in published(self.folder):
                self._read(path)
                time.sleep(0.005)
            time.sleep(PAUSE_S)

    def _read(self, path: Path) -> None:
        content = path.read_bytes()
        self.read += 1
        try:
            json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
        except (ValueError, OSError, EOFError):
            self.broken.append(str(path))


def published(folder: Path) -> list[Path]:
    """Return the published files, both forms, without those that are being written."""
    files = (folder / "documents").rglob("*")
    return [
        path for path in files if not path.name.endswith(".partial") and path.is_file()
    ]
