"""Variants side by side: all that is compared, in groups of rows. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.template.defaultfilters import filesizeformat
from django.utils.dateformat import format as format_date

from registry.catalog.differing import order
from registry.models import Variant
from registry.search.entries import DOCKER_SETTINGS
from registry.search.facets import MAINTENANCE
from registry.search.saying import said_of
from registry.views.catalog.chips import DATE, python_versions
from registry.views.plugins.apart import enumerated, setting_names
from registry.views.plugins.installed import ByVariant, Installed
from registry.views.plugins.nowhere import answers_of
from registry.views.plugins.offered import UNDECLARED, Offered, configure, data
from registry.views.plugins.table import NO, YES, Cell, Group, Row, unknown
from registry.views.variants.install import package_source

RUNS = {"yes": Cell("runs", "ok", "✓"), "no": Cell("fails", "bad", "×")}
BUILT_SHOWN = 3
UNSEEN = unknown("no run showed it")


def groups(
    variants: Sequence[Variant], offered: Offered, installed: ByVariant
) -> list[Group]:
    """Return all that is compared."""
    return [
        Group("Works", tuple(_works(variants))),
        Group("Brings with it", tuple(_brings(variants, installed))),
        *data(variants, offered),
        configure(variants),
        Group("Upkeep", tuple(_upkeep(variants))),
        Group("Terms", (Row.of("Licence", variants, _licence),)),
        Group("Use", (Row.of("Projects", variants, _projects),)),
    ]


def _works(variants: Sequence[Variant]) -> Iterable[Row]:
    pythons = {python for row in variants for python in answers_of(row)}
    for python in sorted(pythons, key=order, reverse=True):
        yield Row.of(f"Python {python}", variants, partial(_runs, python=python))
    if not pythons:
        yield Row.of("Pythons", variants, lambda _: unknown("none was tried"))
    yield Row.of("Last release tried", variants, _tried)
    yield Row.of("Declares Python", variants, _declared)
    yield Row.of(
        "Installs from", variants, lambda row: Cell(package_source(row.pip_url))
    )
    yield Row.of("Needs Docker, by its settings", variants, _docker)


def _runs(row: Variant, *, python: str) -> Cell:
    answers = answers_of(row)
    if python not in answers:
        return unknown("not tried")
    return RUNS.get(answers[python]) or unknown("the sandbox could not tell")


def _tried(row: Variant) -> Cell:
    if not row.tried:
        return unknown("no release was tried")
    at = datetime.fromisoformat(row.tried["at"])
    return Cell(f"{row.tried['version']}, {format_date(at, DATE)}")


def _declared(row: Variant) -> Cell:
    said = python_versions(row.definition.get("supported_python_versions"))
    if said:
        return Cell(said)
    required = row.current_release.requires_python if row.current_release else ""
    return Cell(required) if required else unknown("nothing declares it")


def _docker(row: Variant) -> Cell:
    names = setting_names(row.definition)
    if not names:
        return UNDECLARED
    return Cell("yes") if DOCKER_SETTINGS & set(names) else NO


def _brings(variants: Sequence[Variant], installed: ByVariant) -> Iterable[Row]:
    """Yield what an install of each took, as a run saw it, and which run that was."""
    for title, answer in (
        ("Built with", _built_with),
        ("Other packages", _others),
        ("Built from source", _built),
        ("To download", _download),
        ("Seen in", _seen),
    ):
        cells = tuple(
            answer(installed[row.pk]) if row.pk in installed else UNSEEN
            for row in variants
        )
        yield Row(title, cells)


def _built_with(found: Installed) -> Cell:
    if not found.frameworks:
        return unknown("none of the SDKs that we know came with it")
    return Cell(", ".join(found.frameworks))


def _others(found: Installed) -> Cell:
    return Cell(str(found.others))


def _built(found: Installed) -> Cell:
    if not found.built:
        return Cell("none: there is a wheel of each")
    return Cell(f"{len(found.built)}: {enumerated(found.built, shown=BUILT_SHOWN)}")


def _download(found: Installed) -> Cell:
    if found.download_bytes is None:
        return unknown("a file has no size")
    return Cell(filesizeformat(found.download_bytes))


def _seen(found: Installed) -> Cell:
    day = format_date(found.ran_at, DATE)
    return Cell(f"a run on Python {found.python}, {day}", run=found.run)


def _upkeep(variants: Sequence[Variant]) -> Iterable[Row]:
    yield Row.of("Release it installs", variants, _release)
    yield Row.of("Newest release", variants, _newest)
    yield Row.of("Releases known", variants, _releases)
    yield Row.of("Maintenance, by its sources", variants, _maintenance)
    yield Row.of("Maintainer", variants, lambda row: Cell(row.maintainer.label))
    yield Row.of("Listed by a source", variants, _listed)


def _release(row: Variant) -> Cell:
    release = row.current_release
    if release is None:
        return unknown("no release was found")
    if not release.is_numbered:
        return Cell(release.shown)
    day = format_date(release.released_at, DATE) if release.released_at else "no date"
    return Cell(f"{release.version}, {day}")


def _newest(row: Variant) -> Cell:
    # An annotation of the query, like the count: no columns of the model.
    at: datetime | None = getattr(row, "newest_at", None)
    return Cell(format_date(at, DATE)) if at else unknown("no release has a date")


def _releases(row: Variant) -> Cell:
    count: int = getattr(row, "release_count", 0)
    return Cell(str(count)) if count else unknown("no release was found")


def _maintenance(row: Variant) -> Cell:
    if not row.maintenance:
        return unknown("nothing dates it")
    return Cell(said_of(MAINTENANCE, row.maintenance))


def _listed(row: Variant) -> Cell:
    if row.gone_at is None:
        return YES
    return Cell(f"gone since {format_date(row.gone_at, DATE)}", "warn", "!")


def _licence(row: Variant) -> Cell:
    release = row.current_release
    if release is not None and release.license:
        return Cell(release.license)
    return unknown("its release names none" if release else "no release was found")


def _projects(row: Variant) -> Cell:
    count = row.counters.get("all_projects")
    return Cell(str(count)) if count is not None else unknown("nobody counts them")
