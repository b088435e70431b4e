"""What to type to have a plugin in a project. Pure."""

from registry.models import Plugin, Variant
from registry.vocabulary import PluginType


def meltano_add(plugin: Plugin, variant: Variant | None) -> str:
    """Return what Meltano 4 is told; it guesses the type from the name, often wrongly.

    Source: meltano-client §4, `add`.
    """
    guessed = PluginType.UTILITIES
    if plugin.name.startswith("tap-"):
        guessed = PluginType.EXTRACTORS
    elif plugin.name.startswith("target-"):
        guessed = PluginType.LOADERS
    kind = PluginType(plugin.type)
    words = ["meltano add"]
    if kind is not guessed:
        words.append(f"--plugin-type {kind.singular.split()[0]}")
    words.append(plugin.name)
    if variant is not None:
        words.append(f"--variant {variant.name}")
    return " ".join(words)
