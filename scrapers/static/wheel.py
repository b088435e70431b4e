"""What a wheel says as data, read apart: a parser of foreign text may take all there is."""

import logging
from pathlib import Path

from registry.facts import Json
from sandbox.archives import Unreadable, opened, read_member
from scrapers.apart import Overrun, apart
from scrapers.probes.invocation.json_texts import cleaned
from scrapers.static import FILE_LIMIT, read_source, telling

logger = logging.getLogger(__name__)

# The largest connectors take a fifth of either.
CPU_S = 20
MEMORY_BYTES = 1 << 30


def read_wheel(wheel: Path, *, cpu_s: int = CPU_S) -> Json:
    """Return what a wheel's files say; nothing of what is no archive, or takes too much."""
    try:
        said: Json = apart(
            read_archive, str(wheel), cpu_s=cpu_s, memory_bytes=MEMORY_BYTES
        )
    except Overrun:
        return {}
    except RuntimeError:
        # A fault of ours costs what is read of one release, and no worker.
        logger.exception("%s could not be read as data.", wheel.name)
        return {}
    return said


def read_archive(wheel: str) -> Json:
    """Return the same, in this process. It may take for ever: see `read_wheel`."""
    try:
        with opened(Path(wheel)) as archive:
            members = {one.filename: one for one in archive.infolist()}
            sizes = {path: member.file_size for path, member in members.items()}
            texts = {
                path: read_member(archive, members[path], limit_bytes=FILE_LIMIT)
                for path in telling(sizes)
            }
    except Unreadable:
        return {}
    said: Json = cleaned(
        read_source(
            {path: text.decode("utf-8", "replace") for path, text in texts.items()}
        )
    )
    return said
