"""Which release an install takes: the newest, a pinned one, or whatever a branch holds.

A branch that nobody pinned is a release, too, if one that moves: it is called HEAD.
"""

import re
from collections.abc import Iterable, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from registry.models import Release
from registry.places import BY_INDEX, requirement_place
from registry.vocabulary import SourceKind

HEAD = "HEAD"
# Where a tag names a project and a version, the version is the last part of it.
TAGGED = re.compile(r"(?:.*[-/@_])?[vV]?(?P<version>\d.*)")
COMMIT = re.compile(r"[0-9a-f]{7,64}")
DIGITS = 12
# It becomes part of an address.
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@~-]{0,99}")


def revision_label(ref: str) -> str:
    """Return what the release at a branch, tag or commit is called; "" for no such name.

    A tag goes by its version, a commit by its first twelve digits. A slash becomes a tilde,
    which no name in Git has; digits of a commit that read as a version get the letter that
    Git puts before them. Source: git-check-ref-format and git-describe of Git.
    """
    if not ref:
        return HEAD
    if COMMIT.fullmatch(ref) and not ref.isdigit():
        digits = ref[:DIGITS]
        is_like_one = digits.isdigit() or (len(ref) < DIGITS and _version(ref))
        return f"g{digits}" if is_like_one else digits
    tagged = TAGGED.fullmatch(ref)
    version = _version(tagged["version"]) if tagged else None
    if version is not None:
        return str(version)
    label = ref.replace("/", "~")
    return label if PLAIN.fullmatch(label) else ""


def release_taken(pip_url: str, releases: Iterable[Release]) -> Release | None:
    """Return the release among these that a requirement installs, None for no release.

    Where it names one that is not there, what stands for it is the newest.
    """
    rows = list(releases)
    place = requirement_place(pip_url) if pip_url else None
    if place is not None and place.kind is SourceKind.REPOSITORY:
        label = revision_label(place.ref)
        named = [row for row in rows if row.version == label]
    else:
        named = _allowed(pip_url, rows)
    numbered = [row for row in rows if row.version != HEAD]
    return newest_release(named or numbered or rows)


def newest_release(releases: Iterable[Release]) -> Release | None:
    """Return what an installer would take: not yanked, final before pre-release, newest."""

    def order(release: Release) -> tuple[bool, bool, bool, Version]:
        version = _version(release.version)
        if version is None:
            return False, False, False, Version("0")
        return True, not release.yanked, not version.is_prerelease, version

    return max(releases, key=order, default=None)


def specifier(pip_url: str) -> SpecifierSet:
    """Return which versions a requirement by name allows; all where it says nothing."""
    text = _without_index(pip_url)
    # Of several, the plugin itself stands first.
    for said in (text, *text.split(maxsplit=1)[:1]):
        try:
            return Requirement(said).specifier
        except InvalidRequirement:
            continue
    return SpecifierSet()


def _allowed(pip_url: str, rows: Sequence[Release]) -> list[Release]:
    wanted = specifier(pip_url)
    if not wanted:
        return []
    versions = [(row, _version(row.version)) for row in rows]
    return [row for row, version in versions if version and version in wanted]


def _without_index(pip_url: str) -> str:
    text = pip_url.strip()
    elsewhere = BY_INDEX.fullmatch(text)
    return elsewhere["rest"].strip() if elsewhere else text


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
