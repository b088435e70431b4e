"""Where a README's links lead: to the web, to its repository, or nowhere."""

import posixpath
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, urlsplit

SCHEMES = frozenset({"http", "https", "mailto"})
# Longer than any that a person reads; a definition of one may be used thousands of times.
ADDRESS_LIMIT = 1000
# How a forge shows the file of its newest commit.
PAGES = {
    "github.com": "blob/HEAD",
    "gitlab.com": "-/blob/HEAD",
    "bitbucket.org": "src/HEAD",
}
UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f]")
SAFE = "/~!$&'()*+,;=:@%-._"


@dataclass(frozen=True, slots=True)
class Links:
    """What relative links are taken against; `pages` is empty where that is not known."""

    pages: str = ""
    folder: str = ""

    @classmethod
    def within(cls, repo: str, folder: str) -> Self:
        """Return the links of a README in this folder of the repository at this address."""
        address = repo.partition("#")[0].rstrip("/").removesuffix(".git")
        parts = _split(address)
        pages = PAGES.get(parts[1].lower(), "") if parts else ""
        return cls(f"{address}/{pages}" if pages else "", folder.strip("/"))

    def absolute(self, href: str) -> str:
        """Return the address that `href` means, or "" where it may not be followed."""
        href = UNSEEN.sub("", href)
        parts = _split(href)
        if parts is None or len(href) > ADDRESS_LIMIT:
            return ""
        scheme, host, path, rest = parts
        if not scheme and not host:
            return self._in_repository(path, rest)
        if scheme == "mailto":
            return href
        # `https:path` means one thing to a browser and another to us; a user before the
        # host makes an address look like that of another.
        if not host or "@" in host or (scheme or "https") not in SCHEMES:
            return ""
        return href if scheme else f"https:{href}"

    def _in_repository(self, path: str, rest: str) -> str:
        if not self.pages or not path:
            return ""
        folder = "" if path.startswith("/") else self.folder
        here = posixpath.join("/", folder, unquote(path).lstrip("/"))
        within = posixpath.normpath(here)
        if within == "/":
            return ""
        return f"{self.pages}{quote(within, safe=SAFE)}{rest}"


def _split(href: str) -> tuple[str, str, str, str] | None:
    """Return scheme, host, path, and query with fragment; None for what has no meaning."""
    try:
        parts = urlsplit(href.replace("\\", "/"))
    except ValueError:
        return None
    rest = (f"?{parts.query}" if parts.query else "") + (
        f"#{parts.fragment}" if parts.fragment else ""
    )
    return parts.scheme.lower(), parts.netloc, parts.path, rest
