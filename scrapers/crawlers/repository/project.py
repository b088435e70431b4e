"""Read a project's metadata out of its build files: `pyproject.toml`, else setuptools' own.

Whatever a build would compute (a version from a tag, a description from a file) is left out.
Source: the PyPA's pyproject.toml specification; the documentation of Poetry and setuptools.
"""

import configparser
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.repository.literals import parse
from scrapers.crawlers.repository.setup_script import setup_keywords

FILES = ("pyproject.toml", "setup.cfg", "setup.py")
# `^1.2` and `~1.2`, which only Poetry knows.
POETRY_RANGE = re.compile(r"(?P<sign>[\^~])\s*(?P<version>\d+(?:\.\d+)*)")
BUILT = re.compile(r"\s*(attr|file):")


def read_project(contents: Mapping[str, bytes]) -> tuple[Json, list[Finding]]:
    """Return the metadata that the build files in `contents` (by path) say, with findings."""
    read: dict[str, Json] = {}
    findings = []
    readers: dict[str, Callable[[bytes], Json]] = {
        "pyproject.toml": _from_pyproject,
        "setup.cfg": _from_setup_cfg,
        "setup.py": _from_setup_script,
    }
    for path in FILES:
        try:
            read[path] = readers[path](contents[path]) if path in contents else {}
        except (ValueError, RecursionError, configparser.Error, _Broken) as error:
            read[path] = {}
            findings.append(_unreadable(path, error))
    first = read["pyproject.toml"]
    if "name" in first:
        return first, findings
    # Setuptools fills in from setup.cfg only what the script leaves open.
    return read["setup.cfg"] | read["setup.py"] | first, findings


class _Broken(Exception):
    """A script that is no Python."""


def _unreadable(path: str, error: Exception) -> Finding:
    said = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    message = f"The metadata in it can't be read: {said[:200]}."
    return Finding(
        code="metadata", message=message, path=path, severity=Severity.WARNING
    )


def _from_pyproject(content: bytes) -> Json:
    said = tomllib.loads(content.decode("utf-8-sig"))
    poetry = _mapping(_mapping(said.get("tool")).get("poetry"))
    project = _mapping(said.get("project"))
    if "name" not in project and "name" in poetry:
        return _from_poetry(poetry, _mapping(said["tool"]))
    return _found(
        name=project.get("name"),
        version=project.get("version"),
        summary=project.get("description"),
        requires_python=project.get("requires-python"),
        license=_text_in(project.get("license"), "text"),
        keywords=project.get("keywords"),
        classifiers=project.get("classifiers"),
        dependencies=project.get("dependencies"),
        urls=project.get("urls"),
        authors=_names(project.get("authors"), project.get("maintainers")),
        scripts=project.get("scripts"),
    )


def _from_poetry(poetry: Mapping[str, Any], tool: Mapping[str, Any]) -> Json:
    dependencies = _mapping(poetry.get("dependencies"))
    is_dynamic = _mapping(tool.get("poetry-dynamic-versioning")).get("enable") is True
    labels = {"homepage": "Homepage", "repository": "Repository"}
    labels["documentation"] = "Documentation"
    urls = {label: poetry[key] for key, label in labels.items() if key in poetry}
    return _found(
        name=poetry.get("name"),
        version=None if is_dynamic else poetry.get("version"),
        summary=poetry.get("description"),
        requires_python=_poetry_range(dependencies.get("python")),
        license=poetry.get("license"),
        keywords=poetry.get("keywords"),
        classifiers=poetry.get("classifiers"),
        dependencies=[
            _poetry_dependency(name, said)
            for name, said in dependencies.items()
            if name != "python"
        ],
        urls=urls | _mapping(poetry.get("urls")),
        authors=_names(poetry.get("authors"), poetry.get("maintainers")),
        scripts={
            name: _text_in(said, "reference")
            for name, said in _mapping(poetry.get("scripts")).items()
        },
    )


def _poetry_dependency(name: str, said: Any) -> str:
    table = said[0] if isinstance(said, list) and said else said
    version = _text_in(table, "version")
    extras = _texts(_mapping(table).get("extras"))
    marked = f"{name}[{','.join(extras)}]" if extras else name
    version = "" if version == "*" else _poetry_range(version)
    return f"{marked}{version}" if version else marked


def _poetry_range(said: Any) -> str:
    """Return a version range as all installers read it."""
    text = str(said or "").strip()
    if text[:1].isdigit() and "," not in text:
        return f"=={text}"
    match = POETRY_RANGE.fullmatch(text)
    if match is None:
        return text
    version = match["version"]
    parts = [int(part) for part in version.split(".")][:4]
    # A caret keeps the first number that is not zero, a tilde all but the last.
    kept = next((n for n, part in enumerate(parts) if part), len(parts) - 1)
    if match["sign"] == "~":
        kept = min(1, len(parts) - 1)
    upper = [*parts[:kept], parts[kept] + 1]
    upper += [0] if len(upper) == 1 else []
    return f">={version},<{'.'.join(map(str, upper))}"


def _from_setup_cfg(content: bytes) -> Json:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config.read_string(content.decode("utf-8-sig"))
    keywords: dict[str, Any] = {}
    for section in ("options", "metadata"):
        for key, value in config[section].items() if section in config else ():
            if not BUILT.match(value):
                keywords[key.replace("-", "_")] = value
    for key in ("classifiers", "install_requires"):
        if key in keywords:
            keywords[key] = [line for line in keywords[key].split("\n") if line.strip()]
    keywords["project_urls"] = _pairs(keywords.get("project_urls"))
    if "options.entry_points" in config:
        keywords["entry_points"] = dict(config["options.entry_points"])
    return _from_keywords(keywords)


def _from_setup_script(content: bytes) -> Json:
    module = parse("setup.py", content)
    if isinstance(module, Finding):
        raise _Broken(module.message)
    return _from_keywords(setup_keywords(module))


def _from_keywords(said: Mapping[str, Any]) -> Json:
    """Return metadata from setuptools' keywords, whichever file they came from."""
    urls = {"Homepage": said["url"]} if said.get("url") else {}
    keywords = said.get("keywords")
    if isinstance(keywords, str):
        keywords = [word for word in re.split(r"[,\s]+", keywords) if word]
    required = said.get("install_requires")
    return _found(
        name=said.get("name"),
        version=said.get("version"),
        summary=said.get("description"),
        requires_python=said.get("python_requires"),
        license=said.get("license_expression") or said.get("license"),
        keywords=keywords,
        classifiers=said.get("classifiers"),
        dependencies=required.split("\n") if isinstance(required, str) else required,
        urls=urls | _mapping(said.get("project_urls")),
        authors=_names([said.get("author"), said.get("maintainer")]),
        scripts=_console_scripts(said.get("entry_points")),
    )


def _console_scripts(said: Any) -> Json:
    """Return script name to object, from entry points in any form setuptools takes."""
    if isinstance(said, str):
        config = configparser.ConfigParser(
            interpolation=None, strict=False, delimiters=("=",)
        )
        config.optionxform = str  # type: ignore[assignment,method-assign]
        # Indented as it usually is, all of it would be one value.
        lines = "\n".join(line.strip() for line in said.split("\n"))
        try:
            config.read_string(lines)
        except configparser.Error:
            return {}
        found = config.has_section("console_scripts")
        return dict(config["console_scripts"]) if found else {}
    scripts = _mapping(said).get("console_scripts")
    return _pairs("\n".join(_texts(scripts) or [str(scripts or "")]))


def _pairs(said: Any) -> Json:
    """Return `key = value` lines as a mapping."""
    rows = [line.partition("=") for line in str(said or "").split("\n")]
    return {key.strip(): value.strip() for key, equals, value in rows if equals}


def _names(*people: Any) -> list[str]:
    """Return people's names, without their mail addresses: no one needs those here."""
    names = []
    for said in (one for group in people if isinstance(group, list) for one in group):
        text = _mapping(said).get("name") if isinstance(said, Mapping) else said
        name = re.sub(r"<[^>]*>", "", str(text or "")).strip()
        if name and "@" not in name and name not in names:
            names.append(name)
    return names


def _found(**said: Any) -> Json:
    """Return what is there and of the type it has to be."""
    texts = ("name", "version", "summary", "requires_python", "license")
    found: Json = {}
    for key, value in said.items():
        if key in texts:
            found[key] = value.strip() if isinstance(value, str) else ""
        elif key in {"urls", "scripts"}:
            pairs = _mapping(value).items()
            found[key] = {k: v for k, v in pairs if isinstance(v, str)}
        else:
            found[key] = [text.strip() for text in _texts(value) if text.strip()]
    return {key: value for key, value in found.items() if value}


def _text_in(value: Any, key: str) -> Any:
    """Return a text that stands for itself, or under `key` of a table."""
    return value if isinstance(value, str) else _mapping(value).get(key)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, str)]
