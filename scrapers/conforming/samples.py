"""Taps that need nobody's service: configs that lead to a few records of our own.

A config here is used only where the tap declares all of its settings by these names, and
asks for no others: what is called otherwise today may mean anything. Whether anything came
out of it is judged by who runs it.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scrapers.conforming.driving import MOCK, Connector
from scrapers.probes.conformance.configs import settings_of
from scrapers.probes.conformance.schemas import properties_of

type Rows = Sequence[Mapping[str, Any]]

ORDERS: Rows = [
    {"id": n, "item": item, "paid": n % 2 == 0, "updated_at": f"2024-01-0{n}T08:00:00Z"}
    for n, item in enumerate(("apples", "bread", "candles", "dates", "eggs"), start=1)
]
CUSTOMERS: Rows = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}]
ENTRY = (
    "<entry><id>urn:songbook:{id}</id><title>{item}</title><updated>{updated_at}</updated>"
    "<link href='http://127.0.0.1/{id}'/></entry>"
)
FEED = (
    "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Orders</title>"
    "<id>urn:songbook</id>{}</feed>"
).format("".join(ENTRY.format(**order) for order in ORDERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A config, and what it leads to.

    `files` lie in `{control}`; `answers` (JSON) and `documents` (texts) are at MOCK, by path.
    """

    config: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)

    def served(self, connector: Connector) -> Connector:
        """Return a connector that finds the answers; those that it had before come first."""
        return replace(
            connector,
            answers={**self.answers, **connector.answers},
            documents={**self.documents, **connector.documents},
        )


def sample_for(name: str, about: Mapping[str, Any] | None) -> Sample | None:
    """Return the sample for a tap by its command, None where it does not fit its settings."""
    sample, settings = SAMPLES.get(name), settings_of(about)
    if sample is None or not properties_of(settings):
        return None
    return sample if _fits(sample.config, settings) else None


def _fits(value: Any, schema: Any) -> bool:
    """Say whether a schema declares all names in a value, and requires no others."""
    if isinstance(value, Mapping):
        known = properties_of(schema)
        required = schema.get("required") if isinstance(schema, Mapping) else None
        needed = required if isinstance(required, list) else []
        # Without properties it says nothing of what is in it.
        return not known or (
            all(name in value for name in needed)
            and all(
                name in known and _fits(v, known[name]) for name, v in value.items()
            )
        )
    if isinstance(value, list):
        items = schema.get("items") if isinstance(schema, Mapping) else None
        return all(_fits(one, items) for one in value)
    return True


def _lines(rows: Rows) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _table(rows: Rows) -> bytes:
    written = io.StringIO()
    table = csv.DictWriter(written, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return written.getvalue().encode()


SAMPLES: Mapping[str, Sample] = {
    # Source: https://github.com/MeltanoLabs/tap-csv
    "tap-csv": Sample(
        config={
            "files": [
                {"entity": name, "path": f"{{control}}/{name}.csv", "keys": ["id"]}
                for name in ("orders", "customers")
            ]
        },
        files={"orders.csv": _table(ORDERS), "customers.csv": _table(CUSTOMERS)},
    ),
    # Source: https://github.com/jawats/tap-feed
    "tap-feed": Sample(
        config={
            "feed_urls": [f"{MOCK}/orders.atom"],
            "feed_fields": ["title"],
            "feed_entry_fields": ["id", "title", "link"],
            "feed_entry_replication_key": "updated",
        },
        documents={"/orders.atom": FEED},
    ),
    # Source: what `tap-jsonl --about` says, of the package of that name.
    "tap-jsonl": Sample(
        config={"path": "{control}/orders.jsonl", "primary_keys": ["id"]},
        files={"orders.jsonl": _lines(ORDERS)},
    ),
    # Source: https://github.com/Widen/tap-rest-api-msdk
    "tap-rest-api-msdk": Sample(
        config={
            "api_url": MOCK,
            "streams": [
                {"name": name, "path": f"/{name}", "primary_keys": ["id"]}
                for name in ("orders", "customers")
            ],
        },
        answers={"/orders": ORDERS, "/customers": CUSTOMERS},
    ),
    # Source: https://github.com/meltano/tap-smoke-test
    "tap-smoke-test": Sample(
        config={
            "streams": [
                {"stream_name": name, "input_filename": f"{{control}}/{name}.jsonl"}
                for name in ("orders", "customers")
            ]
        },
        files={"orders.jsonl": _lines(ORDERS), "customers.jsonl": _lines(CUSTOMERS)},
    ),
}
