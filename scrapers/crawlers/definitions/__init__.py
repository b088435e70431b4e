"""Look at a tree of curated plugin definitions in the upstream hub's `_data` layout.

One subject is one plugin's folder. Its evidence holds what its files say, and the entries of
the shared files (`default_variants.yml`, `maintainers.yml`) that speak of it, so that a
change of one file, or of one line in a shared one, touches only the plugins it is about.
A file that can't be taken leaves a finding and what it last said stays in the evidence.
Source of the layout: meltano-hub-v1 §7.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from jsonschema.exceptions import ValidationError

from registry import schemas
from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.vocabulary import PluginType, Severity, is_name
from scrapers.crawlers.definitions.reading import (
    SIZE_LIMIT,
    Read,
    Unreadable,
    read_yaml,
)
from scrapers.crawlers.definitions.tree import File, Tree
from scrapers.http import Refused

DEFAULTS, MAINTAINERS = "default_variants.yml", "maintainers.yml"
METRICS = "variant_metrics.yml"
# The counts kept of a variant's use, of the file's eighteen.
METRIC_NAMES = ("all_projects", "all_execs")
# A file with many mistakes is one mistake to its author.
FINDINGS_PER_FILE = 5

Previous = Callable[[Iterable[str] | None], Mapping[str, Json]]


def fetch_definitions(
    tree: Tree, *, seen: Mapping[str, str], previous: Previous
) -> Look:
    """Return what differs in `tree` from the files in `seen` (path to blob id).

    `previous` gives the last evidence of some subjects, or of all of them for None.
    Raises Refused where the tree has never held definitions.
    """
    root = _root(tree)
    files = {file.path: file for file in root.files}
    shared, findings, counters = _read_shared(tree, files, seen)
    folders, strays = _folders(files)
    before = _subjects(seen)
    changed = {
        path
        for path in files.keys() | seen.keys()
        if _blob(files, path) != seen.get(path)
    }
    affected = _affected(changed, folders, shared, previous)
    bodies = previous(affected) if affected else {}
    wanted = [file for subject in affected for file in folders[subject].values()]
    contents = {file.path: content for file, content in tree.read(_small(wanted))}
    return Look(
        revision=tree.revision,
        validators={path: file.blob for path, file in files.items()},
        evidence=tuple(
            _evidence(subject, folders[subject], contents, shared, bodies.get(subject))
            for subject in sorted(affected)
        ),
        gone=tuple(sorted(before - folders.keys())),
        findings=(*findings, *strays),
        counters=counters,
        known=len(before),
        found=len(folders),
    )


class _Root:
    """The part of a tree that is definitions, with paths made relative to it."""

    def __init__(self, prefix: str, files: list[File]) -> None:
        self.prefix = prefix
        self.files = files


def _root(tree: Tree) -> _Root:
    """Return the definitions of a tree, whether they stand in `_data/` or at its top."""
    files = [
        file
        for file in tree.files()
        if file.path.endswith(".yml")
        and PurePosixPath(file.path.removeprefix("_data/")).parts[0]
        in {"meltano", DEFAULTS, MAINTAINERS, METRICS}
    ]
    prefix = "_data/" if any(f.path.startswith("_data/") for f in files) else ""
    return _Root(prefix, [f for f in files if f.path.startswith(prefix)])


def _blob(files: Mapping[str, File], path: str) -> str | None:
    return files[path].blob if path in files else None


def _subject(path: str) -> str | None:
    """Return the plugin folder (`extractors/tap-csv`) of a definition file."""
    parts = PurePosixPath(path.removeprefix("_data/")).parts
    if len(parts) != 4 or parts[0] != "meltano" or parts[1] not in set(PluginType):
        return None
    return f"{parts[1]}/{parts[2]}"


def _subjects(paths: Iterable[str]) -> set[str]:
    return {subject for subject in map(_subject, paths) if subject is not None}


def _folders(
    files: Mapping[str, File],
) -> tuple[dict[str, dict[str, File]], list[Finding]]:
    """Return each plugin folder's files by stem, and a finding for each file outside one."""
    folders: dict[str, dict[str, File]] = defaultdict(dict)
    strays = []
    for path, file in files.items():
        subject = _subject(path)
        if subject is not None:
            folders[subject][PurePosixPath(path).stem] = file
        elif "meltano" in PurePosixPath(path).parts[:2]:
            words = ", ".join(PluginType)
            message = f"Not at meltano/TYPE/PLUGIN/VARIANT.yml with a TYPE of {words}."
            strays.append(Finding(code="unknown-type", message=message, path=path))
    return folders, strays


class _Shared:
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


def _read_shared(
    tree: Tree, files: Mapping[str, File], seen: Mapping[str, str]
) -> tuple[_Shared, list[Finding], Json | None]:
    """Return the shared files, what is wrong with them, and counters if their file moved."""
    values: dict[str, Json | None] = {}
    findings: list[Finding] = []
    for path, file in files.items():
        name = PurePosixPath(path).name
        if name not in {DEFAULTS, MAINTAINERS, METRICS} or _subject(path):
            continue
        if name == METRICS and seen.get(path) == file.blob:
            continue
        try:
            values[name] = _mapping(tree, file)
        except Unreadable as error:
            findings.append(error.finding)
            values[name] = None
    shared = _Shared(values.get(DEFAULTS, {}), values.get(MAINTAINERS, {}))
    metrics = values.get(METRICS)
    return shared, findings, None if metrics is None else _counters(metrics)


def _mapping(tree: Tree, file: File) -> Json:
    _refuse_oversized(file)
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
            name: row[name] for name in METRIC_NAMES if isinstance(row.get(name), int)
        }
        for repo, row in rows.items()
        if isinstance(row, dict)
    }


def _affected(
    changed: set[str],
    folders: Mapping[str, Mapping[str, File]],
    shared: _Shared,
    previous: Previous,
) -> set[str]:
    """Return the present subjects whose evidence may differ from the last look."""
    affected = _subjects(changed) & folders.keys()
    if {PurePosixPath(path).name for path in changed} & {DEFAULTS, MAINTAINERS}:
        bodies = previous(None)
        affected |= {
            subject
            for subject, variants in folders.items()
            if (last := bodies.get(subject)) is not None
            and (
                shared.default_of(subject, last) != last["default_variant"]
                or shared.maintainers_of(variants, last) != last["maintainers"]
            )
        }
    return affected


def _small(files: Iterable[File]) -> Iterable[File]:
    return (file for file in files if file.size <= SIZE_LIMIT)


def _evidence(
    subject: str,
    files: Mapping[str, File],
    contents: Mapping[str, bytes],
    shared: _Shared,
    last: Json | None,
) -> Evidence:
    """Return what the files of one plugin's folder say, the last good word for a bad file."""
    kind, plugin = subject.split("/")
    variants: Json = {}
    findings: list[Finding] = []
    for variant, file in sorted(files.items()):
        try:
            _refuse_oversized(file)
            read = read_yaml(file.path, contents[file.path])
            problems = _problems(PluginType(kind), plugin, variant, file, read)
        except Unreadable as error:
            problems = [error.finding]
            read = Read(None, None)
        findings += problems
        if not any(problem.severity is Severity.ERROR for problem in problems):
            variants[variant] = read.value
        elif last is not None and variant in last["variants"]:
            variants[variant] = last["variants"][variant]
    body = {
        "type": kind,
        "plugin": plugin,
        "default_variant": shared.default_of(subject, last),
        "maintainers": shared.maintainers_of(files, last),
        "variants": variants,
    }
    return Evidence(subject=subject, body=body, findings=tuple(findings))


def _refuse_oversized(file: File) -> None:
    if file.size > SIZE_LIMIT:
        message = f"The file has {file.size:,} bytes; at most {SIZE_LIMIT:,} are read."
        raise Unreadable(Finding(code="oversized", message=message, path=file.path))


def _problems(
    kind: PluginType, plugin: str, variant: str, file: File, read: Read
) -> list[Finding]:
    """Return why a readable file can't be taken as the definition its path says it is."""
    found = [
        Finding(
            code="schema",
            message=_words(error),
            path=file.path,
            line=read.line_of(_place(error)),
        )
        for error in schemas.definition_errors(kind, read.value)
    ]
    if found:
        return found[:FINDINGS_PER_FILE]
    for key, expected in (("name", plugin), ("variant", variant)):
        said = read.value[key]
        if said != expected:
            message = f"The {key} is {said!r}, but the path says {expected!r}."
        elif not is_name(said):
            message = f"{said!r} can't stand in an address: use a-z, 0-9, - _ and ."
        else:
            continue
        line = read.line_of([key])
        found.append(Finding(code="name", message=message, path=file.path, line=line))
    return found


def _words(error: ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    said = error.message if len(error.message) <= 200 else error.message[:200] + "…"
    return f"{where}: {said}" if where else said


def _place(error: ValidationError) -> list[str | int]:
    """Return the path to what is wrong: the unexpected key itself where there is one."""
    place: list[str | int] = list(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        allowed: Any = error.schema
        known = allowed.get("properties", {}) if isinstance(allowed, dict) else {}
        place += [key for key in error.instance if key not in known][:1]
    return place


def require_layout(look: Look, address: str) -> None:
    """Raise Refused where nothing is, and never was, in the layout of a definitions tree."""
    if not look.found and not look.known:
        message = (
            f"{address} holds no definitions: "
            "no file at meltano/TYPE/PLUGIN/VARIANT.yml or below _data/."
        )
        raise Refused(message)
