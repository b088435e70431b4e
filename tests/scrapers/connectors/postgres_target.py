"""A small target that loads into PostgreSQL, by the `psql` that PSQL in the environment names.

It takes what `target.py` takes, writes before it passes on a state, and merges rows by their
keys. FAULTS in the environment names what it does wrong.
"""

# ruff: noqa: S608  SQL is what it writes

import json
import os
import subprocess
from decimal import Decimal

import target
from command_line import FAULTS, Refused, run

SETTINGS = {
    "type": "object",
    "properties": {
        "host": {"type": "string"},
        "port": {"type": "integer"},
        "user": {"type": "string"},
        "password": {"type": "string", "secret": True},
        "database": {"type": "string"},
    },
    "required": ["host", "user", "password", "database"],
}
TYPES = {"integer": "numeric", "number": "numeric", "boolean": "boolean"}


class Loader(target.Loader):
    """Rows by stream, in tables of one database."""

    def __init__(self, config):
        super().__init__(config)
        self.config, self.kinds, self.known = config, {}, set()

    def on_schema(self, message):
        if self.held:
            self.flush()
        self.known.discard(message["stream"])
        super().on_schema(message)

    def write(self, stream, row):
        if "loses" not in FAULTS or row.get("id") != 2:
            self.held.append((stream, row))

    def on_state(self, message):
        self.flush()
        super().on_state(message)

    def on_activate_version(self, message):
        """Pass over it: no capability for it is declared."""

    def flush(self):
        script = [line for held in self.held for line in self.statements(*held)]
        if "writes-password" in FAULTS:
            script.append("CREATE TABLE IF NOT EXISTS public.config (word text)")
            script.append(
                f"INSERT INTO public.config VALUES ('{self.config['password']}')"
            )
        self.held = []
        if script:
            self.tell("".join(f"{line};\n" for line in ["BEGIN", *script, "COMMIT"]))

    def statements(self, stream, row):
        known = self.schemas[stream]
        properties = known["schema"]["properties"]
        table, keys = f"public.{name(stream)}", known["key_properties"]
        if stream not in self.known:
            self.known.add(stream)
            columns = [f"{name(key)} {kind(one)}" for key, one in properties.items()]
            unique = [f"UNIQUE ({', '.join(map(name, keys))})"] if keys else []
            yield f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns + unique)})"
            for column in columns:
                yield f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column}"
            for key, one in properties.items():
                if kind(one) != self.kinds.setdefault((stream, key), kind(one)):
                    yield f"ALTER TABLE {table} ALTER COLUMN {name(key)} TYPE text"
        names = [key for key in row if key in properties]
        values = [value(row[key], kind(properties[key])) for key in names]
        sets = ", ".join(f"{name(key)} = excluded.{name(key)}" for key in names)
        merge = f" ON CONFLICT ({', '.join(map(name, keys))}) DO UPDATE SET {sets}"
        yield (
            f"INSERT INTO {table} ({', '.join(map(name, names))})"
            f" VALUES ({', '.join(values)}){merge if keys else ''}"
        )

    def tell(self, script):
        known = {
            "PGHOST": self.config["host"],
            "PGPORT": str(self.config.get("port", 5432)),
            "PGUSER": self.config["user"],
            "PGPASSWORD": self.config["password"],
            "PGDATABASE": self.config["database"],
            "PGCLIENTENCODING": "UTF8",
        }
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [os.environ["PSQL"], *options],
            input=script.encode(),
            env={"PATH": "/usr/bin:/bin", **known},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise Refused(done.stderr.decode("utf-8", "replace").strip())


def name(text):
    return '"' + text.replace('"', '""') + '"'


def kind(schema):
    words = schema.get("type", "string")
    words = {words} if isinstance(words, str) else set(words)
    words -= {"null"}
    if words & {"object", "array"}:
        return "jsonb"
    return TYPES.get(*words, "text") if len(words) == 1 else "text"


def value(said, column):
    if said is None:
        return "NULL"
    if "changes" in FAULTS and isinstance(said, str):
        said = "?"
    text = said if isinstance(said, str) and column != "jsonb" else dumped(said)
    return "'" + text.replace("'", "''") + "'"


def dumped(said):
    """Return JSON with every digit of a number that is no float."""
    if isinstance(said, Decimal):
        return str(said)
    if isinstance(said, dict):
        return (
            f"{{{', '.join(f'{json.dumps(k)}: {dumped(v)}' for k, v in said.items())}}}"
        )
    if isinstance(said, list):
        return f"[{', '.join(map(dumped, said))}]"
    return json.dumps(said)


if __name__ == "__main__":
    target.Loader = Loader
    run("target-postgres", target.main, settings=SETTINGS, capabilities=[], options=[])
