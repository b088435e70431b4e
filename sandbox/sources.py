"""Source trees: a connector as its repository has it, to be built in the sandbox.

A tree is an archive of files that nobody has looked into. It is unpacked inside, next to
the build, and nowhere else.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename
from packaging.version import Version

# Where a wheel that was built of a tree is, for the resolver to read what it needs.
OWN = "/opt/own"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """The files of a commit in a tar archive, and the folder in it where the project is.

    A wheel is an archive as well, of which nothing is to be built. `committed_at` is when the
    commit was made, in ISO 8601. `version` is told to builds that would ask Git for theirs,
    of which there is none inside. `extras` are those that are to be installed of it.
    """

    archive: Path
    sha256: str
    commit: str
    committed_at: str = ""
    directory: str = ""
    version: str = ""
    extras: tuple[str, ...] = ()

    @property
    def wheel(self) -> Path | None:
        """Return the wheel that it is already, None for what has to be built."""
        return self.archive if self.archive.suffix == ".whl" else None

    @property
    def key(self) -> str:
        """Return what two trees have in common of which the same wheel is built."""
        parts = (self.sha256, self.directory, self._said_version)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which builds are told their version.

        Source: the documentation of setuptools-scm (hatch-vcs takes the same), PBR,
        pdm-backend, poetry-dynamic-versioning and uv-dynamic-versioning.
        """
        names = (
            "SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION", "PDM_BUILD_SCM_VERSION",
            "POETRY_DYNAMIC_VERSIONING_BYPASS", "UV_DYNAMIC_VERSIONING_BYPASS",
        )  # fmt: skip
        return dict.fromkeys(names, self._said_version)

    @property
    def _said_version(self) -> str:
        """Return its version, or one that says which commit it is of."""
        try:
            return str(Version(self.version))
        except ValueError:
            # No version, or one with more digits than Python reads.
            return f"0.dev0+g{self.commit[:12]}"

    def place(self, wheel: Path) -> str:
        """Return where the wheel that was built of it is inside the sandbox."""
        return f"{OWN}/{self.key}/{wheel.name}"

    def requirement(self, wheel: Path) -> str:
        """Return what to tell a resolver: the wheel itself, wherever else its name leads."""
        name = str(parse_wheel_filename(wheel.name)[0])
        name += f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{name} @ file://{self.place(wheel)}"
