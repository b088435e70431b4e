"""Look at a Git repository on any host: its references, and the files of its commits."""

from scrapers.crawlers.git.archiving import write_archive
from scrapers.crawlers.git.references import (
    COMMIT,
    References,
    head_of,
    references_of,
)
from scrapers.crawlers.git.trees import Checkout, GitTree

__all__ = [
    "COMMIT",
    "Checkout",
    "GitTree",
    "References",
    "head_of",
    "references_of",
    "write_archive",
]
