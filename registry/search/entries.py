"""What is searched of one variant, read from its row, its plugin and its release. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from registry.facts import Json
from registry.models import Plugin, Stream, Variant
from registry.places import Place, repository_place, requirement_place
from registry.search.conditions import SEPARATOR
from registry.search.credentials import credentials_of
from registry.search.facets import (
    AUTH,
    CAPABILITY,
    INSTALLS,
    LICENSE,
    MAINTENANCE,
    PYTHON,
    SDK,
    TRAITS,
    TYPE,
    UNKNOWN,
)
from registry.search.folding import fold, lexeme, path_of, stem_of
from registry.search.licenses import license_of
from registry.search.synonyms import label_names, same

DOCKER_SETTINGS = frozenset({"airbyte_spec.image", "docker_mounts"})
# What a row holds: a few hundred streams of a few hundred fields are real, more is a mistake.
KEYWORDS_BYTES, WORDS_LIMIT, CONTENTS_LIMIT = 2000, 400, 50_000
LEXEME_LIMIT = 200


def entry_of(plugin: Plugin, variant: Variant, streams: Iterable[Stream]) -> Json:
    """Return a variant's entry, as JSON: columns by name, vectors as their text or lexemes."""
    definition = variant.definition
    names = _names(plugin, variant)
    keywords = _keywords(definition)
    streams = list(streams)
    release = variant.current_release
    return {
        "variant_id": variant.pk,
        "plugin_id": plugin.pk,
        "plugin_name": plugin.name,
        "name": variant.name,
        "is_default": plugin.default_variant_id == variant.pk,
        "released_at": release
        and release.released_at
        and release.released_at.isoformat(),
        **_bits(plugin, variant, is_discovered=_are_seen(streams)),
        "keywords": _joined(keywords),
        **names,
        "title": _title(plugin, variant, [*names["aliases"], *names["labelled"]]),
        "about": fold(" ".join([*keywords, variant.description]))[:20_000],
        "contents": [*_owners(plugin, variant), *contents_of(definition, streams)],
    }


def _owners(plugin: Plugin, variant: Variant) -> list[str]:
    """Return who looks after a variant and what it connects to, as lexemes."""
    said = [f"maintainer:{path_of(variant.maintainer.name)}"]
    if plugin.service:
        names = same({plugin.service.replace("-", " ")})
        said += [f"service:{name.replace(' ', '-')}" for name in sorted(names)]
    return [one[:LEXEME_LIMIT] for one in said]


def _names(plugin: Plugin, variant: Variant) -> Json:
    """Return the whole names that people type, and the two that spelling is compared with."""
    name, label = fold(plugin.name), fold(variant.label)
    stem = stem_of(name)
    named = {name, stem} - {""}
    whole, others = label_names(variant.label)
    labelled = same(named | whole) - named
    said = [
        f"{plugin.name} {variant.name}",
        f"{stem} {variant.name}",
        str(variant.definition.get("executable") or ""),
        variant.namespace,
        *_place_names(requirement_place(variant.pip_url) if variant.pip_url else None),
        *_place_names(repository_place(variant.repo) if variant.repo else None),
    ]
    aliases = {fold(text)[:LEXEME_LIMIT] for text in said} | others
    aliases -= {"", *named, *labelled}
    return {
        "named": _with_squeezed(named),
        "labelled": _with_squeezed(labelled),
        "aliases": _with_squeezed(aliases),
        "stem": stem,
        "label": label,
    }


def _place_names(place: Place | None) -> list[str]:
    """Return what a package or a repository is called: `name`, and `owner/name`.

    A connector in a folder of a repository is also called by both: `pipelinewise-tap-x`.
    """
    if place is None:
        return []
    address, _, folder = place.address.partition("#subdirectory=")
    *path, name = address.rstrip("/").split("/")
    if folder:
        folder = folder.rstrip("/").rpartition("/")[2]
        return [folder, f"{name} {folder}"]
    return [name, f"{path[-1]} {name}"] if path else [name]


def _with_squeezed(names: Iterable[str]) -> list[str]:
    """Return names, and each without its spaces: `googleads` is `google-ads`."""
    return sorted({form for name in names for form in (name, name.replace(" ", ""))})


def _title(plugin: Plugin, variant: Variant, others: Iterable[str]) -> str:
    """Return the title as a tsvector's text: words with place and weight."""
    name, label = fold(plugin.name), fold(variant.label)
    parts = [
        ("A", name.split()), ("A", [stem_of(name).replace(" ", "")]),
        ("B", label.split()), ("B", [label.replace(" ", "")]),
        ("C", fold(variant.name).split()),
        ("C", sorted({word for alias in others for word in alias.split()})),
    ]  # fmt: skip
    said, place = [], 1
    for weight, words in parts:
        for word in words:
            if word:
                said.append(f"{lexeme(word[:LEXEME_LIMIT])}:{place}{weight}")
            place += 1
        # A phrase does not run from a name into a label.
        place += 2
    return " ".join(said)


def _bits(plugin: Plugin, variant: Variant, *, is_discovered: bool) -> Json:
    """Return the closed facets, each a number of bits; what nobody knows is "unknown"."""
    definition, release = variant.definition, variant.current_release
    said = definition.get("capabilities")
    capabilities = said if isinstance(said, list) else []
    answers = _answers(variant)
    declared = _pythons(definition, release.requires_python if release else "")
    pythons = [one for one in declared if answers.get(one) != "no"]
    pythons += [one for one, answer in answers.items() if answer == "yes"]
    state = variant.maintenance or UNKNOWN
    return {
        "type": TYPE.bit(plugin.type),
        "capability": _all(CAPABILITY.bit(str(word)) for word in capabilities),
        "license": LICENSE.bit(license_of(release.license) if release else UNKNOWN),
        "maintenance": MAINTENANCE.bit(state),
        "python": _all(PYTHON.bit(one) for one in pythons) or PYTHON.bit(UNKNOWN),
        "installs": INSTALLS.bit(_installs(answers)),
        "traits": _traits(plugin, variant, is_discovered=is_discovered),
        "projects": _projects(plugin),
    }


def _all(bits: Iterable[int]) -> int:
    """Return the bits as one number."""
    number = 0
    for bit in bits:
        number |= bit
    return number


def _pythons(definition: Mapping[str, Any], required: str) -> list[str]:
    """Return the Python versions that are declared, by a definition or a release."""
    said = definition.get("supported_python_versions")
    declared = [str(one) for one in said] if isinstance(said, list) else []
    if declared or not required:
        return declared
    try:
        wanted = SpecifierSet(required)
    except InvalidSpecifier:
        return []
    # Any patch release will do: `>=3.9.1` is true of 3.9.
    return [one for one in PYTHON.values[1:] if f"{one}.99" in wanted]


def _answers(variant: Variant) -> dict[str, str]:
    """Return on which Pythons the current release was seen to run: yes, no or unknown."""
    said = variant.tried.get("pythons") if isinstance(variant.tried, dict) else None
    return {str(python): str(answer) for python, answer in (said or {}).items()}


def _installs(answers: Mapping[str, str]) -> str:
    """Return whether a release runs: on all Pythons that were tried, on some, on none."""
    known = {answer for answer in answers.values() if answer in {"yes", "no"}}
    if not known:
        return UNKNOWN
    return "limited" if len(known) > 1 else known.pop()


def _traits(plugin: Plugin, variant: Variant, *, is_discovered: bool) -> int:
    """Return what is true of a variant, how it is built and what it signs in with."""
    settings = variant.definition.get("settings") or []
    names = {str(one.get("name")) for one in settings}
    credentials = credentials_of(settings) or [UNKNOWN]
    traits = {
        "default": plugin.default_variant_id == variant.pk,
        "gone": variant.gone_at is not None,
        "hidden": variant.hidden,
        "docker": bool(names & DOCKER_SETTINGS),
        "inactive": variant.maintenance_status == "inactive",
        "discovered": is_discovered,
    }
    return (
        _all(TRAITS.bit(trait) for trait, is_so in traits.items() if is_so)
        | _all(AUTH.bit(kind) for kind in credentials)
        | SDK.bit(sdk_of(variant.definition))
    )


def sdk_of(definition: Mapping[str, Any]) -> str:
    """Return what a connector is built with, as it says itself; "unknown" where it does not.

    What wraps an image of Airbyte is built with the Singer SDK as well, but that is no news
    of the image. Only the SDK has the capability to tell about itself.
    Source: the keywords of the curated definitions; singer_sdk.helpers.capabilities.
    """
    keywords = set(_keywords(definition))
    names = {str(s.get("name")) for s in definition.get("settings") or []}
    if "airbyte_protocol" in keywords or "airbyte_spec.image" in names:
        return "airbyte"
    said = definition.get("capabilities")
    if "meltano_sdk" in keywords or (isinstance(said, list) and "about" in said):
        return "singer-sdk"
    return "edk" if "meltano_edk" in keywords else UNKNOWN


def _projects(plugin: Plugin) -> int:
    """Return how many projects use a plugin's default: all its variants stand together."""
    default = plugin.default_variant
    count = default.counters.get("all_projects") if default else 0
    return count if isinstance(count, int) and 0 <= count < 2**31 else 0


def _keywords(definition: Mapping[str, Any]) -> list[str]:
    said = definition.get("keywords")
    words = (path_of(str(word)) for word in (said if isinstance(said, list) else []))
    return sorted({word[:LEXEME_LIMIT] for word in words if word})


def _joined(keywords: Iterable[str]) -> str:
    """Return keywords each between two separators, as many as an index row holds."""
    text = SEPARATOR
    for word in keywords:
        longer = f"{text}{word}{SEPARATOR}"
        if len(longer.encode()) <= KEYWORDS_BYTES and word.isprintable():
            text = longer
    return text if len(text) > 1 else ""


def _are_seen(streams: Iterable[Stream]) -> bool:
    """Say whether a run showed streams: what was read from files was not discovered."""
    return any(not stream.is_read for stream in streams)


def contents_of(definition: Mapping[str, Any], streams: Iterable[Stream]) -> list[str]:
    """Return settings, streams and fields as lexemes, and the words of the first two.

    A field stands alone and as `stream.field`, a nested one by its path.
    """
    settings = [str(s.get("name")) for s in definition.get("settings") or []]
    found: dict[str, None] = {f"setting:{path_of(name)}": None for name in settings}
    words: list[str] = [word for name in settings for word in fold(name).split()]
    for stream in streams:
        name = path_of(stream.tap_stream_id)
        words += fold(name).split()
        found[f"stream:{name}"] = None
        for path in _fields(stream.schema):
            found[f"field:{path}"] = None
            found[f"field:{name}.{path}"] = None
    said = [*dict.fromkeys(words[:WORDS_LIMIT]), *found]
    return [one[:LEXEME_LIMIT] for one in said[:CONTENTS_LIMIT] if one]


def _fields(schema: object, *, prefix: str = "", depth: int = 5) -> Iterable[str]:
    """Yield the paths of a JSON Schema's properties, nested ones with dots."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or not depth:
        return
    for name, below in properties.items():
        path = f"{prefix}{path_of(str(name))}"
        yield path
        yield from _fields(below, prefix=f"{path}.", depth=depth - 1)
