"""What came of installing a release: how far it went, and what is there to be run."""

from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from sandbox.installing import PLACE, Chosen, Environment
from sandbox.interpreters import Interpreter
from sandbox.invoking import Outcome
from sandbox.locking import Lock, requirement
from sandbox.sources import SourceTree
from sandbox.wheels import Executable


@dataclass(slots=True)
class Provided:
    """What came of installing a release: steps, and an environment if all went well.

    `wheel` is the package's own, to be read as data; `lock` and `chosen` are set as far as
    it went. `rescue` is what had to be added, `beside` what is asked for with it. With a
    `source` it is that which is built and installed, and `spec` only says so in words.
    """

    spec: str
    interpreter: Interpreter
    rescue: str = ""
    source: SourceTree | None = None
    beside: tuple[str, ...] = ()
    steps: list[Outcome] = field(default_factory=list)
    lock: Lock | None = None
    chosen: tuple[Chosen, ...] = ()
    environment: Environment | None = None

    @property
    def package(self) -> Chosen | None:
        """Return the package that was asked for, among those chosen for it."""
        if self.source is not None:
            # Its own wheel is the first; what it calls itself is its own matter.
            return self.chosen[0] if self.chosen else None
        name = canonicalize_name(requirement(self.spec).name)
        return next((one for one in self.chosen if one.name == name), None)

    @property
    def wheel(self) -> Path | None:
        """Return where the package's own wheel lies."""
        return self.package.wheel if self.package else None

    @property
    def executables(self) -> tuple[Executable, ...]:
        """Return the package's own console scripts, by name."""
        return self.environment.executables if self.environment else ()

    @property
    def readable(self) -> dict[Path, str]:
        """Return what a sandbox has to bind for the environment to run in it."""
        ours = {self.environment.folder: PLACE} if self.environment else {}
        return {**self.interpreter.readable, **ours}
