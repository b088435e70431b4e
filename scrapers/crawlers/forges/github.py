"""GitHub, and GitHub Enterprise Server, which speaks the same API.

Source: GitHub REST API, version 2022-11-28, "Get a repository".
"""

from scrapers.crawlers.forges.access import ForgeAccess
from scrapers.crawlers.forges.facts import (
    ForgeFacts,
    fetch_entry,
    full_name_of,
    named,
    require_public,
)
from scrapers.http import Session

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
}


class GitHub:
    """Asks one GitHub about its repositories."""

    # Every push moves `pushed_at`, and with it the entry's ETag.
    tells_pushes = True

    def __init__(self, access: ForgeAccess, http: Session) -> None:
        self.host = access.host
        self._access = access
        self._http = http

    def facts_of(self, url: str, *, etag: str = "") -> ForgeFacts | None:
        """Return what GitHub says of a repository, or None where it is as at `etag`.

        A renamed repository is redirected to its number. Raises Throttled, Unreachable,
        Gone or Refused.
        """
        name = full_name_of(url, self._access)
        what = f"The entry of {name} at {self.host}"
        headers = HEADERS | ({"If-None-Match": etag} if etag else {})
        path = f"/repos/{name}"
        found = fetch_entry(self._http, self._access, path, what=what, headers=headers)
        if found is None:
            return None
        answer, entry = found
        require_public(entry, what)
        return ForgeFacts(
            **named(entry, "full_name", url, self._access, what),
            is_archived=entry.is_true("archived"),
            is_fork=entry.is_true("fork"),
            fork_of=entry.part("parent").text("full_name"),
            topics=entry.topics("topics"),
            license=entry.part("license").license("spdx_id"),
            default_branch=entry.text("default_branch"),
            pushed_at=entry.moment("pushed_at"),
            counters=entry.counters(
                "stargazers_count", "forks_count", "open_issues_count"
            ),
            etag=answer.headers.get("ETag", "")[:200],
            wait=answer.wait,
        )
