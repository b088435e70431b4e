"""Look at package indexes that speak the Simple API (PyPI by default).

A package is looked at on its own page (`packages`), and an index's list of projects tells
which packages there are (`finding`).
Source: the PyPA specifications of the simple repository API and of core metadata.
"""

from scrapers.crawlers.index.finding import find_packages
from scrapers.crawlers.index.known import Indexes, normalised
from scrapers.crawlers.index.packages import fetch_package

__all__ = ["Indexes", "fetch_package", "find_packages", "normalised"]
