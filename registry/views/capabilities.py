"""The field's capability words, in plain ones."""

from typing import Any

# Source: the plugin definition format; the Singer SDK's documentation of each.
CAPABILITIES = {
    "about": "Describes itself: its settings and capabilities, as data",
    "activate-version": "Tells full-table loads apart, so old rows can be removed",
    "batch": "Moves records in files instead of one message each",
    "catalog": "Lets you choose streams and fields",
    "datatype-failsafe": "Falls back to text for types the destination lacks",
    "discover": "Lists its streams with their schemas",
    "hard-delete": "Deletes rows that were removed at the source",
    "log-based": "Reads changes from the database's log",
    "properties": "Lets you choose streams in the older way, by a properties file",
    "schema-flattening": "Turns nested fields into columns",
    "soft-delete": "Marks rows that were removed at the source",
    "state": "Continues where the last run stopped",
    "stream-maps": "Renames, filters and computes fields on the way",
    "structured-logging": "Writes its log as JSON",
    "target-schema": "Lets you choose the schema it writes to",
    "test": "Tests its own configuration and connection",
    "validate-records": "Checks records against their schema",
}


def in_words(definition: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each declared capability with what it means; nothing where we know no words."""
    declared = definition.get("capabilities")
    names = declared if isinstance(declared, list) else []
    return [(str(name), CAPABILITIES.get(str(name), "")) for name in names]
