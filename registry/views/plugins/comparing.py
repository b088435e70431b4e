"""Variants side by side: rows of a table in groups, and the same as Markdown. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.dateformat import format as format_date

from registry.catalog.differing import order
from registry.models import Stream, Variant
from registry.search.entries import DOCKER_SETTINGS
from registry.views.catalog.chips import DATE, python_versions
from registry.views.plugins.apart import enumerated, setting_names
from registry.views.plugins.nowhere import answers_of
from registry.views.variants.configuration import is_common
from registry.views.variants.groups import groups_of, requirement
from registry.views.variants.install import package_source

# A connector to a database may list a stream for each of its tables.
STREAMS_SHOWN = 40
SETTINGS_SHOWN = 60
NEEDED_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """What is so of one variant. `is_known` is false where the text says why it is not."""

    text: str
    tone: str = ""
    mark: str = ""
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One question, with an answer for each variant."""

    title: str
    cells: tuple[Cell, ...]
    is_code: bool = False

    @property
    def is_same(self) -> bool:
        """Say whether all variants answer alike."""
        return len({cell.text for cell in self.cells}) == 1


@dataclass(frozen=True, slots=True)
class Group:
    """Rows about one thing. `more` is how many are not shown."""

    title: str
    rows: tuple[Row, ...]
    more: int = 0


YES, NO = Cell("yes", "ok", "✓"), Cell("no", "", "–")
RUNS = {"yes": Cell("runs", "ok", "✓"), "no": Cell("fails", "bad", "×")}

type Streams = Mapping[int, Mapping[str, Stream]]


def groups(variants: Sequence[Variant], streams: Streams) -> list[Group]:
    """Return all that is compared. `streams` are those of each variant, by their names."""
    found = [Group("Works", tuple(_works(variants)))]
    found += _data(variants, streams)
    found += [
        _configure(variants),
        Group("Upkeep", tuple(_upkeep(variants))),
        Group("Terms", (_row("Licence", variants, _licence),)),
        Group("Use", (_row("Projects", variants, _projects),)),
    ]
    return found


def different(found: Iterable[Group]) -> list[Group]:
    """Return the groups without rows in which all are alike."""
    kept = (
        Group(one.title, tuple(row for row in one.rows if not row.is_same), one.more)
        for one in found
    )
    return [one for one in kept if one.rows]


def markdown(names: Sequence[str], found: Iterable[Group]) -> str:
    """Return the comparison as a table in Markdown."""
    lines = [_line(["", *names]), _line(["---"] * (len(names) + 1))]
    for group in found:
        lines.append(_line([f"**{group.title}**", *[""] * len(names)]))
        for row in group.rows:
            title = f"`{row.title}`" if row.is_code else row.title
            lines.append(_line([title, *(cell.text for cell in row.cells)]))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    said = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(said)} |"


def _row(
    title: str, variants: Sequence[Variant], answer: Callable[[Variant], Cell]
) -> Row:
    return Row(title, tuple(map(answer, variants)))


def _unknown(why: str) -> Cell:
    return Cell(f"not known: {why}", is_known=False)


def _works(variants: Sequence[Variant]) -> Iterable[Row]:
    pythons = {python for row in variants for python in answers_of(row)}
    for python in sorted(pythons, key=order, reverse=True):
        yield _row(f"Python {python}", variants, partial(_runs, python=python))
    if not pythons:
        yield _row("Pythons", variants, lambda _: _unknown("none was tried"))
    yield _row("Tried", variants, _tried)
    yield _row("Declares Python", variants, _declared)
    yield _row("Installs from", variants, lambda row: Cell(package_source(row.pip_url)))
    yield _row("Needs Docker, by its settings", variants, _docker)


def _runs(row: Variant, *, python: str) -> Cell:
    answers = answers_of(row)
    if python not in answers:
        return _unknown("not tried")
    return RUNS.get(answers[python]) or _unknown("the sandbox could not tell")


def _tried(row: Variant) -> Cell:
    if not row.tried:
        return _unknown("no release was tried")
    at = datetime.fromisoformat(row.tried["at"])
    return Cell(f"{row.tried['version']}, {format_date(at, DATE)}")


def _declared(row: Variant) -> Cell:
    said = python_versions(row.definition.get("supported_python_versions"))
    if said:
        return Cell(said)
    required = row.current_release.requires_python if row.current_release else ""
    return Cell(required) if required else _unknown("nothing declares it")


def _docker(row: Variant) -> Cell:
    return YES if DOCKER_SETTINGS & set(setting_names(row.definition)) else NO


def _data(variants: Sequence[Variant], streams: Streams) -> Iterable[Group]:
    """Yield the streams, where any variant's are known, and the capabilities."""
    names = sorted({name for row in variants for name in streams[row.pk]})
    rows = [_row("Streams", variants, lambda row: _count(streams[row.pk]))]
    rows += [
        Row(name, tuple(_stream(streams[row.pk], name) for row in variants), True)
        for name in names[:STREAMS_SHOWN]
    ]
    if any(row.plugin.type == "extractors" for row in variants):
        yield Group("Data", tuple(rows), max(0, len(names) - STREAMS_SHOWN))
    words = sorted({word for row in variants for word in _capabilities(row)})
    yield Group(
        "Capabilities",
        tuple(
            Row(word, tuple(YES if word in _capabilities(row) else NO for row in variants))
            for word in words
        ) or (_row("Capabilities", variants, lambda _: _unknown("none is declared")),),
    )  # fmt: skip


def _count(streams: Mapping[str, Stream]) -> Cell:
    return Cell(str(len(streams))) if streams else _unknown("no run listed them")


def _stream(streams: Mapping[str, Stream], name: str) -> Cell:
    if not streams:
        return _unknown("no run listed them")
    if name not in streams:
        return NO
    method = streams[name].replication_method.lower().replace("_", " ")
    return Cell(f"yes, {method}" if method else "yes", "ok", "✓")


def _capabilities(row: Variant) -> list[str]:
    said = row.definition.get("capabilities")
    return [str(one) for one in said] if isinstance(said, list) else []


def _configure(variants: Sequence[Variant]) -> Group:
    own = {row.pk: setting_names(row.definition) for row in variants}
    names = list(dict.fromkeys(name for row in variants for name in own[row.pk]))
    # What every SDK connector takes tells none of them apart.
    shown = [name for name in names if not is_common(name)]
    rows = [
        _row("Settings", variants, lambda row: _settings(own[row.pk])),
        _row("Needed", variants, _needed),
    ]
    rows += [
        Row(name, tuple(_setting(row, own[row.pk], name) for row in variants), True)
        for name in shown[:SETTINGS_SHOWN]
    ]
    return Group("Configure", tuple(rows), max(0, len(shown) - SETTINGS_SHOWN))


def _settings(names: Sequence[str]) -> Cell:
    return Cell(str(len(names))) if names else _unknown("none is declared")


def _needed(row: Variant) -> Cell:
    sets = [group for group in groups_of(row.definition) if group]
    if not sets:
        return _unknown("not declared")
    return Cell(" or ".join(enumerated(one, shown=NEEDED_SHOWN) for one in sets))


def _setting(row: Variant, names: Sequence[str], name: str) -> Cell:
    if not names:
        return _unknown("none is declared")
    if name not in names:
        return NO
    required = requirement(name, groups_of(row.definition))
    return Cell("required", "ok", "✓") if required == "Yes" else YES


def _upkeep(variants: Sequence[Variant]) -> Iterable[Row]:
    yield _row("Last release", variants, _release)
    yield _row("Releases known", variants, lambda row: Cell(str(_release_count(row))))
    yield _row("Maintenance, by its sources", variants, _maintenance)
    yield _row("Maintainer", variants, lambda row: Cell(row.maintainer.label))
    yield _row("Listed by a source", variants, _listed)


def _release(row: Variant) -> Cell:
    release = row.current_release
    if release is None:
        return _unknown("no release was found")
    if not release.is_numbered:
        return _unknown(f"it installs {release.shown}")
    day = format_date(release.released_at, DATE) if release.released_at else "no date"
    return Cell(f"{release.version}, {day}")


def _release_count(row: Variant) -> int:
    # An annotation of the query: no column of the model.
    count: int = getattr(row, "release_count", 0)
    return count


def _maintenance(row: Variant) -> Cell:
    return Cell(row.maintenance) if row.maintenance else _unknown("nothing dates it")


def _listed(row: Variant) -> Cell:
    if row.gone_at is None:
        return YES
    return Cell(f"gone since {format_date(row.gone_at, DATE)}", "warn", "!")


def _licence(row: Variant) -> Cell:
    release = row.current_release
    if release is not None and release.license:
        return Cell(release.license)
    return _unknown("its release names none" if release else "no release was found")


def _projects(row: Variant) -> Cell:
    count = row.counters.get("all_projects")
    return Cell(str(count)) if count is not None else _unknown("nobody counts them")
