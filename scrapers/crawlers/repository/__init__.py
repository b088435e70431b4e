"""Look at one connector's Git repository: what its files say, release by release.

Nothing in it is run, built or imported.
"""

from scrapers.crawlers.repository.known import Known
from scrapers.crawlers.repository.looking import fetch_repository
from scrapers.crawlers.repository.reading import read_tree

__all__ = ["Known", "fetch_repository", "read_tree"]
