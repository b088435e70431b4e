"""What each release of a repository was: its tag's commit, and what its files say."""

from collections.abc import Mapping
from datetime import datetime

from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.git import Checkout
from scrapers.crawlers.repository.reading import read_tree
from scrapers.crawlers.repository.releases import Tagged
from scrapers.http import Refused

# So many releases are read; of the others the tag, the commit and its time are known.
READINGS = 30


def read_releases(
    checkout: Checkout,
    tagged: list[Tagged],
    directory: str,
    before: Mapping[str, Json],
) -> tuple[list[Json], list[Finding]]:
    """Return releases, newest first: those known as they were, and the new ones fetched."""
    new = [one for one in tagged if one.tag not in before]
    if new:
        checkout.fetch([one.commit for one in new])
    releases, findings = [], []
    for place, one in enumerate(tagged):
        seen = before.get(one.tag)
        if seen is None:
            is_read = place < READINGS
            releases.append(_release(checkout, one, directory, is_read=is_read))
            continue
        # What is no longer among the newest keeps its reading: it was made already.
        releases.append(seen)
        if seen["commit"] != one.commit:
            findings.append(_retagged(one, str(seen["commit"])))
    return releases, findings


def _release(
    checkout: Checkout, tagged: Tagged, directory: str, *, is_read: bool
) -> Json:
    at = active_at(checkout, tagged.commit)
    return {
        "tag": tagged.tag,
        "version": str(tagged.version),
        "commit": tagged.commit,
        "committed_at": at.isoformat() if at else None,
        "reading": _small(checkout, tagged.commit, directory) if is_read else None,
    }


def _small(checkout: Checkout, commit: str, directory: str) -> Json | None:
    """Return what changes from release to release: metadata, names of settings and streams."""
    try:
        tree = checkout.tree(commit, directory)
    except Refused:
        # The folder was not there yet.
        return None
    reading, _ = read_tree(tree)
    kept = ("name", "version", "requires_python", "license", "dependencies", "scripts")
    metadata = reading.get("metadata", {})
    classes = reading.get("classes", [])
    streams = {schema["stream"] for schema in reading.get("schemas", [])}
    streams |= {
        one["attributes"]["name"]
        for one in classes
        if one["bases"][0].endswith("Stream")
        and isinstance(one.get("attributes", {}).get("name"), str)
    }
    settings = {
        setting["name"] for one in classes for setting in one.get("settings", [])
    }
    settings |= set(reading.get("required_config_keys", []))
    small: Json = {key: metadata[key] for key in kept if key in metadata}
    return small | {"settings": sorted(settings), "streams": sorted(streams)}


def _retagged(tagged: Tagged, first: str) -> Finding:
    message = (
        f"The tag {tagged.tag} was moved from commit {first} to {tagged.commit}. The "
        "release stays what it was first: publish a new version instead."
    )
    return Finding(code="retagged", message=message, severity=Severity.WARNING)


def active_at(checkout: Checkout, commit: str) -> datetime | None:
    """Return when a fetched commit was made, or None where it names no possible time."""
    try:
        return checkout.committed_at(commit)
    except Refused:
        # A commit may say any time, even one that never was.
        return None
