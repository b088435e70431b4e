"""Wheels that are broken on purpose: each is unfit, and none is anything worse."""

import io
import struct
import time
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.wheels import (
    MEMBERS_LIMIT,
    UnfitWheel,
    check_built,
    check_members,
    read_executables,
    read_metadata,
)
from tests.sandbox.connectors import ALPHA, members
from tests.scrapers.packages import metadata_of

KINDS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
INFO = "tap_alpha-1.0.dist-info"
METADATA = metadata_of("tap-alpha", "1.0")
FILES = members("tap-alpha", ALPHA, "1.0", "tap-alpha", METADATA)
CENTRAL = b"PK\x01\x02"


def packed(kind=zipfile.ZIP_DEFLATED, **more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        for path, content in {**FILES, **more}.items():
            archive.writestr(path, content)
    return made.getvalue()


@pytest.fixture
def put(tmp_path):
    def put(content):
        path = tmp_path / "tap_alpha-1.0-py3-none-any.whl"
        path.write_bytes(content)
        return path

    return put


def member_of(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.getinfo(name)


def garbled(content, name):
    """Return an archive with other bytes where a member's packed ones are."""
    member = member_of(content, name)
    first = member.header_offset + 30 + len(name)
    noise = bytes(byte ^ 0xA5 for byte in content[first : first + member.compress_size])
    return content[:first] + noise + content[first + member.compress_size :]


def heads_of(content, name):
    """Yield where an archive says something of a member: once beside it, and once listed."""
    member, said = member_of(content, name), name.encode()
    yield member.header_offset, 0
    at = content.find(CENTRAL)
    while at >= 0:
        if content[at + 46 : at + 46 + len(said)] == said:
            yield at, 2
        at = content.find(CENTRAL, at + 1)


def saying(content, name, *, size_bytes):
    """Return an archive whose member unpacks to more than it says, with a fit checksum."""
    member, made = member_of(content, name), bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check = zlib.crc32(archive.read(name)[:size_bytes])
    for at, more in heads_of(content, name):
        said = (check, member.compress_size, size_bytes)
        struct.pack_into("<LLL", made, at + 14 + more, *said)
    return bytes(made)


def locked(content, name):
    """Return an archive with a member that is said to be encrypted."""
    made = bytearray(content)
    for at, more in heads_of(content, name):
        made[at + 6 + more] |= 1
    return bytes(made)


def overlapping():
    """Return an archive that lists a member which lies within another one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("inner", "1" * 99)
    inner = made.getvalue()[: 30 + len("inner") + 99]
    content = packed(zipfile.ZIP_STORED, outer=inner, inner="1" * 99)
    made = bytearray(content)
    at = member_of(content, "outer").header_offset + 30 + len("outer")
    for head, more in heads_of(content, "inner"):
        if more:
            struct.pack_into("<L", made, head + 42, at)
    return bytes(made)


def listing(count):
    """Return an archive that is a list of members, and nothing besides."""
    row = struct.pack("<4s4B4HL2L5H2L", CENTRAL, *[0] * 18)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFE, 0xFFFE, len(row) * count, 0, 0
    )
    return row * count + end


@pytest.mark.parametrize("kind", ["stored", "deflated"])
def test_wheel_is_read_however_installers_let_it_be_packed(put, kind):
    path = put(packed(KINDS[kind]))
    check_built(path, ("tap-alpha", "1.0"))
    assert read_metadata(path) == METADATA
    assert [one.name for one in read_executables(path)] == ["tap-alpha"]


@pytest.mark.parametrize("kind", ["bzip2", "lzma"])
def test_wheel_that_no_installer_unpacks_is_unfit(put, kind):
    path = put(packed(KINDS[kind]))
    for way in (read_metadata, read_executables, check_members):
        with pytest.raises(UnfitWheel, match="rare"):
            way(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["METADATA", "RECORD", "entry_points.txt"])
def test_wheel_with_a_garbled_member_is_unfit(put, kind, name):
    path = put(garbled(packed(KINDS[kind]), f"{INFO}/{name}"))
    with pytest.raises(UnfitWheel):
        check_built(path, ("tap-alpha", "1.0"))


@pytest.mark.parametrize("name", ["METADATA", "entry_points.txt"])
def test_wheel_with_an_encrypted_member_is_unfit(put, name):
    path = put(locked(packed(), f"{INFO}/{name}"))
    with pytest.raises(UnfitWheel, match="RuntimeError"):
        check_members(path)


@pytest.mark.parametrize(
    ("kind", "size_bytes"), [("deflated", 10), ("deflated", 99_999), ("stored", 10)]
)
def test_wheel_that_unpacks_to_more_than_it_says_is_unfit(put, kind, size_bytes):
    content = packed(KINDS[kind], big="0" * 100_000)
    with pytest.raises(UnfitWheel):
        check_members(put(saying(content, "big", size_bytes=size_bytes)))


def test_wheel_whose_members_lie_over_each_other_is_unfit(put):
    with pytest.raises(UnfitWheel):
        check_members(put(overlapping()))


@pytest.mark.parametrize("count", [MEMBERS_LIMIT + 1, 1_000_000])
def test_wheel_with_a_list_of_too_many_members_is_unfit(put, count):
    began = time.process_time()
    with pytest.raises(UnfitWheel):
        check_members(put(listing(count)))
    assert time.process_time() - began < 5


def test_entry_points_that_say_nothing_on_many_lines_take_no_time(put):
    points = "[console_scripts]\n" + "x\n" * 2_000_000
    began = time.process_time()
    with pytest.raises(UnfitWheel, match="too long"):
        read_executables(put(packed(**{f"{INFO}/entry_points.txt": points})))
    assert time.process_time() - began < 5


def test_version_with_more_digits_than_python_reads_is_unfit(put):
    said = metadata_of("tap-alpha", "1" * 5000)
    with pytest.raises(UnfitWheel, match="another release"):
        check_built(put(packed(**{f"{INFO}/METADATA": said})), ("tap-alpha", "1.0"))


@settings(deadline=None, max_examples=150)
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_nothing_in_a_wheel_breaks_more_than_the_wheel(tmp_path_factory, data, kind):
    content = bytearray(packed(KINDS[kind]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "tap_alpha-1.0-py3-none-any.whl"
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    for way in (read_metadata, read_executables, check_members):
        # Anything else would end a worker.
        with suppress(UnfitWheel):
            way(path)
