"""Tries as the benchmark makes them, with only what a test is about spelt out."""

from benchmarks.corpus.tries import Try
from scrapers.probes.invocation import probe_record
from tests.scrapers.probes.invocation.records import (
    about,
    discover,
    helped,
    installed,
    record,
    step,
)

CODE = """tap_alpha/__init__.py
tap_alpha/schemas/things.json
import singer
config = args.config
config["token"], config["start_date"]
if args.discover: print({"streams": ["things", "id", "updated_at"]})
elif args.catalog: sync(args.state)
"""
STATIC = {
    "framework": "singer-python",
    "capabilities": ["catalog", "discover", "state"],
    "settings": [
        {"name": "token", "required": True, "kind": "password", "sensitive": True},
        {"name": "start_date", "required": True, "kind": "date_iso8601"},
    ],
    "streams": [
        {
            "tap_stream_id": "things", "stream": "things", "key_properties": ["id"],
            "schema": {"type": "object", "properties": {"id": {"type": "integer"}}},
        }
    ],
}  # fmt: skip


def versioned(stdout="tap-alpha v1.2.3\n"):
    return step("version", args=["--version"], stdout=stdout)


def answering(*, python="3.12", **said):
    """Return a try of a tap that answers to everything."""
    steps = installed(helped(), versioned(), about(), discover())
    return trying(record(*steps, python=python, **said))


def reading(*, python="3.12", **said):
    """Return a try of a tap of old, of which its code says most."""
    steps = installed(helped())
    return trying(record(*steps, python=python, static=STATIC, **said), source=CODE)


def trying(of, *, source=""):
    return Try(
        spec=of["spec"], python=of["python"], record=of,
        facts=probe_record(of).as_json(), source=source, seconds=1.0,
    )  # fmt: skip
