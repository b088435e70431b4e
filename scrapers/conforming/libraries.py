"""What our reader needs for some formats, in environments of our own.

A target brings such libraries along, but in its own environment: its code runs there at
every start, and would say of its rows whatever it likes.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sandbox.index import IndexFailure
from sandbox.provided import Provided
from sandbox.providing import provided
from sandbox.workshop import Workshop

# Pinned, so that two runs of one release are read alike. The first that a Python can have is
# taken: the others are for those that newer ones left behind, as do the targets there. A file
# that is newer than its reader is not read, which says nothing of the target.
VERSIONS: Mapping[str, tuple[str, ...]] = {
    "duckdb": ("2.0.0", "1.5.6"),
    "pyarrow": ("26.0.1", "23.0.1"),
    # DuckDB asks for it where a moment has a time zone, and does not bring it.
    "pytz": ("2026.6",),
}
# What reads the files that are written by a package.
READERS: Mapping[str, tuple[str, ...]] = {
    "duckdb": ("duckdb", "pytz"),
    "fastparquet": ("pyarrow",),
    "polars": ("pyarrow",),
    "pyarrow": ("pyarrow",),
}
# Where they are inside.
PLACE = "/opt/reader"


@contextmanager
def libraries(target: Provided, workshop: Workshop) -> Iterator[dict[Path, str]]:
    """Yield folders with what reads a target's files, each with its place inside.

    One for each library; those that can't be had are left out, and what they would read is
    not known. They are gone at the end; their wheels are kept as a connector's are.
    """
    wanted = {name for one in target.chosen for name in READERS.get(one.name, ())}
    folders: dict[Path, str] = {}
    with ExitStack() as held:
        for name in sorted(wanted):
            sites = (
                _site(f"{name}=={version}", target.interpreter.minor, workshop, held)
                for version in VERSIONS[name]
            )
            if site := next(filter(None, sites), None):
                folders[site] = f"{PLACE}/{name}"
        yield folders


def _site(spec: str, python: str, workshop: Workshop, held: ExitStack) -> Path | None:
    """Return the folder with a library's modules, or None where it can't be had."""
    try:
        done = held.enter_context(provided(spec, python=python, workshop=workshop))
    except IndexFailure:
        return None
    if done.environment is None:
        return None
    return done.environment.folder / "lib" / f"python{python}" / "site-packages"
