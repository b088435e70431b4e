"""What people are told that a release is called, and whose a variant is. Pure."""

from registry.models import Release

# Source: `scrapers.probes.packaging`; a test compares the two.
PACKAGE = "package"


def called(version: str) -> str:
    """Return a version as pages say it: what a branch holds, or a commit, is no number."""
    return Release(version=version).shown


def by(variant: str) -> str:
    """Return whose a variant is, as pages say it behind the plugin's name.

    A package of which nothing proves who keeps its code is a variant by nobody's name.
    """
    return (
        "as packaged, by no named maintainer" if variant == PACKAGE else f"by {variant}"
    )
