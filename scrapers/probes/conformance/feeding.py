"""The fixtures of checks that ask more than whether rows are there."""

import gzip
import json

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.fixtures import (
    DATE_TIME,
    STRING,
    Expected,
    Fixture,
    record,
    schema,
    state,
    stream_of,
)
from scrapers.probes.conformance.shapes import MANY, many

NAME = {"name": STRING}
ADA, BO = {"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}
# Where the driver puts a case's files.
BATCH_FILE = "orders.jsonl.gz"

TWICE = Fixture(
    id="G07",
    title="The same input twice",
    spec=spec.SCHEMA,
    remedy="",
    messages=stream_of("orders", NAME, [ADA, BO]),
    rows={"orders": (ADA, BO)},
)
SAME_KEY = Fixture(
    id="G08",
    title="One key three times",
    spec=spec.SCHEMA,
    remedy="",
    messages=(
        schema("orders", NAME),
        *(record("orders", {"id": 1, "name": name}) for name in ("a", "b", "c")),
        state("orders", 3),
    ),
    rows={"orders": ({"id": 1, "name": "c"},)},
)
KILLED = many("orders", MANY)
BATCH = Fixture(
    id="G10",
    title="Records in a file",
    spec=spec.BATCH,
    remedy="",
    messages=(
        schema("orders", NAME),
        {
            "type": "BATCH",
            "stream": "orders",
            "encoding": {"format": "jsonl", "compression": "gzip"},
            "manifest": ["file://{control}/" + BATCH_FILE],
        },
        state("orders", 2),
    ),
    expected=Expected.EITHER,
    rows={"orders": (ADA, BO)},
)

OLD = tuple({"id": n, "name": f"old {n}"} for n in (1, 2, 3))
OLD_NAMES = frozenset(str(row["name"]) for row in OLD)
# A table as a whole, and once more with a row less.
VERSIONED = Fixture(
    id="G14",
    title="Two versions of a table",
    spec=spec.ACTIVATE_VERSION,
    remedy="",
    messages=(
        schema("orders", NAME),
        *({**record("orders", row), "version": 1} for row in OLD),
        {"type": "ACTIVATE_VERSION", "stream": "orders", "version": 1},
        state("orders", 3),
        *({**record("orders", row), "version": 2} for row in (ADA, BO)),
        {"type": "ACTIVATE_VERSION", "stream": "orders", "version": 2},
        state("orders", 5),
    ),
    rows={"orders": (ADA, BO)},
)
DELETED_AT = "_sdc_deleted_at"
DELETED = Fixture(
    id="G17",
    title="A record that is marked as deleted",
    spec=spec.RECORD_METADATA,
    remedy="",
    messages=stream_of(
        "orders",
        {**NAME, DELETED_AT: DATE_TIME},
        [{**ADA, DELETED_AT: None}, {**BO, DELETED_AT: "2024-05-06T07:08:09Z"}],
    ),
    rows={"orders": (ADA, BO)},
)


def batch_file() -> bytes:
    """Return the file that the BATCH fixture names, the same bytes each time."""
    lines = "".join(f"{json.dumps(row)}\n" for row in (ADA, BO))
    return gzip.compress(lines.encode(), mtime=0)
