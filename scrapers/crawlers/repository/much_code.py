"""A repository's Python, read in a process of its own where there is much of it.

Five files of 512 kB that are all commas take their parser eight seconds and half a gigabyte.
"""

from collections.abc import Mapping

from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.apart import Overrun, apart
from scrapers.crawlers.repository.python_code import read_code

# So much takes at worst as long as to start a process. Few connectors have more.
HERE_BYTES = 512 * 1024
CPU_S = 20
MEMORY_BYTES = 1 << 30


def read_much_code(
    files: Mapping[str, bytes], *, cpu_s: int = CPU_S
) -> tuple[Json, list[Finding]]:
    """Return what `read_code` does; where that takes too much, nothing and a finding."""
    if sum(map(len, files.values())) <= HERE_BYTES:
        return read_code(files.items())
    try:
        reading, findings = apart(
            as_json, dict(files), cpu_s=cpu_s, memory_bytes=MEMORY_BYTES
        )
    except Overrun:
        message = "Its Python takes too much to be read: all of it is passed over."
        finding = Finding(code="python", message=message, severity=Severity.WARNING)
        return {}, [finding]
    return reading, [Finding.from_json(one) for one in findings]


def as_json(files: Mapping[str, bytes]) -> tuple[Json, list[Json]]:
    """Return what `read_code` does, as JSON. See `read_much_code`."""
    reading, findings = read_code(files.items())
    return reading, [one.as_json() for one in findings]
