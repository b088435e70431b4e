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
from registry.vocabulary import NAME_LIMIT, PluginType, is_name
from scrapers.crawlers.definitions.logos import (
    Logos,
    address_of,
    addresses_in,
    unfit_in,
)
from scrapers.crawlers.definitions.reading import (
    SIZE_LIMIT,
    Read,
    Unreadable,
    read_yaml,
    refuse_oversized,
)
from scrapers.crawlers.definitions.shared import (
    DEFAULTS,
    MAINTAINERS,
    METRICS,
    Shared,
    read_shared,
)
from scrapers.crawlers.definitions.tree import File, Tree
from scrapers.http import Refused

# What stands in a path for bytes that are no text: see `tree.File`.
NO_TEXT = "\N{REPLACEMENT CHARACTER}"
# A file with many mistakes is one mistake to its author.
FINDINGS_PER_FILE = 5

Previous = Callable[[Iterable[str] | None], Mapping[str, Json]]


def fetch_definitions(
    tree: Tree, *, seen: Mapping[str, str], previous: Previous
) -> Look:
    """Return what differs in `tree` from the files in `seen` (path to blob id).

    `previous` gives the last evidence of some subjects, or of all of them for None.
    """
    listed = list(tree.files())
    files, logos = _definition_files(listed), Logos(tree, listed)
    shared, findings, counters = read_shared(tree, files.values(), seen)
    folders, strays = _folders(files)
    before = _subjects(seen)
    changed, redrawn = _changed(files, seen), logos.changed(seen)
    affected = _affected(changed, redrawn, folders, shared, previous)
    bodies = previous(affected) if affected else {}
    wanted = [file for subject in affected for file in folders[subject].values()]
    contents = {file.path: content for file, content in tree.read(_small(wanted))}
    evidence = tuple(
        _evidence(
            folders[one], contents, shared, logos, subject=one, last=bodies.get(one)
        )
        for one in sorted(affected)
    )
    return Look(
        revision=tree.revision,
        validators={path: file.blob for path, file in files.items()} | logos.seen,
        evidence=evidence,
        logos=logos.pictures,
        gone=tuple(sorted(before - folders.keys())),
        findings=(*findings, *strays, *logos.findings()),
        counters=counters,
        known=len(before),
        found=len(folders),
    )


def _definition_files(listed: Iterable[File]) -> dict[str, File]:
    """Return the files of the layout, which stands in `_data/` or at the tree's top."""
    tops = {"meltano", DEFAULTS, MAINTAINERS, METRICS}
    files = [
        file
        for file in listed
        if file.path.endswith(".yml")
        and PurePosixPath(file.path.removeprefix("_data/")).parts[0] in tops
    ]
    prefix = "_data/" if any(f.path.startswith("_data/") for f in files) else ""
    return {file.path: file for file in files if file.path.startswith(prefix)}


def _changed(files: Mapping[str, File], seen: Mapping[str, str]) -> set[str]:
    """Return the paths of definitions at which another file stands, or none, than before."""
    now = {path: file.blob for path, file in files.items()}
    paths = now.keys() | {path for path in seen if not address_of(path)}
    return {path for path in paths if now.get(path) != seen.get(path)}


def _subject(path: str) -> str | None:
    """Return the plugin folder (`extractors/tap-csv`) of a definition file."""
    parts = PurePosixPath(path.removeprefix("_data/")).parts
    if len(parts) != 4 or parts[0] != "meltano" or parts[1] not in set(PluginType):
        return None
    if len(parts[2]) > NAME_LIMIT or NO_TEXT in path:
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


def _affected(
    changed: set[str],
    redrawn: set[str],
    folders: Mapping[str, Mapping[str, File]],
    shared: Shared,
    previous: Previous,
) -> set[str]:
    """Return the present subjects whose evidence may differ from the last look."""
    affected = _subjects(changed) & folders.keys()
    names = {PurePosixPath(path).name for path in changed}
    if redrawn or names & {DEFAULTS, MAINTAINERS}:
        bodies = previous(None)
        affected |= {
            subject
            for subject, variants in folders.items()
            if (last := bodies.get(subject)) is not None
            and (
                shared.default_of(subject, last) != last["default_variant"]
                or shared.maintainers_of(variants, last) != last["maintainers"]
                or redrawn & addresses_in(last["variants"])
            )
        }
    return affected


def _small(files: Iterable[File]) -> Iterable[File]:
    return (file for file in files if file.size <= SIZE_LIMIT)


def _evidence(
    files: Mapping[str, File],
    contents: Mapping[str, bytes],
    shared: Shared,
    logos: Logos,
    *,
    subject: str,
    last: Json | None,
) -> Evidence:
    """Return what the files of one plugin's folder say, the last good word for a bad file."""
    kind, plugin = subject.split("/")
    variants: Json = {}
    findings: list[Finding] = []
    for variant, file in sorted(files.items()):
        definition, problems = _read(subject, variant, file, contents)
        findings += problems
        if definition is not None:
            variants[variant] = definition
        elif last is not None and variant in last["variants"]:
            variants[variant] = last["variants"][variant]
    body = {
        "type": kind,
        "plugin": plugin,
        "default_variant": shared.default_of(subject, last),
        "maintainers": shared.maintainers_of(files, last),
        "variants": variants,
    }
    # A tree without logos says nothing of them.
    if found := logos.named_in(variants, last):
        body["logos"] = found
        findings += unfit_in(found)
    return Evidence(subject=subject, body=body, findings=tuple(findings))


def _read(
    subject: str, variant: str, file: File, contents: Mapping[str, bytes]
) -> tuple[Json | None, list[Finding]]:
    """Return the definition in a file, or None, and what is wrong with it."""
    kind, plugin = subject.split("/")
    try:
        refuse_oversized(file)
        read = read_yaml(file.path, contents[file.path])
    except Unreadable as error:
        return None, [error.finding]
    problems = _problems(PluginType(kind), plugin, variant, file, read)
    return None if problems else read.value, problems


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
        # Each part of a schema says the same of a file that is no mapping.
        return list(dict.fromkeys(found))[:FINDINGS_PER_FILE]
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
