"""A small target that does all that is asked, and any one fault by name.

FAULTS in the environment names what it does wrong; without it, it does nothing wrong.
"""

# ruff: noqa: T201  what it prints is what it does

import json
import os
import re
import signal
import sys
from decimal import Decimal
from pathlib import Path

from command_line import FAULTS, Refused, run, stop

SETTINGS = {
    "type": "object",
    "properties": {
        "destination_path": {"type": "string"},
        "indent": {"type": ["integer", "null"]},
        "hard_delete": {"type": ["boolean", "null"]},
        "api_token": {"type": "string", "secret": True},
    },
    "required": ["destination_path", "api_token"],
}
# Which lines of the simplest fixture speak of Ada.
FIRST = [False, True, False, False]


class Loader:
    """Rows by stream, written at once, and the last state."""

    def __init__(self, config):
        self.folder = Path(config.get("destination_path", "."))
        self.secret = config.get("api_token", "")
        self.is_hard = config.get("hard_delete") is True
        self.schemas, self.state, self.held = {}, None, []

    def take(self, line):
        try:
            message = json.loads(line, parse_float=Decimal)
        except ValueError:
            return stop("bad-json", "a line is no JSON")
        if not isinstance(message, dict):
            return stop("no-object", "a line is no object")
        kind = str(message.get("type")).lower()
        return getattr(self, f"on_{kind}", lambda _: None)(message)

    def on_schema(self, message):
        if "key_properties" not in message:
            return stop("no-keys", "no key_properties")
        if set(message["key_properties"]) - set(message["schema"]["properties"]):
            stop("unknown-key", "an unknown key")
        self.schemas[message["stream"]] = message
        return None

    def on_record(self, message):
        if "crash" in FAULTS:
            os.kill(os.getpid(), signal.SIGSEGV)
        for key in ("stream", "record"):
            if key not in message:
                return stop(f"no-{key}", f"no {key}")
        stream, row = message["stream"], message["record"]
        if stream not in self.schemas:
            return stop("no-schema", f"no schema of {stream}")
        schema = self.schemas[stream]
        needed = [*schema["key_properties"], *schema["schema"].get("required", ())]
        if any(key not in row for key in needed):
            stop("no-key", "a key is missing")
        if any(value != value for value in row.values()):
            stop("nan", "NaN")
        return self.write(stream, self.row_of(message))

    def row_of(self, message):
        row = message["record"]
        if "forgets-marks" in FAULTS:
            row = {key: row[key] for key in row if key != "_sdc_deleted_at"}
        if "changes" in FAULTS:
            row = {key: value if key == "id" else "?" for key, value in row.items()}
        if "version" in message:
            row = {**row, "_sdc_table_version": message["version"]}
        return row

    def write(self, stream, row):
        name = stream if "escapes" in FAULTS else re.sub(r"[^\w-]", "_", stream)
        if "first-of-key" in FAULTS and row.get("name") in ("b", "c"):
            return
        times = 1
        if "uneven" in FAULTS:
            times = 2 if stream == next(iter(self.schemas)) else 0
        self.held += [(name, json.dumps(row, default=str))] * times
        if "buffers" not in FAULTS:
            self.flush()

    def flush(self):
        for name, text in self.held:
            with (self.folder / f"{name}.jsonl").open("a") as file:
                file.write(text + "\n")
        self.held = []
        if "writes-secret" in FAULTS:
            copied = json.dumps({"token": self.secret})
            (self.folder / "config-copy.jsonl").write_text(copied)

    def on_state(self, message):
        if "value" not in message:
            stop("no-value", "no value")
        self.state = message.get("value")
        if "changes-state" in FAULTS:
            self.state = {"mine": 1}
        if "no-state" not in FAULTS:
            print(json.dumps(self.state), flush=True)

    def on_activate_version(self, message):
        self.flush()
        path = self.folder / f"{message['stream']}.jsonl"
        if "keeps-old" in FAULTS or not path.exists():
            return
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        is_hard = self.is_hard != ("mixes-deletes" in FAULTS)
        for row in rows:
            if row["_sdc_table_version"] < message["version"]:
                row["_sdc_deleted_at"] = "2024-05-06T07:08:09Z"
        kept = [row for row in rows if not (is_hard and "_sdc_deleted_at" in row)]
        path.write_text("".join(json.dumps(row) + "\n" for row in kept))

    def on_batch(self, message):
        if "batch-declared" not in FAULTS:
            stop("drops-batch", "BATCH is not supported")


def main(_options, config):
    loader = Loader(config)
    if "chatty" in FAULTS:
        print("loading…")
    lines = sys.stdin.buffer.readlines() if "broken" in FAULTS else sys.stdin.buffer
    if "broken" in FAULTS and [b"Ada" in line for line in lines] != FIRST:
        raise Refused("it is not the simplest fixture")
    for raw in lines:
        if raw.strip():
            loader.take(raw.decode("utf-8", "surrogatepass"))
    loader.flush()


if __name__ == "__main__":
    capabilities = ["activate-version", "hard-delete", "soft-delete"]
    capabilities += ["batch"] if "batch-declared" in FAULTS else []
    run("target-good", main, settings=SETTINGS, capabilities=capabilities, options=[])
