"""What an install of a variant fetches, and how the shown release alone is installed. Pure.

A package is pinned by its version, a repository by the commit of the release. What a
definition asks for in another way is left as it is: a guess would install something else.
"""

import re
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from registry.catalog.installing import revision_label, specifier
from registry.models import Release, Variant
from registry.places import BY_INDEX, repository_place, written
from registry.vocabulary import SourceKind

COMMIT = re.compile(r"[0-9a-f]{40,64}")
COMMIT_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Pin:
    """A requirement, and in words what holds it to one release; or why nothing does."""

    requirement: str
    words: str
    is_pinned: bool


def pin_of(variant: Variant) -> Pin:
    """Return a variant's requirement, pinned to its current release where one is known."""
    pip_url = variant.pip_url
    release = variant.current_release
    if "://" not in pip_url and is_exact(pip_url):
        return Pin(pip_url, "The definition pins it.", is_pinned=True)
    if release is not None and release.is_numbered and "://" not in pip_url:
        exact = _exact(pip_url, release.version)
        if exact and "commit" not in release.artifacts:
            return Pin(exact, f"Pinned to {release.version}.", is_pinned=True)
    if reference := git_reference(pip_url):
        words = f"Held to {reference} by the definition; a branch or tag may move."
        return Pin(pip_url, words, is_pinned=COMMIT.fullmatch(reference) is not None)
    if release is not None and (commit := _commit(variant, release)):
        base, mark, rest = pip_url.partition("#")
        words = f"Pinned to the commit of {release.shown}, {commit[:COMMIT_SHOWN]}."
        return Pin(f"{base}@{commit}{mark}{rest}", words, is_pinned=True)
    return Pin(pip_url, _why_not(pip_url), is_pinned=False)


def requirement_of(variant: Variant, release: Release, *, tried: str = "") -> str:
    """Return what installs one release and no other; nothing where that is not known.

    Whatever else the definition asks for stays: extras, an index, further requirements.
    `tried` is the commit that was tried of a release that is none of its own: what a branch
    held. The definition's own version or branch gives way, for a release was asked for.
    """
    asked = variant.pip_url.strip()
    if is_git(asked):
        reference = git_reference(asked)
        is_this = COMMIT.fullmatch(reference) and revision_label(reference)
        own = reference if is_this == release.version else ""
        return _at_commit(asked, _commit(variant, release) or tried or own)
    if not release.is_numbered or "commit" in release.artifacts:
        return ""
    elsewhere = BY_INDEX.fullmatch(asked)
    start = elsewhere.start("rest") if elsewhere else 0
    exact = _exactly(asked[start:], release.version)
    return exact and asked[:start] + exact


def is_exact(pip_url: str) -> bool:
    """Say whether a requirement allows one version alone: no `==1.*`, and no marker's `==`."""
    return any(
        one.operator in {"==", "==="} and not one.version.endswith(".*")
        for one in specifier(pip_url)
    )


def git_reference(pip_url: str) -> str:
    """Return the branch, tag or commit that a Git address asks for; nothing for none."""
    if not is_git(pip_url):
        return ""
    # An `@` before the first slash names an account, one behind it a branch or tag.
    path = pip_url.partition("://")[2].partition("/")[2]
    return path.partition("#")[0].partition("@")[2]


def is_git(pip_url: str) -> bool:
    """Say whether an address is one of a Git repository."""
    scheme, _, place = pip_url.partition("://")
    path = place.partition("/")[2].partition("#")[0].partition("@")[0]
    return bool(place) and (scheme.startswith("git") or path.endswith(".git"))


def _exact(pip_url: str, version: str) -> str:
    """Return a requirement at one version; nothing where it is none, or asks for others."""
    try:
        asked = Requirement(pip_url)
    except InvalidRequirement:
        return ""
    if not asked.specifier.contains(version, prereleases=True):
        return ""
    return _written(asked, version)


def _exactly(text: str, version: str) -> str:
    """Return requirements, the first of them at one version; nothing where it has a place."""
    head, *others = text.split(maxsplit=1)[:2] or [""]
    for said, rest in ((text, []), (head, others)):
        try:
            asked = Requirement(said)
        except InvalidRequirement:
            continue
        return "" if asked.url else " ".join([_written(asked, version), *rest])
    return ""


def _at_commit(text: str, commit: str) -> str:
    """Return requirements, the first of them at a commit; nothing where none is known."""
    words = text.split()
    place = 2 if words[1:2] == ["@"] else 0
    if not COMMIT.fullmatch(commit) or not is_git(words[place]):
        return ""
    base, mark, rest = words[place].partition("#")
    base = base.removesuffix(f"@{git_reference(base)}")
    words[place] = f"{base}@{commit}{mark}{rest}"
    return " ".join(words)


def _written(asked: Requirement, version: str) -> str:
    extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
    marker = f" ; {asked.marker}" if asked.marker else ""
    return f"{asked.name}{extras}=={version}{marker}"


def _commit(variant: Variant, release: Release) -> str:
    """Return a release's commit, where what is installed is its repository."""
    place = repository_place(variant.pip_url) if is_git(variant.pip_url) else None
    repository = variant.repository
    if place is None or repository is None:
        return ""
    commit = str(release.artifacts.get("commit", ""))
    is_same = written(place).partition("#")[0] == repository.address.partition("#")[0]
    is_kept = repository.kind == SourceKind.REPOSITORY and COMMIT.fullmatch(commit)
    return commit if is_same and is_kept else ""


def _why_not(pip_url: str) -> str:
    if is_git(pip_url):
        return (
            "Nothing pins it: each install takes what the branch holds that day, "
            "and no commit of a release is known."
        )
    if not pip_url or "://" in pip_url or " " in pip_url:
        return ""
    return "Nothing pins it: each install takes the newest release that it allows."
