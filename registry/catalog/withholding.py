"""Which variants install a package that its index gives to nobody."""

from registry.models import Variant
from registry.vocabulary import ProjectStatus


def is_withheld(variant: Variant) -> bool:
    """Say whether the package that a variant installs is quarantined.

    Source: PEP 792, "Project status semantics": an index offers no file of it.
    """
    package = variant.package
    status = package.facts.get("status") if package else None
    return status == ProjectStatus.QUARANTINED
