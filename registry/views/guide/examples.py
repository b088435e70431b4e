"""What pages to read show to be copied: messages, files, commands and queries.

Tests hold them against what judges connectors, parses queries and reads files, so that an
example is never wrong.
"""

import json
from typing import Any


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2)


SCHEMA = (
    '{"type": "SCHEMA", "stream": "orders", "key_properties": ["id"], '
    '"bookmark_properties": ["updated_at"], "schema": {"type": "object", "properties": '
    '{"id": {"type": "integer"}, "total": {"type": ["null", "number"]}, "updated_at": '
    '{"type": "string", "format": "date-time"}}}}'
)
RECORD = (
    '{"type": "RECORD", "stream": "orders", "record": {"id": 17, "total": 12.5, '
    '"updated_at": "2026-03-01T09:30:00Z"}, "time_extracted": "2026-03-02T00:00:04Z"}'
)
LATER = (
    '{"type": "RECORD", "stream": "orders", "record": {"id": 18, "total": null, '
    '"updated_at": "2026-03-01T10:15:00Z"}}'
)
STATE_VALUE = {
    "bookmarks": {
        "orders": {
            "replication_key": "updated_at",
            "replication_key_value": "2026-03-01T10:15:00Z",
        }
    }
}
STATE = json.dumps({"type": "STATE", "value": STATE_VALUE})
VERSIONED = (
    '{"type": "RECORD", "stream": "orders", "version": 1772409600000, "record": '
    '{"id": 17, "total": 12.5, "updated_at": "2026-03-01T09:30:00Z"}}'
)
ACTIVATE_VERSION = (
    '{"type": "ACTIVATE_VERSION", "stream": "orders", "version": 1772409600000}'
)
BATCH = (
    '{"type": "BATCH", "stream": "orders", "encoding": {"format": "jsonl", '
    '"compression": "gzip"}, "manifest": ["file:///tmp/batches/orders-1.jsonl.gz"]}'
)
ROOT = """{
  "breadcrumb": [],
  "metadata": {
    "inclusion": "available",
    "selected": true,
    "table-key-properties": ["id"],
    "valid-replication-keys": ["updated_at"],
    "replication-method": "INCREMENTAL",
    "replication-key": "updated_at"
  }
}"""
CATALOG = """{
  "streams": [{
    "tap_stream_id": "orders",
    "stream": "orders",
    "key_properties": ["id"],
    "schema": {
      "type": "object",
      "properties": {
        "id": {"type": "integer"},
        "total": {"type": ["null", "number"]},
        "updated_at": {"type": "string", "format": "date-time"}
      }
    },
    "metadata": [
      {"breadcrumb": [],
       "metadata": {
         "inclusion": "available",
         "selected": true,
         "table-key-properties": ["id"],
         "valid-replication-keys": ["updated_at"],
         "replication-method": "INCREMENTAL",
         "replication-key": "updated_at"}},
      {"breadcrumb": ["properties", "id"],
       "metadata": {"inclusion": "automatic"}},
      {"breadcrumb": ["properties", "updated_at"],
       "metadata": {"inclusion": "automatic"}},
      {"breadcrumb": ["properties", "total"],
       "metadata": {"inclusion": "available", "selected": false}}
    ]
  }]
}"""
CONFIG = {"api_key": "…", "start_date": "2026-01-01T00:00:00Z"}
STREAM_MAPS = {
    "stream_maps": {
        "customers": {
            "email": None,
            "email_domain": "email.split('@')[-1]",
            "__filter__": "is_active",
        }
    }
}

GUIDE = {
    "schema": SCHEMA,
    "record": RECORD,
    "state": STATE,
    "versioned": "\n".join([VERSIONED, ACTIVATE_VERSION]),
    "batch": BATCH,
    "session": "\n".join([SCHEMA, RECORD, LATER, STATE]),
    "catalog": CATALOG,
    "root": ROOT,
    "state_file": _pretty(STATE_VALUE),
    "config": json.dumps(CONFIG, indent=2, ensure_ascii=False),
    "stream_maps": _pretty(STREAM_MAPS),
    "discover": "tap-shop --config tap.json --discover > catalog.json",
    "sync": "tap-shop --config tap.json --catalog catalog.json --state state.json",
    "install": "uv tool install tap-shop\nuv tool install target-jsonl",
    "pipe": (
        "tap-shop --config tap.json --catalog catalog.json --state state.json \\\n"
        "  | target-jsonl --config target.json >> states.jsonl\n"
        "tail -n 1 states.jsonl > state.json"
    ),
    "failing": "set -o pipefail",
    "metric": (
        'INFO METRIC: {"type": "counter", "metric": "record_count", "value": 314, '
        '"tags": {"endpoint": "orders"}}'
    ),
}

DOCS = {
    "meltano_4": "meltano add tap-github",
    "meltano_3": "meltano add extractor tap-github",
    "meltano_variant": "meltano add tap-github --variant meltanolabs",
    "meltano_mapper": "meltano add --plugin-type mapper meltano-map-transformer",
    "meltano_run": "meltano run tap-github target-jsonl",
    "lock": "meltano lock --update",
    "uv": "uv tool install meltanolabs-tap-github",
    "pipx": "pipx install meltanolabs-tap-github",
    "songbook_yml": "maintenance: seeking",
    "conformance": (
        "python3 dev manage conformance target-jsonl\n"
        "python3 dev manage conformance tap-jsonl --config config.json --file rows.jsonl"
    ),
    "hook": "python3 dev manage hook https://git.example.org/ada/tap-alpha",
    "run": "git clone <address of this repository> songbook\ncd songbook\npython3 dev run",
    "test": "python3 dev test",
}

# What the connector was asked, what "yes" says, and what it does not say.
ANSWERS = {
    "installs": (
        "install",
        "The release and all it needs were installed into an empty environment.",
        "It says nothing of whether the program starts.",
    ),
    "imports": (
        "import",
        "Its command's module was imported, or the command answered to something.",
        "It says nothing of whether data can be read or written.",
    ),
    "help": ("--help", "It printed something and exited with 0.", ""),
    "version": (
        "--version",
        "It printed a version of its own and exited with 0.",
        "Many connectors that work have no such option.",
    ),
    "about": (
        "--about --format=json",
        "It described its settings and capabilities as JSON.",
        "Only connectors built with the Meltano SDK have it.",
    ),
    "discovers": (
        "--discover",
        "It printed a catalog, with a config that was made up where it needs one.",
        "“Unknown” is usual for taps that have to sign in before they can list streams.",
    ),
}

# Queries of the search language, with what each finds.
QUERIES = (
    ("hubspot", "the word, in names first"),
    ('"google ads"', "both words, in this order"),
    ("hubspot -airbyte", "the first word and not the second"),
    ("type:loader capability:batch", "loaders that list the capability"),
    ("type:extractor python:3.13 python:3.14", "either Python will do"),
    ("stream:invoices", "connectors with this stream"),
    ("field:invoices.tax_amount", "this field of this stream"),
    ("setting:api_*", "a setting that begins so"),
    ("license:MIT -is:gone", "under MIT, and still listed by a source"),
    ("maintenance:seeking", "whose maintainer seeks help"),
    ("installs:yes updated:90d", "seen to run, and updated in the last 90 days"),
    ("service:postgres type:loader", "what writes to a service, by any of its names"),
    ("maintainer:meltanolabs", "all that somebody looks after"),
    ("variant:meltanolabs is:default", "that variant, where it is the default"),
)
