"""Read a connector's tree of files into one JSON value, without running any of them.

Files are chosen by their paths and sizes before any is read. What a file says is bounded
three times: each text, each kind of file, and all of it together.
"""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from registry.facts import Finding, Json
from registry.texts import name_findings, tidied
from registry.vocabulary import Severity
from scrapers.crawlers.definitions.tree import File, Tree
from scrapers.crawlers.repository import documents, project
from scrapers.crawlers.repository.much_code import read_much_code

SONGBOOK, MELTANO = ".songbook.yml", "meltano.yml"
READMES = ("readme.md", "readme.rst", "readme.txt", "readme")
READING_LIMIT = 256 * 1000
README_LIMIT = 100 * 1000
# Build files and documents of real connectors have some kilobytes.
FILE_LIMIT = 512 * 1024
# A README that holds its pictures is still one; above this none is even read.
README_FILE_LIMIT = 16 * 1024 * 1024
CODE_FILES_LIMIT = 300
# Syntax trees take some hundred times the memory of their text, one file at a time.
CODE_LIMIT = 8 * 1024 * 1024
DATA_FILES_LIMIT = 300
TEXT_LIMIT, LIST_LIMIT, DEPTH_LIMIT = 4000, 1000, 20
# Where nothing of the connector itself stands.
PASSED_OVER = {
    "test", "tests", "testing", "doc", "docs", "example", "examples", "build", "dist",
    "venv", "env", "node_modules", "site-packages", "__pycache__",
}  # fmt: skip
# What is given up first where all of it together is too much.
EXPENDABLE = ("schemas", "sample_configs", "meltano", "classes", "readme")


def read_tree(tree: Tree) -> tuple[Json, list[Finding]]:
    """Return what a tree's files say of the connector in it, and what is wrong with them."""
    chosen, findings = _chosen(tree)
    contents = {file.path: content for file, content in tree.read(chosen)}
    reading, more = _read(contents)
    findings += more
    clean, more = _clean(reading)
    findings += more
    bounded, more = _bounded(clean)
    return bounded, _told(findings + more)


def _read(contents: dict[str, bytes]) -> tuple[Json, list[Finding]]:
    metadata, findings = project.read_project(contents)
    findings += name_findings(metadata.get("name", ""))
    reading: Json = {"metadata": metadata}
    for key, value, more in _documents(contents, metadata):
        findings += more
        if isinstance(value, list):
            reading[key] = value
        elif value and key in {"sample_configs", "schemas"}:
            reading.setdefault(key, []).append(value)
        elif value:
            reading[key] = value
    code = {path: contents[path] for path in contents if _is_code(path)}
    read, more = read_much_code(code)
    reading |= read
    readme, told = _readme(contents)
    reading |= readme
    return {k: v for k, v in reading.items() if v}, [*findings, *more, *told]


def _documents(
    contents: dict[str, bytes], metadata: Json
) -> Iterator[tuple[str, Any, list[Finding]]]:
    """Yield what each document says, with the key it stands under."""
    names = {metadata.get("name", ""), *metadata.get("scripts", {})}
    for path, content in contents.items():
        if path == SONGBOOK:
            yield "songbook", *documents.read_songbook(path, content)
        elif path == MELTANO:
            yield "meltano", *documents.read_meltano(path, content, names=names)
        elif _is_sample(path):
            yield "sample_configs", *documents.read_sample(path, content)
        elif _is_schema(path):
            yield "schemas", *documents.read_schema(path, content)


def _readme(contents: dict[str, bytes]) -> tuple[Json, list[Finding]]:
    path = next((path for path in contents if path.lower() in READMES), None)
    if path is None:
        return {}, []
    content = contents[path]
    text, findings = tidied(content, what=path, limit=README_LIMIT)
    return {"readme": {"path": path, "size": len(content), "text": text}}, findings


def _chosen(tree: Tree) -> tuple[list[File], list[Finding]]:
    """Return the files to read, in an order of their paths, and those too large for it."""
    chosen, findings = [], []
    code_files = code_bytes = data_files = 0
    for file in sorted(tree.files(), key=lambda file: file.path):
        limit = _limit(file.path)
        if limit == 0:
            continue
        if file.size > limit:
            message = f"The file has {file.size:,} bytes; at most {limit:,} are read."
            findings.append(_warning("oversized", message, file.path))
            continue
        if _is_code(file.path):
            code_files, code_bytes = code_files + 1, code_bytes + file.size
        elif _is_sample(file.path) or _is_schema(file.path):
            data_files += 1
        is_within = code_files <= CODE_FILES_LIMIT and code_bytes <= CODE_LIMIT
        if not _is_code(file.path) or is_within:
            chosen.append(file)
    return _without_surplus(chosen, data_files), findings


def _without_surplus(files: list[File], data_files: int) -> list[File]:
    if data_files <= DATA_FILES_LIMIT:
        return files
    data = [file for file in files if _is_sample(file.path) or _is_schema(file.path)]
    surplus = {file.path for file in data[DATA_FILES_LIMIT:]}
    return [file for file in files if file.path not in surplus]


def _limit(path: str) -> int:
    """Return up to which size a file is read: 0 for one that says nothing."""
    if path.lower() in READMES:
        return README_FILE_LIMIT
    if path in {*project.FILES, SONGBOOK, MELTANO}:
        return FILE_LIMIT
    return FILE_LIMIT if _is_code(path) or _is_sample(path) or _is_schema(path) else 0


def _is_code(path: str) -> bool:
    name = PurePosixPath(path).name
    if not name.endswith(".py") or path == "setup.py":
        return False
    return _is_own(path) and not name.startswith(("test_", "conftest"))


def _is_schema(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return path.endswith(".json") and "schemas" in parts[:-1] and _is_own(path)


def _is_sample(path: str) -> bool:
    return documents.SAMPLE.fullmatch(PurePosixPath(path).name.lower()) is not None


def _is_own(path: str) -> bool:
    folders = PurePosixPath(path).parts[:-1]
    return not any(f.startswith(".") or f.lower() in PASSED_OVER for f in folders)


def _clean(reading: Json) -> tuple[Json, list[Finding]]:
    """Return only JSON that PostgreSQL keeps, with every text tidied and cut."""
    findings: list[Finding] = []

    def clean(value: Any, depth: int) -> Any:
        if isinstance(value, str):
            text, more = tidied(value, what="The metadata", limit=TEXT_LIMIT)
            findings.extend(more)
            return text
        if isinstance(value, dict) and depth < DEPTH_LIMIT:
            pairs = [p for p in value.items() if isinstance(p[0], str)][:LIST_LIMIT]
            return {clean(k, depth)[:200]: clean(v, depth + 1) for k, v in pairs}
        if isinstance(value, list) and depth < DEPTH_LIMIT:
            return [clean(one, depth + 1) for one in value[:LIST_LIMIT]]
        return value if _is_json(value) else None

    # The README has a limit of its own and is tidy already.
    readme = {k: v for k, v in reading.items() if k == "readme"}
    rest = {k: v for k, v in reading.items() if k != "readme"}
    return clean(rest, 0) | readme, findings


def _is_json(value: Any) -> bool:
    """Say whether a number is one that every reader of JSON takes."""
    if isinstance(value, float):
        return value - value == 0
    return value is None or (isinstance(value, int) and value.bit_length() <= 63)


def _bounded(reading: Json) -> tuple[Json, list[Finding]]:
    """Return a reading of at most `READING_LIMIT` bytes, and what was left out of it."""
    left = dict(reading)
    dropped = []
    for key in EXPENDABLE:
        if key in left and _size(left) > READING_LIMIT:
            del left[key]
            dropped += [key]
    if _size(left) > READING_LIMIT:
        dropped += [key for key in left if key not in {"metadata", "songbook"}]
        left = {key: left[key] for key in ("songbook",) if key in left}
        few = ("name", "version", "summary", "requires_python", "license")
        metadata = reading.get("metadata", {})
        left["metadata"] = {key: metadata[key] for key in few if key in metadata}
    if not dropped:
        return left, []
    message = f"There is too much to keep of it: {', '.join(dropped)} left out."
    return left, [_warning("oversized", message, "")]


def _size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _told(findings: list[Finding]) -> list[Finding]:
    """Return each finding once, at most 50, with nothing in its words that harms."""
    told: dict[str, Finding] = {}
    for finding in findings:
        message, _ = tidied(finding.message, what="", limit=500)
        path, _ = tidied(finding.path, what="", limit=300)
        made = Finding(
            code=finding.code,
            message=message,
            path=path,
            line=finding.line,
            severity=finding.severity,
        )
        told.setdefault(f"{made.code}{made}", made)
    return list(told.values())[:50]


def _warning(code: str, message: str, path: str) -> Finding:
    return Finding(code=code, message=message, path=path, severity=Severity.WARNING)
