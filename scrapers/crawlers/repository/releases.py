"""Tell which of a repository's tags are releases of one project in it, and of which version.

Source: `v1.2.3`, `1.2.3` and `release-1.2.3` are what connectors use; where a repository
holds several of them, `tap-x-v1.2.3`, `tap-x/1.2.3` and `tap-x@1.2.3`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import Version

# What a row holds; the longest real version has 40 characters.
VERSION_LIMIT = 120
TAG_LIMIT = 200
KEPT = 100
PREFIX = re.compile(
    r"(?:(?P<project>.+?)(?:[-/@_]|==))??(?:release[-/])?v?(?P<version>\d.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A tag that is a release: its version, and the commit it points to."""

    tag: str
    version: Version
    commit: str


def releases_of(tags: Mapping[str, str], *, names: Iterable[str]) -> list[Tagged]:
    """Return the newest releases among `tags` (tag to commit), newest first.

    A tag that names a project counts where that is one of `names`. Where any does, those
    without a name are the releases of something else.
    """
    own = {str(canonicalize_name(name)) for name in names if name}
    named: dict[Version, Tagged] = {}
    bare: dict[Version, Tagged] = {}
    for tag, commit in sorted(tags.items()):
        project, version = _parts(tag)
        if version is None:
            continue
        found = Tagged(tag=tag, version=version, commit=commit)
        if project in own:
            named.setdefault(version, found)
        elif not project:
            bare.setdefault(version, found)
    kept = named or bare
    return [kept[version] for version in sorted(kept, reverse=True)][:KEPT]


def _parts(tag: str) -> tuple[str, Version | None]:
    """Return the project a tag names, if any, and its version, if it has one."""
    match = PREFIX.fullmatch(tag) if len(tag) <= TAG_LIMIT else None
    if match is None or not tag.isprintable():
        return "", None
    try:
        version = Version(match["version"])
        is_short = len(str(version)) <= VERSION_LIMIT
    except ValueError:
        # No version, or one of more digits than Python counts.
        return "", None
    project = match["project"] or ""
    # `release-1.2.3` names no project, and `x/release-1.2.3` names x.
    project = re.sub(r"(^|[-/@_])release$", "", project, flags=re.IGNORECASE)
    return str(canonicalize_name(project)) if project else "", (
        version if is_short else None
    )
