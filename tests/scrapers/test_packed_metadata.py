"""Metadata in an archive are read however they are packed, and never at any cost."""

import io
import resource
import zipfile

import pytest

from scrapers.crawlers.archives import core_metadata

NAME = "tap_alpha-1.0.dist-info/METADATA"


def wheel(kind, content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive, archive.open(NAME, "w") as member:
        for piece in content:
            member.write(piece)
    return made


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_metadata_are_read_as_installers_read_them(kind):
    assert core_metadata("a.whl", wheel(kind, [b"Name: a\n"])) == b"Name: a\n"


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_few_bytes_that_stand_for_all_memory_are_not_unpacked(kind):
    archive = wheel(kind, [bytes(1 << 20)] * 60)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert core_metadata("a.whl", archive) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
