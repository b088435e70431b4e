"""A small tap that does all that is asked, and any one fault by name.

FAULTS in the environment names what it does wrong; without it, it does nothing wrong. With
`api_url` in its config, it reads its users there.
"""

# ruff: noqa: T201  what it prints is what it does

import gzip
import json
import os
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from command_line import FAULTS, run, stop

SETTINGS = {
    "type": "object",
    "properties": {
        "api_token": {"type": "string", "secret": True},
        "page_size": {"type": ["integer", "null"]},
    },
    "required": ["api_token"],
}
STRING = {"type": ["null", "string"]}
USERS = [
    {"id": n, "name": f"name {n}", "updated_at": f"2024-01-0{n}T00:00:00Z"}
    for n in range(1, 6)
]
TEAMS = [{"id": 1, "title": "red"}, {"id": 2, "title": "blue"}]

# A fault a line, and no newline at the end.
BAD_MESSAGES = """\
this is no message
["SCHEMA"]
{"type": "RECORD", "stream": "early", "record": {"id": 1}}
{"type": "SCHEMA", "stream": "users", "schema": {"properties": {"id": {"type": "integer"}, \
"at": {"type": "string", "format": "date-time"}, "n": {"type": "integer"}}}, \
"key_properties": ["id", "absent"], "bookmark_properties": ["absent"]}
{"type": "SCHEMA", "stream": "keyless", "schema": {"properties": {"id": {"type": "integer"}}}}
{"type": "SCHEMA", "stream": "shapeless", "key_properties": []}
{"type": "RECORD", "stream": "users", "record": {"id": 1, "at": "2024-01-01T00:00:00", \
"n": "one", "extra": 1}, "time_extracted": "yesterday"}
{"type": "RECORD", "stream": "users", "record": {"id": 1, "n": NaN}}
{"type": "RECORD", "stream": "users", "record": [1]}
{"type": "SONGBOOK"}
{"type": "STATE", "value": [1]}
{"type": "STATE", "value": {"bookmarks": {"users": {"replication_key_value": 9}}}}
{"type": "STATE", "value": {"currently_syncing": "users", \
"bookmarks": {"users": {"replication_key_value": 3, \
"partitions": {"a": {"progress_markers": {"b": 1}}}}}}}
{"type": "ACTIVATE_VERSION", "stream": "unknown", "version": "1"}
{"type": "RECORD", "stream": "users", "record": {"id": 2}}"""


def main(options, config):
    return discover() if options.discover else sync(config, options)


def stream(name, properties, **root):
    metadata = [{"breadcrumb": [], "metadata": {"inclusion": "available", **root}}]
    for key in properties:
        word = "automatic" if key in ("id", "updated_at") else "available"
        crumb = {"breadcrumb": ["properties", key], "metadata": {"inclusion": word}}
        metadata.append(crumb)
    schema = {"type": "object", "properties": properties}
    return {
        "tap_stream_id": name,
        "stream": name,
        "schema": schema,
        "metadata": metadata,
    }


def catalog():
    moment = {"type": "string", "format": "date-time"}
    users = {"id": {"type": "integer"}, "name": STRING, "updated_at": moment}
    teams = {"id": {"type": "integer"}, "title": STRING}
    incremental = {
        "table-key-properties": ["id"],
        "forced-replication-method": "INCREMENTAL",
        "valid-replication-keys": ["updated_at"],
    }
    return {
        "streams": [
            stream("users", users, **incremental),
            stream("teams", teams, **{"table-key-properties": ["id"]}),
        ]
    }


def bad_catalog():
    """Return a catalog in which every stream has another fault."""
    plain = {"id": {"type": "integer"}, "any": {}}
    keys = {"table-key-properties": ["absent"]}
    method = {"replication-method": "SOMETIMES"}
    key = {"replication-method": "INCREMENTAL", "replication-key": "absent"}
    streams = [
        stream("twice", plain),
        stream("twice", plain),
        stream("keys", plain, **keys),
        stream("method", plain, **method),
        stream("key", plain, **key),
        stream("keyless", plain, **{"replication-method": "INCREMENTAL"}),
        {"tap_stream_id": "", "stream": "", "schema": {"properties": plain}},
        {"tap_stream_id": "bare", "stream": "bare", "schema": {"type": "object"}},
        {**stream("schema", plain), "schema": {"properties": {"id": {"type": 7}}}},
        {**stream("metadata", plain), "metadata": [{"breadcrumb": "id"}]},
    ]
    crumb = {"breadcrumb": ["properties", "absent"], "metadata": {"inclusion": "maybe"}}
    streams[0]["metadata"] += [crumb, crumb]
    chosen = {
        "breadcrumb": ["properties", "any"],
        "metadata": {"inclusion": "available"},
    }
    streams[3]["metadata"] = [
        {"breadcrumb": [], "metadata": {"table-key-properties": ["any"], **method}},
        chosen,
    ]
    streams[4]["stream"] = os.environ["HOME"]
    return {"streams": streams}


def discover():
    if "discovery-fails" in FAULTS:
        sys.exit(3)
    if "discovery-syncs" in FAULTS:
        print(json.dumps({"type": "STATE", "value": {}}))
    if "bad-catalog" in FAULTS:
        print(json.dumps(bad_catalog()))
    elif "empty-catalog" in FAULTS:
        print('{"streams": []}')
    elif "unstable" in FAULTS:
        strange = stream(os.urandom(8).hex(), {"id": STRING})
        print(json.dumps({"streams": [*catalog()["streams"], strange]}))
    else:
        print(json.dumps(catalog()))


def say(**message):
    print(json.dumps(message))


def wanted(given):
    """Return the selected fields by stream."""
    found = {}
    for entry in given["streams"]:
        marks = {tuple(m["breadcrumb"]): m["metadata"] for m in entry["metadata"]}
        fields = [
            crumb[1]
            for crumb, mark in marks.items()
            if crumb and (mark.get("selected") or mark["inclusion"] == "automatic")
        ]
        if marks[()].get("selected"):
            found[entry["stream"]] = fields
    return found


def sync(config, options):
    if "sync-fails" in FAULTS:
        sys.exit(3)
    if "bad-messages" in FAULTS:
        sys.stdout.write(BAD_MESSAGES)
        return None
    given = catalog()
    state = read_state(options.state)
    fields = {e["stream"]: list(e["schema"]["properties"]) for e in given["streams"]}
    if options.catalog and "ignores-catalog" not in FAULTS:
        fields = wanted(json.loads(Path(options.catalog).read_text()))
    if "batch_config" in config:
        return batch(config["batch_config"]["storage"]["root"], given)
    rows, mark = read(config, state, is_resumed=options.state is not None)
    for entry in given["streams"]:
        if entry["stream"] in fields:
            write(entry, rows[entry["stream"]], fields[entry["stream"]])
    if "users" in fields:
        mark = max([mark, *(u["updated_at"] for u in rows["users"])])
        mark = "2023-01-01T00:00:00Z" if "sloppy" in FAULTS else mark
        marks = {
            "users": {"replication_key": "updated_at", "replication_key_value": mark}
        }
        marks |= {"teams": "done"} if "sloppy" in FAULTS else {}
        say(type="STATE", value={"bookmarks": marks})
    return None


def read(config, state, *, is_resumed):
    """Return the rows of both streams, and the bookmark to begin with."""
    users = USERS
    if "unstable" in FAULTS:
        # As many as nanoseconds tell: hardly ever as many as the last time.
        users = [{**USERS[0], "id": n} for n in range(time.time_ns() % 4999)]
    if "api_url" in config:
        with urlopen(config["api_url"] + "/users") as answer:  # noqa: S310  our server
            users = json.loads(answer.read())
    mark = state.get("bookmarks", {}).get("users", {}).get("replication_key_value", "")
    if is_resumed and "resume-wrong" in FAULTS:
        users, mark = [{**USERS[0], "id": n} for n in range(9)], ""
    teams = TEAMS * 2 if "sloppy" in FAULTS else TEAMS
    return {
        "users": [u for u in users if u["updated_at"] >= mark],
        "teams": teams,
    }, mark


def write(entry, rows, fields):
    name = entry["stream"]
    known = {k: v for k, v in entry["schema"]["properties"].items() if k in fields}
    schema = {"type": "object", "properties": known}
    say(type="SCHEMA", stream=name, schema=schema, key_properties=["id"])
    for row in rows:
        say(type="RECORD", stream=name, record={k: row[k] for k in known},
            time_extracted="2024-02-01T00:00:00Z")  # fmt: skip


def read_state(path):
    if path is None:
        return {}
    if "resume-fails" in FAULTS:
        sys.exit(3)
    try:
        return json.loads(Path(path).read_text())
    except ValueError as error:
        stop("bad-state", f"{path}: {error}")
        return {}


def batch(root, given):
    file = Path(root.removeprefix("file://")) / "batch-users-1.gz"
    rows = [{"id": "one"}] if "bad-batch" in FAULTS else USERS
    file.write_bytes(
        gzip.compress("".join(json.dumps(r) + "\n" for r in rows).encode())
    )
    users = given["streams"][0]
    say(type="SCHEMA", stream="users", schema=users["schema"], key_properties=["id"])
    encoding = {"format": "jsonl", "compression": "gzip"}
    say(type="BATCH", stream="users", encoding=encoding, manifest=[f"file://{file}"])
    if "bad-batch" in FAULTS:
        say(type="BATCH", stream="users", encoding="gzip", manifest="nothing")


if __name__ == "__main__":
    run(
        "tap-good",
        main,
        settings=SETTINGS,
        capabilities=["batch"],
        options=["--discover"],
    )
