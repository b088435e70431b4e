"""The files of a definitions tree that speak of many plugins at once.

Source: meltano-hub-v1 §7.
"""

from collections.abc import Iterable, Mapping

from registry.facts import Finding, Json
from scrapers.crawlers.definitions.reading import (
    Unreadable,
    read_yaml,
    refuse_oversized,
)
from scrapers.crawlers.definitions.tree import File, Tree

DEFAULTS, MAINTAINERS = "default_variants.yml", "maintainers.yml"
METRICS = "variant_metrics.yml"
# The counts kept of a variant's use, of the file's eighteen.
METRIC_NAMES = ("all_projects", "all_execs")


class Shared:
    """The two files that speak of many plugins; None where a file can't be read."""

    def __init__(self, defaults: Json | None, maintainers: Json | None) -> None:
        self._defaults, self._maintainers = defaults, maintainers

    def default_of(self, subject: str, last: Json | None) -> str | None:
        """Return the curated default variant; the last known one if the file is unreadable."""
        if self._defaults is None:
            return (last or {}).get("default_variant")
        kind, name = subject.split("/")
        of_kind = self._defaults.get(kind)
        found = of_kind.get(name) if isinstance(of_kind, dict) else None
        return found if isinstance(found, str) else None

    def maintainers_of(self, variants: Iterable[str], last: Json | None) -> Json:
        """Return the entry of each variant's maintainer, where there is one."""
        if self._maintainers is None:
            return dict((last or {}).get("maintainers", {}))
        entries = {name: self._maintainers.get(name) for name in sorted(variants)}
        return {name: e for name, e in entries.items() if isinstance(e, dict)}


def read_shared(
    tree: Tree, files: Iterable[File], seen: Mapping[str, str]
) -> tuple[Shared, list[Finding], Json | None]:
    """Return the shared files, what is wrong with them, and counters if their file moved."""
    values: dict[str, Json | None] = {}
    findings: list[Finding] = []
    for file in files:
        name = file.path.removeprefix("_data/")
        if name not in {DEFAULTS, MAINTAINERS, METRICS}:
            continue
        if name == METRICS and seen.get(file.path) == file.blob:
            continue
        try:
            values[name] = _mapping(tree, file)
        except Unreadable as error:
            findings.append(error.finding)
            values[name] = None
    shared = Shared(values.get(DEFAULTS, {}), values.get(MAINTAINERS, {}))
    metrics = values.get(METRICS)
    return shared, findings, None if metrics is None else _counters(metrics)


def _mapping(tree: Tree, file: File) -> Json:
    refuse_oversized(file)
    [(_, content)] = tree.read([file])
    value = read_yaml(file.path, content).value
    if not isinstance(value, dict):
        message = "The file is not a mapping."
        raise Unreadable(Finding(code="yaml", message=message, path=file.path, line=1))
    return value


def _counters(metrics: Json) -> Json:
    """Return the counts by repository address, in lower case as hosts compare them."""
    rows = metrics.get("metrics")
    if not isinstance(rows, dict):
        return {}
    return {
        str(repo).lower(): {
            name: row[name] for name in METRIC_NAMES if type(row.get(name)) is int
        }
        for repo, row in rows.items()
        if isinstance(row, dict)
    }
