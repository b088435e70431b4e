"""What is run for a recording, as one word: what another plan recorded is run again."""

import hashlib
from functools import cache
from pathlib import Path

from scrapers.probes.conformance import feeding
from scrapers.probes.conformance.loading import FIXTURES

HERE = Path(__file__).parent
FED = (
    *FIXTURES,
    feeding.TWICE,
    feeding.SAME_KEY,
    feeding.KILLED,
    feeding.BATCH,
    feeding.VERSIONED,
    feeding.DELETED,
)


@cache
def plan() -> str:
    """Return the digest of all that decides what is run and what it is fed, as hex.

    Made of the code that runs connectors and of the fixtures' messages, so that nobody has
    to remember to raise a number. How a fixture is judged is not in it.
    """
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    for fixture in FED:
        digest.update(f"{fixture.id}\0".encode() + fixture.stdin + b"\0")
    return digest.hexdigest()
