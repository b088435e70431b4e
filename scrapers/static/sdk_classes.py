"""What an SDK connector's classes say: its settings, its capabilities, its streams."""

from typing import Any

from registry.facts import Json
from registry.vocabulary import PluginType
from scrapers.probes.repository import BASES, BUILT_IN, CAPABILITY, OTHER_WORDS

STREAM_BASE = "Stream"


def plugin_capabilities(reading: Json) -> list[str] | None:
    """Return what the connector's class says it can do, else what every one can.

    None where there is no such class, or where a word of it is none of the SDK's.
    """
    kind, plugin = _plugin(reading)
    if kind is None:
        return None
    said = plugin.get("attributes", {}).get("capabilities")
    if said is None:
        return list(BUILT_IN[kind])
    matches = [CAPABILITY.fullmatch(word) for word in said]
    words = [m["word"].lower().replace("_", "-") for m in matches if m is not None]
    known = [OTHER_WORDS.get(word, word) for word in words]
    return known if len(known) == len(said) else None


def plugin_settings(reading: Json) -> list[Json] | None:
    """Return the settings of the connector's class; None where it has no schema there.

    A schema that is put together while the program runs is one that is not there.
    """
    kind, plugin = _plugin(reading)
    if kind is None:
        return None
    return [_setting(said) for said in plugin.get("settings") or ()] or None


def sdk_streams(reading: Json) -> list[Json] | None:
    """Return the streams with a name of their own, as a catalog lists them."""
    streams = {}
    for one in reading.get("classes") or ():
        attributes = one.get("attributes", {})
        is_stream = any(base.endswith(STREAM_BASE) for base in one["bases"])
        name = attributes.get("name")
        if is_stream and isinstance(name, str) and name:
            streams[name] = _stream(name, attributes)
    return list(streams.values()) or None


def _plugin(reading: Json) -> tuple[PluginType | None, Json]:
    """Return the one class that is the connector, and what kind of one."""
    found = [
        (kind, one)
        for kind, bases in BASES.items()
        for one in reading.get("classes") or ()
        if {base.rpartition(".")[2] for base in one["bases"]} & bases
    ]
    return found[0] if len(found) == 1 else (None, {})


def _setting(said: Json) -> Json:
    """Return a setting under the keys of a record's `static`."""
    setting: Json = {"name": said["name"], "required": said.get("required") is True}
    for key, of in (("kind", "kind"), ("label", "label"), ("description", "description"),
                    ("options", "options"), ("default", "value")):  # fmt: skip
        if said.get(key):
            setting[of] = said[key]
    return setting | ({"sensitive": True} if said.get("secret") else {})


def _stream(name: str, attributes: Json) -> Json:
    stream: dict[str, Any] = {"tap_stream_id": name, "stream": name}
    for key, of in (
        ("primary_keys", "key_properties"),
        ("replication_key", "replication_key"),
        ("replication_method", "replication_method"),
    ):
        if attributes.get(key):
            stream[of] = attributes[key]
    return stream
