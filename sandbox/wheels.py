"""What a wheel says, read as a hostile archive: nothing is unpacked, nothing is run.

Source: the PyPA specification of the binary distribution format.
"""

import stat
from collections.abc import Iterable, Iterator
from configparser import ConfigParser, Error
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from packaging.tags import Tag
from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from sandbox.archives import Unreadable, check_member, opened, read_member

# The longest real metadata that we have seen hold a changelog: 600 kB.
METADATA_LIMIT_BYTES = 4_000_000
# Its reader takes minutes for a megabyte of lines that say nothing.
EXECUTABLES_LIMIT_BYTES = 64_000
MEMBERS_LIMIT = 50_000
UNPACKED_LIMIT_BYTES = 1_500_000_000
# Text packs to a tenth; what packs to a thousandth is there to fill a disk.
RATIO_LIMIT = 500
# Below `.data/data`, which installers put at the root of the environment: its
# configuration, and its interpreter.
ENVIRONMENTS_OWN = ("pyvenv.cfg", "bin.python")


class UnfitWheel(Exception):
    """A wheel that is none, or that may not be installed. The message says why."""


@dataclass(frozen=True, slots=True)
class Executable:
    """A console script: its name, and the function behind it."""

    name: str
    module: str
    attribute: str


def best_wheel[File](
    files: Iterable[tuple[str, File]], supported: dict[Tag, int]
) -> tuple[str, File] | None:
    """Return the wheel that an installer takes of (name, file) pairs, or None.

    `supported` ranks the tags of an interpreter: the lowest is taken, then the highest
    build number. Files that are no wheels are passed over.
    """
    ranked = []
    for filename, file in files:
        try:
            _, _, build, tags = parse_wheel_filename(filename)
        except (InvalidWheelFilename, InvalidVersion):
            continue
        ranks = [supported[tag] for tag in tags if tag in supported]
        if ranks:
            ranked.append(((-min(ranks), build), (filename, file)))
    return max(ranked, key=lambda one: one[0])[1] if ranked else None


def check_built(path: Path, release: tuple[str, str] | None) -> None:
    """Raise UnfitWheel where what a build made is not the wheel of this (name, version).

    None is for whatever release it says to be.

    A build runs anybody's code. Its wheel is installed outside the sandbox: it may not
    reach out of its environment, nor take the place of the environment's own files, nor be
    a bomb, nor go by another package's name.
    """
    try:
        said_name, said_version, _, _ = parse_wheel_filename(path.name)
    except (InvalidWheelFilename, InvalidVersion) as error:
        raise UnfitWheel(f"{path.name!r} is no name of a wheel.") from error
    if release is not None:
        name, version = release
        if (said_name, said_version) != (canonicalize_name(name), Version(version)):
            raise UnfitWheel(f"The build of {name} {version} made {path.name}.")
    check_members(path)
    metadata = parse_metadata(read_metadata(path))
    said = canonicalize_name(str(metadata["Name"]))
    try:
        is_same = (said, Version(str(metadata["Version"]))) == (said_name, said_version)
    except ValueError:
        # No version, or one with more digits than Python reads.
        is_same = False
    if not is_same:
        raise UnfitWheel(f"{path.name} holds the metadata of another release.")


def check_members(path: Path) -> int:
    """Return the bytes that a wheel unpacks to, which are counted.

    Raises UnfitWheel where its members may not be installed.
    """
    with _opened(path) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS_LIMIT:
            raise UnfitWheel(f"{path.name} has {len(members):,} members.")
        unpacked_bytes = sum(member.file_size for member in members)
        packed_bytes = max(1, path.stat().st_size)
        is_bomb = unpacked_bytes > max(10_000_000, RATIO_LIMIT * packed_bytes)
        if unpacked_bytes > UNPACKED_LIMIT_BYTES or is_bomb:
            raise UnfitWheel(f"{path.name} unpacks to {unpacked_bytes:,} bytes.")
        for member in members:
            if fault := _fault_of(member):
                raise UnfitWheel(f"{path.name}: {member.filename!r} {fault}.")
            check_member(archive, member)
    return unpacked_bytes


def read_metadata(path: Path) -> bytes:
    """Return the core metadata of a wheel. Raises UnfitWheel."""
    return _dist_info(path, "METADATA", METADATA_LIMIT_BYTES) or _missing(path)


def read_executables(path: Path) -> tuple[Executable, ...]:
    """Return the console scripts of a wheel, by name; what can't be read is left out."""
    parser = ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    # Names of scripts differ by case.
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    content = _dist_info(path, "entry_points.txt", EXECUTABLES_LIMIT_BYTES) or b""
    try:
        parser.read_string(content.decode(errors="replace"))
        rows = parser.items("console_scripts")
    except Error:
        return ()
    read = (_executable(name, value) for name, value in rows)
    return tuple(sorted((one for one in read if one), key=lambda one: one.name))


def parse_metadata(content: bytes) -> Message:
    """Return core metadata as a message with a field for each line."""
    return BytesParser(policy=compat32).parsebytes(content, headersonly=True)


def _executable(name: str, value: str) -> Executable | None:
    module, _, attribute = value.partition("[")[0].strip().partition(":")
    module, attribute = module.strip(), attribute.strip()
    words = [*module.split("."), *attribute.split(".")]
    if not all(word.isidentifier() for word in words):
        return None
    # The name becomes a file in the environment's bin.
    if not name or PurePosixPath(name).name != name or name.startswith(("-", ".")):
        return None
    return Executable(name, module, attribute)


def _fault_of(member: ZipInfo) -> str:
    """Return what is wrong with a member, or an empty word."""
    path = PurePosixPath(member.filename)
    if not path.parts or path.is_absolute() or ".." in path.parts:
        return "leads out of the environment"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    data = path.parts[0].endswith(".data") and path.parts[1:2] == ("data",)
    if data and ".".join(path.parts[2:]).startswith(ENVIRONMENTS_OWN):
        return "takes the place of the environment's own"
    return ""


def _dist_info(path: Path, name: str, limit_bytes: int) -> bytes | None:
    with _opened(path) as archive:
        found = [
            member
            for member in archive.infolist()
            if member.filename.endswith(f".dist-info/{name}")
            and member.filename.count("/") == 1
        ]
        if len(found) > 1:
            raise UnfitWheel(f"{path.name} has more than one {name}.")
        if not found:
            return None
        return read_member(archive, found[0], limit_bytes=limit_bytes)


def _missing(path: Path) -> bytes:
    raise UnfitWheel(f"{path.name} has no metadata.")


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with opened(path) as archive:
            yield archive
    except Unreadable as error:
        raise UnfitWheel(f"{path.name} {error}.") from error
