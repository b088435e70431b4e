"""A PostgreSQL for targets that write to one: whose it is, and what they are told of it.

It runs within the sandbox of the target (`inside/server.py`), and each case finds a database
of its own. A config is only made up where the settings leave no doubt what they are for.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

HOST, PORT = "127.0.0.1", 5432
DATABASE = "songbook"
# A plain role, which owns that database. Nobody knows the word: it must not come out.
USER, PASSWORD = "songbook", "songbook-canary-postgres"
# It is always there, so that a target need not make it.
SCHEMA = "public"
URL = f"postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{DATABASE}"
ADDRESS = {
    "host": HOST,
    "port": PORT,
    "database": DATABASE,
    "user": USER,
    "password": PASSWORD,
}
# What targets call the parts of an address, behind a word for the database.
PARTS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "host": (HOST, ("host", "hostname")),
    "port": (PORT, ("port",)),
    "user": (USER, ("user", "username")),
    "password": (PASSWORD, ("password",)),
    "database": (DATABASE, ("database", "dbname", "database_name", "db_name")),
    "schema": (SCHEMA, ("schema", "default_target_schema", "target_schema")),
}
# Without one of these there is no address.
NEEDED = frozenset({"host", "user", "password", "database"})
URLS = frozenset({"sqlalchemy_url", "connection_string", "database_url", "url", "dsn"})
PREFIX = re.compile(r"^(?:postgres(?:ql)?|pg|db)_(?=.)")
NAMED = re.compile(r"postgres|pgsql")
# Of the older ones, which do not say their settings.
# Source: pipelinewise-target-postgres, datamill-co/target-postgres, meltano/target-postgres.
COMMON = (
    "host", "port", "user", "password", "dbname", "default_target_schema", "schema",
    "postgres_host", "postgres_port", "postgres_username", "postgres_password",
    "postgres_database", "postgres_schema",
)  # fmt: skip


def address_for(
    name: str, properties: Mapping[str, Any], required: Collection[str] = ()
) -> dict[str, Any]:
    """Return the settings that lead a target to the database, empty for other targets.

    It is one that writes to PostgreSQL if its name or its settings say so, and if they have
    a place for all parts of an address: those of MySQL and Redshift are called the same.
    """
    declares_it = any(NAMED.match(key) for key in properties)
    if not NAMED.search(name.lower()) and not declares_it:
        return {}
    known = properties or dict.fromkeys(COMMON)
    parts = {key: part for key in known if (part := _part_of(key))}
    is_whole = set(parts.values()) >= NEEDED
    told = {key: _value(part, known[key]) for key, part in parts.items()}
    urls = {key: URL for key in known if PREFIX.sub("", key) in URLS or key in URLS}
    if is_whole:
        # Both could be too much, where one of them is enough.
        return told | {key: url for key, url in urls.items() if key in required}
    return told | urls if urls else {}


def _part_of(key: str) -> str:
    """Return which part of an address a setting is, or nothing."""
    plain = PREFIX.sub("", key.lower())
    return next((p for p, (_, names) in PARTS.items() if plain in names), "")


def _value(part: str, schema: Any) -> Any:
    """Return a part of the address, as the type that the setting has."""
    value, _ = PARTS[part]
    types = schema.get("type") if isinstance(schema, Mapping) else None
    words = types if isinstance(types, list) else [types]
    is_text = "string" in words and "integer" not in words
    return str(value) if is_text else value
