"""Where foreign code finds what it is lent, said in one way at every level.

We always speak of the same paths: `/work`, `/opt/connector`, `/opt/tools`. Where there are
mounts, these are the paths. Where there are none, everything keeps its own: then what we
say is put into those words, and what foreign code says is put back into ours. So a record
neither depends on where this machine has its files, nor tells it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

# A path does not begin behind these, and goes on with those.
BEFORE, BEHIND = r"(?<![\w.~-])", r"(?![\w-])"


@dataclass(frozen=True)
class Places:
    """Paths that we say, each with the one that it stands for; none where they are the same.

    `folder` is what a run may write to, in a level without memory of its own for that.
    """

    moved: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def said(self, text: str) -> str:
        """Return a text of ours as foreign code has to read it."""
        if not self.moved:
            return text
        return self._ours.sub(lambda found: self.moved[found[0]], text)

    def said_in(self, content: bytes) -> bytes:
        """Return the same of bytes, whatever they are besides."""
        return self.said(content.decode("latin-1")).encode("latin-1")

    def heard(self, content: bytes) -> bytes:
        """Return what foreign code said in our words."""
        if not self.moved:
            return content
        return self._theirs.sub(lambda found: self._back[found[0]], content)

    @cached_property
    def _ours(self) -> re.Pattern[str]:
        return re.compile(f"{BEFORE}(?:{_any_of(self.moved)}){BEHIND}", re.ASCII)

    @cached_property
    def _theirs(self) -> re.Pattern[bytes]:
        known = [path.decode() for path in self._back]
        return re.compile(f"(?:{_any_of(known)}){BEHIND}".encode())

    @cached_property
    def _back(self) -> dict[bytes, bytes]:
        told = {theirs: ours for ours, theirs in self.moved.items()}
        if self.folder:
            # Nobody says this one; `/tmp` is also where the machine has its own files.
            told[str(self.folder / "tmp")] = "/tmp"
        return {theirs.encode(): ours.encode() for theirs, ours in told.items()}


def _any_of(paths: Iterable[str]) -> str:
    # The longest first: one may lie within another.
    return "|".join(map(re.escape, sorted(paths, key=len, reverse=True)))
