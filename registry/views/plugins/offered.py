"""What variants offer, side by side: their streams, capabilities and settings. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.models import Stream, Variant
from registry.search.credentials import credentials_of
from registry.search.facets import AUTH
from registry.search.saying import said_of
from registry.tried.offers import STREAMS_KEPT
from registry.views.plugins.apart import enumerated, setting_names
from registry.views.plugins.table import NO, YES, Cell, Group, Row, unknown
from registry.views.variants import capabilities
from registry.views.variants.configuration import is_common
from registry.views.variants.groups import groups_of, requirement
from registry.views.variants.streams import how_many, method_of

# A connector to a database may list a stream for each of its tables.
STREAMS_SHOWN = 40
SETTINGS_SHOWN = 60
NEEDED_SHOWN = 6
UNDECLARED = unknown("none is declared")

# The streams of each variant, by their names.
type Streams = Mapping[int, Mapping[str, Stream]]
# What is known of each variant's capabilities.
type Said = Mapping[int, Sequence[capabilities.Row]]


@dataclass(frozen=True, slots=True)
class Offered:
    """What variants offer, by their keys: streams, and who says what they are able to."""

    streams: Streams
    said: Said


def data(variants: Sequence[Variant], offered: Offered) -> Iterable[Group]:
    """Yield the streams, where any variant is a tap, and the capabilities."""
    streams = offered.streams
    names = sorted({name for row in variants for name in streams[row.pk]})
    rows = [Row.of("Streams", variants, lambda row: _count(streams[row.pk]))]
    rows += [
        Row(name, tuple(_stream(streams[row.pk], name) for row in variants), True)
        for name in names[:STREAMS_SHOWN]
    ]
    if any(row.plugin.type == "extractors" for row in variants):
        yield Group("Data", tuple(rows), max(0, len(names) - STREAMS_SHOWN))
    yield Group("Capabilities", tuple(_capabilities(variants, offered.said)))


def _count(streams: Mapping[str, Stream]) -> Cell:
    if not streams:
        return unknown("no run listed them")
    is_read = any(one.is_read for one in streams.values())
    said = how_many(len(streams))
    return Cell(f"{said}, read from its files" if is_read else said)


def _stream(streams: Mapping[str, Stream], name: str) -> Cell:
    if not streams:
        return unknown("no run listed them")
    if name not in streams:
        is_whole = len(streams) < STREAMS_KEPT
        return NO if is_whole else unknown(f"{STREAMS_KEPT} of its streams are kept")
    method = method_of(streams[name].replication_method)
    return Cell(f"yes, {method}" if method else "yes", "ok", "✓")


def _capabilities(variants: Sequence[Variant], said: Said) -> Iterable[Row]:
    known = {row.pk: {one.word: one for one in said[row.pk]} for row in variants}
    words = sorted({word for one in known.values() for word in one})
    for word in words:
        cells = tuple(_capability(known[row.pk], word) for row in variants)
        yield Row(word, cells, is_code=True)
    if not words:
        yield Row.of("Capabilities", variants, lambda _: UNDECLARED)


def _capability(known: Mapping[str, capabilities.Row], word: str) -> Cell:
    """Return whether a capability is declared, and whether a run observed it."""
    if not known:
        return UNDECLARED
    if word not in known:
        return NO
    found = known[word]
    if found.observed:
        words = "declared, observed" if found.declared else "observed"
        return Cell(words, "ok", "✓")
    # That a run did not name it is told only where a run could ask.
    is_asked = found.observed is not None
    return Cell("declared, not observed" if is_asked else "declared")


def configure(variants: Sequence[Variant]) -> Group:
    """Return how many settings each takes, which of them it needs, and what each is."""
    own = {row.pk: setting_names(row.definition) for row in variants}
    names = list(dict.fromkeys(name for row in variants for name in own[row.pk]))
    # What every SDK connector takes tells none of them apart.
    shown = [name for name in names if not is_common(name)]
    rows = [
        Row.of("Settings", variants, lambda row: _settings(own[row.pk])),
        Row.of("Needed", variants, _needed),
        Row.of("Sign-in, by its settings", variants, _sign_in),
    ]
    rows += [
        Row(name, tuple(_setting(row, own[row.pk], name) for row in variants), True)
        for name in shown[:SETTINGS_SHOWN]
    ]
    return Group("Configure", tuple(rows), max(0, len(shown) - SETTINGS_SHOWN))


def _settings(names: Sequence[str]) -> Cell:
    return Cell(str(len(names))) if names else UNDECLARED


def _needed(row: Variant) -> Cell:
    sets = groups_of(row.definition)
    if not sets:
        return unknown("not declared")
    # One set with nothing in it is enough.
    if not all(sets):
        return Cell("nothing")
    return Cell(" or ".join(enumerated(one, shown=NEEDED_SHOWN) for one in sets))


def _sign_in(row: Variant) -> Cell:
    listed = row.definition.get("settings")
    settings = listed if isinstance(listed, list) else []
    kinds = credentials_of(one for one in settings if isinstance(one, dict))
    if not kinds:
        return unknown("its settings do not tell")
    return Cell(", ".join(said_of(AUTH, kind) for kind in kinds))


def _setting(row: Variant, names: Sequence[str], name: str) -> Cell:
    found = _has(names, name)
    if found is not YES:
        return found
    required = requirement(name, groups_of(row.definition))
    return Cell("required", "ok", "✓") if required == "Yes" else YES


def _has(said: Sequence[str], word: str) -> Cell:
    """Return whether a word is among those declared; not known where none is."""
    if not said:
        return UNDECLARED
    return YES if word in said else NO
