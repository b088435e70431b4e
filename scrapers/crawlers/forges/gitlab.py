"""GitLab, the public one and those that others run.

Source: GitLab REST API v4, "Retrieve a project".
"""

from urllib.parse import quote

from scrapers.crawlers.forges.access import ForgeAccess
from scrapers.crawlers.forges.facts import (
    ForgeFacts,
    fetch_entry,
    full_name_of,
    named,
    require_public,
)
from scrapers.http import Session


class GitLab:
    """Asks one GitLab about its projects."""

    # `last_activity_at` is moved once an hour at most, so a push may not show.
    tells_pushes = False

    def __init__(self, access: ForgeAccess, http: Session) -> None:
        self.host = access.host
        self._access = access
        self._http = http

    def facts_of(self, url: str, *, etag: str = "") -> ForgeFacts | None:
        """Return what GitLab says of a project, or None where it is as at `etag`.

        GitLab tells no time of the last push: `last_activity_at` moves with every comment.
        Raises Throttled, Unreachable, Gone or Refused.
        """
        name = full_name_of(url, self._access)
        what = f"The entry of {name} at {self.host}"
        headers = {"If-None-Match": etag} if etag else {}
        path = f"/projects/{quote(name, safe='')}?license=true"
        found = fetch_entry(self._http, self._access, path, what=what, headers=headers)
        if found is None:
            return None
        answer, entry = found
        require_public(entry, what)
        parent = entry.part("forked_from_project")
        return ForgeFacts(
            **named(entry, "path_with_namespace", url, self._access, what),
            is_archived=entry.is_true("archived"),
            is_fork=bool(parent.body),
            fork_of=parent.text("path_with_namespace"),
            topics=entry.topics("topics"),
            license=entry.part("license").license("key"),
            default_branch=entry.text("default_branch"),
            counters=entry.counters("star_count", "forks_count", "open_issues_count"),
            etag=answer.headers.get("ETag", "")[:200],
            wait=answer.wait,
        )
