"""The field's capability words, in plain ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from registry.facts import Json

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

NOTHING: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One capability: who declares it, whether the connector names it itself, and has it.

    `observed` is None where no run could ask it. `at_work` is what the conformance suite saw
    of it: an answer, the check and the reason; None where that showed nothing.
    """

    word: str
    meaning: str
    declared: str
    observed: bool | None
    at_work: Mapping[str, str] | None = None


def rows(
    declared: Mapping[str, Json],
    observed: Json | None,
    at_work: Mapping[str, Mapping[str, str]] = NOTHING,
) -> list[Row]:
    """Return a row for each capability that a definition or a run names, or that was seen.

    `declared` are definitions by who says them, `observed` what a run saw: None before any;
    `at_work` what the suite showed, by word.
    """
    said = {who: _words(definition) for who, definition in declared.items()}
    seen = _words(observed) if observed and "capabilities" in observed else None
    named = [*(seen or ()), *chain.from_iterable(said.values())]
    has = (word for word, one in at_work.items() if one["answer"] == "yes")
    words = dict.fromkeys([*named, *has])
    return [
        Row(
            word=word,
            meaning=CAPABILITIES.get(word, ""),
            declared=", ".join(who for who, named in said.items() if word in named),
            observed=None if seen is None else word in seen,
            at_work=at_work.get(word),
        )
        for word in words
    ]


def _words(definition: Json) -> list[str]:
    said = definition.get("capabilities")
    return [str(one) for one in said] if isinstance(said, list) else []
