"""What each capability word stands for: who defines it, how it is given, what one has of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.tried import CAPABILITIES as BY_TYPE
from registry.vocabulary import PluginType

SINGER, SDK = "Singer specification", "Meltano SDK"


@dataclass(frozen=True, slots=True)
class Ability:
    """One word's sense. `given_by` is the option, message or setting it stands for.

    `for_you` says what someone who runs the connector has of it, `spec` who defines it.
    """

    for_you: str
    given_by: str
    spec: str


# In the order of the alphabet. Source: the documents that each one names.
ABILITIES = {
    "about": Ability(
        "A client or a registry can ask the installed version which settings it takes, and "
        "need not rely on what somebody wrote down.",
        "Option --about, with --format=json",
        f"{SDK}, command line",
    ),
    "activate-version": Ability(
        "After a full load, rows that are no longer at the source can go from the "
        "destination. Both ends need it; what happens to the rows is up to the target.",
        "Message ACTIVATE_VERSION, and version in RECORD",
        f"{SDK}, capabilities; singer-python, messages",
    ),
    "batch": Ability(
        "Large tables load faster where both ends have it and can reach the same files.",
        "Message BATCH; setting batch_config",
        f"{SDK}, batch messages (a preview)",
    ),
    "catalog": Ability(
        "What is read is said in a catalog file. Without it, or properties, a tap reads "
        "what it always reads.",
        "Option --catalog FILE",
        f"{SINGER}, discovery mode and sync mode",
    ),
    "datatype-failsafe": Ability(
        "A field of a type that the target does not know is loaded as text, and the run "
        "goes on.",
        "A behaviour of the target, without an option of its own",
        f"{SDK}, capabilities",
    ),
    "discover": Ability(
        "You see which streams and fields there are before anything is read, and have the "
        "catalog in which to choose.",
        "Option --discover",
        f"{SINGER}, discovery mode",
    ),
    "hard-delete": Ability(
        "Deleted rows go from the destination as well. The tap has to tell of them, by "
        "activate-version or by log-based.",
        "Setting hard_delete",
        f"{SDK}, capabilities",
    ),
    "log-based": Ability(
        "Every change is seen, deletions too, without a column that says when a row "
        "changed. The database has to keep such a log and let the tap read it.",
        "Replication method LOG_BASED",
        f"{SINGER}, discovery mode, metadata",
    ),
    "properties": Ability(
        "The same as catalog, under the option that came before it.",
        "Option --properties FILE",
        f"{SINGER}, discovery mode (for older taps)",
    ),
    "schema-flattening": Ability(
        "address.city becomes the column address__city, down to the depth you set.",
        "Settings flattening_enabled and flattening_max_depth",
        f"{SDK}, schema flattening",
    ),
    "soft-delete": Ability(
        "Deleted rows stay in the destination with a mark. The tap has to tell of them, by "
        "activate-version or by log-based.",
        "Setting soft_delete",
        f"{SDK}, capabilities",
    ),
    "state": Ability(
        "A run can read what is new alone. Meltano gives a state only to taps that say "
        "this word: without it, each run reads everything.",
        "Option --state FILE, and message STATE",
        f"{SINGER}, config and state",
    ),
    "stream-maps": Ability(
        "Personal data can be left out, streams renamed and rows filtered by settings, "
        "with no program in between.",
        "Settings stream_maps and stream_map_config",
        f"{SDK}, stream maps",
    ),
    "structured-logging": Ability(
        "A client can read levels, times and metrics from the log.",
        "One JSON object a line on standard error",
        f"{SDK}, logging",
    ),
    "target-schema": Ability(
        "All streams go to the schema of the database that you name.",
        "Setting default_target_schema",
        f"{SDK}, capabilities",
    ),
    "test": Ability(
        "Wrong credentials are found in seconds, by reading a little of each stream.",
        "Option --test",
        f"{SDK}, command line",
    ),
    "validate-records": Ability(
        "A record that is not as its SCHEMA message says is found before it is loaded; "
        "the check can be switched off.",
        "Setting validate_records",
        f"{SDK}, capabilities",
    ),
}


def declared(definition: Mapping[str, Any]) -> list[str]:
    """Return the capability words of a definition, known or not."""
    said = definition.get("capabilities")
    return [str(word) for word in said] if isinstance(said, list) else []


def types_of(word: str) -> list[PluginType]:
    """Return the types of plugin that the definition format knows a word for."""
    return [kind for kind, words in BY_TYPE.items() if word in words]
