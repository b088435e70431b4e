"""Keep the pictures that trees of definitions carry, and say which of them a variant shows.

A picture is written once, by its digest, with the snapshots that name it: no recording needs
the tree again. Who shows it follows from statements like everything else.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from registry.logos import Picture
from registry.models import Logo, Statement, Variant
from registry.models.bulk import BATCH


def keep_logos(pictures: Iterable[Picture], *, now: datetime) -> None:
    """Write pictures that snapshots of the same transaction name; those that are there stay."""
    # In the order of digests, so that two crawls wait for each other at most.
    by_digest = sorted((one.digest, one) for one in pictures)
    Logo.objects.bulk_create(
        [
            Logo(
                digest=digest,
                content=one.content,
                content_type=one.content_type,
                width=one.width,
                height=one.height,
                kept_at=now,
            )
            for digest, one in by_digest
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["kept_at"],
    )


def logo_of(variant: Variant, statements: Sequence[Statement]) -> str:
    """Return the digest of the logo at a variant's `logo_url`, "" where no source carries it.

    `statements` come weightiest first. What is gone carries nothing any more.
    """
    return next(
        (
            row.logo_digest
            for row in statements
            if row.logo_digest
            and row.gone_at is None
            and row.definition.get("logo_url") == variant.logo_url
        ),
        "",
    )


def drop_logos(*, now: datetime) -> None:
    """Delete the pictures that nobody carries any more. One query."""
    Logo.objects.orphaned(now).delete()
