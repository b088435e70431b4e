"""Normalise the addresses of repositories and of pages on an index.

An address is read as RFC 3986 has it, and written in one way: the host in lower case,
no user, no default port, no `.git` but where a name needs it. What hosts are known for
is applied here; what an address is for stands in `registry/places.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from registry.vocabulary import without_credentials

# The forges that compare names without regard to case, and serve everything over TLS.
FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
# Other names of a forge's host: where Git is let through port 443, and for downloads.
SAME_HOST = {"ssh.github.com": "github.com", "codeload.github.com": "github.com",
             "altssh.gitlab.com": "gitlab.com"}  # fmt: skip
# Snippets have the form of an address, but no connector's repository.
NO_REPOSITORIES = frozenset({"gist.github.com", "raw.githubusercontent.com"})
# First parts of a forge's own pages, which nobody can have as a name.
PAGES = re.compile(
    "-|about|api|apps|collections|dashboard|explore|features|groups|help|login|marketplace"
    "|orgs|search|settings|sites|snippets|sponsors|topics|trending|users"
)
FORGE_NAME = re.compile(r"[A-Za-z0-9._-]+")
DEFAULT_PORTS = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
# `git@host:owner/repo.git`, as `git clone` takes it.
SCP = re.compile(r"(?:(?P<user>[\w.-]+)@)?(?P<host>[\w.-]+):(?!//)(?P<path>[^:]+)")
ARCHIVE = re.compile(r"\.(?:zip|whl|egg|tgz|tar(?:\.[a-z0-9]+)?)$", re.IGNORECASE)
# Parts that follow a project's path on GitLab, where no project may have such a name.
ROUTES = frozenset({"-", "tree", "blob", "raw"})


@dataclass(frozen=True, slots=True)
class RepositoryAddress:
    """Where a repository is, and what its spelling asks for beside that.

    `ref` is a branch, tag or commit, and `egg` what pip calls the installed project,
    with its extras; both are "" where nothing is asked.
    """

    address: str
    ref: str = ""
    egg: str = ""


def repository_address(text: str, *, is_exact: bool) -> RepositoryAddress | None:
    """Return the one address of the repository at `text`, None where that names none.

    `is_exact` says that this is surely a Git address, so that an `@` begins a ref.
    """
    try:
        return _remote(urlsplit(_as_url(text)), is_exact=is_exact)
    except ValueError:
        # A port or an IPv6 address that is none, or bytes that are no text.
        return None


def page_address(text: str) -> str:
    """Return the address of a page on an index as indexes write it: with a last slash.

    Raises ValueError, whose words never repeat a password, for what is no such address.
    """
    if without_credentials(text) != text:
        message = "An address is public: name an index's password in the settings."
        raise ValueError(message)
    url = urlsplit(text)
    host = _host(url)
    if url.scheme.lower() not in {"https", "http"} or not host or len(url.path) < 2:
        message = f"{text!r} is no page of an index. Write https://host/simple/."
        raise ValueError(message)
    return f"{url.scheme.lower()}://{host}{_port(url)}/{_joined(_parts(url.path))}/"


def _as_url(text: str) -> str:
    """Return an address with a scheme, whatever form it came in."""
    if "://" in text:
        return text
    start = text.partition("/")[0].lower().removeprefix("www.")
    if start in FORGES:
        return f"https://{text}"
    scp = SCP.fullmatch(text)
    # Without a user, "word:path" is a Git address only at a host we know.
    if scp and (scp["user"] or scp["host"].lower() in FORGES):
        return f"ssh://{scp['host']}/{scp['path'].lstrip('/')}"
    raise ValueError(text)


def _remote(url: SplitResult, *, is_exact: bool) -> RepositoryAddress | None:
    """Return the repository at a URL. Raises ValueError for a URL that is none."""
    scheme, host = url.scheme.lower(), _host(url)
    if scheme not in DEFAULT_PORTS or not host or host in NO_REPOSITORIES:
        return None
    is_forge = host in FORGES
    path, ref = _without_ref(url.path, is_exact=is_exact or is_forge)
    parts = _parts(path)
    count = _count(host, parts)
    if not count:
        return None
    owner, name = parts[: count - 1], _without_git(parts[count - 1])
    project = [*owner, name if owner else f"{name}.git"]
    if is_forge:
        project = [part.lower() for part in project]
    seen_ref, seen_folder = _browsed(parts[count:])
    asked = dict(p.partition("=")[::2] for p in url.fragment.split("&"))
    folder = _folder(asked.get("subdirectory", "")) or seen_folder
    base = "http" if scheme == "http" and not is_forge else "https"
    address = f"{base}://{host}{_port(url)}/{_joined(project)}"
    address += f"#subdirectory={_joined(folder)}" if folder else ""
    egg = unquote(asked.get("egg", ""))
    return RepositoryAddress(address, unquote(ref) or seen_ref, egg)


def _host(url: SplitResult) -> str:
    host = (url.hostname or "").lower().rstrip(".")
    # Elsewhere www.host and host may be two machines.
    bare = host.removeprefix("www.")
    host = bare if bare in FORGES else SAME_HOST.get(host, host)
    if not re.fullmatch(r"[\w.:-]+", host):
        return ""
    return f"[{host}]" if ":" in host else host


def _port(url: SplitResult) -> str:
    """Return the port to add: that of SSH says nothing about where HTTPS answers."""
    scheme, port = url.scheme.lower(), url.port
    is_web = scheme in {"https", "http"}
    return f":{port}" if port and is_web and port != DEFAULT_PORTS[scheme] else ""


def _without_ref(path: str, *, is_exact: bool) -> tuple[str, str]:
    """Return a path and the ref behind its `@`.

    Where nothing says that this is a Git address, an `@` may be part of a name.
    """
    before, dot_git, ref = path.partition(".git@")
    if dot_git:
        return before + ".git", ref
    before, at, ref = path.rpartition("@")
    return (before, ref) if at and is_exact else (path, "")


def _parts(path: str) -> list[str]:
    """Return the decoded parts of a path. Raises ValueError for one that leads elsewhere."""
    parts = [unquote(part, errors="strict") for part in path.split("/") if part]
    for part in parts:
        if part in {".", ".."} or "/" in part or not part.isprintable():
            raise ValueError(path)
    return parts


def _joined(parts: Sequence[str]) -> str:
    return "/".join(quote(part, safe="@:+~!$'()*,=") for part in parts)


def _count(host: str, parts: list[str]) -> int:
    """Return how many parts name a project; 0 where they name none.

    At a host with one folder of repositories, only `.git` tells one from a page.
    """
    ends = (i for i, part in enumerate(parts, 1) if part.lower().endswith(".git"))
    names = [_without_git(part) for part in parts]
    count = min(next(ends, len(parts)), _route(names))
    names = names[:count]
    if host not in FORGES:
        is_project = len(names) > 1 or names != parts[:count]
        return count if is_project and all(names) else 0
    is_project = len(names) > 1 and not PAGES.fullmatch(names[0].lower())
    count = count if host == "gitlab.com" else 2
    return count if is_project and all(map(FORGE_NAME.fullmatch, names[:count])) else 0


def _route(parts: list[str]) -> int:
    """Return where a project's own pages begin: GitLab's, or Gitea's folders and archives."""
    for i, part in enumerate(parts[2:], 2):
        is_gitea = parts[i + 1 : i + 2] in (["branch"], ["tag"], ["commit"])
        is_archive = part == "archive" and any(map(ARCHIVE.search, parts[i:]))
        if part in ROUTES or (part == "src" and is_gitea) or is_archive:
            return i
    return len(parts)


def _without_git(name: str) -> str:
    return re.sub(r"(?:\.git)+$", "", name, flags=re.IGNORECASE)


def _browsed(rest: list[str]) -> tuple[str, list[str]]:
    """Return the ref and the folder that a browse or download address shows.

    A branch with a slash in its name can't be told from a folder, so its first part
    counts.
    """
    rest = rest[1:] if rest[:1] == ["-"] else rest
    match rest:
        case ["src", "branch" | "tag" | "commit", ref, *folder]:
            return ref, folder
        case ["tree" | "src", ref, *folder]:
            return ref, folder
        case ["blob" | "raw" | "commit" | "commits", ref, *_]:
            return ref, []
        case ["releases", "tag", *ref]:
            return "/".join(ref), []
        case ["archive", "refs", "tags" | "heads", *ref]:
            return ARCHIVE.sub("", "/".join(ref)), []
        case ["archive", *ref, _] if ref:
            return "/".join(ref), []
        case ["archive" | "get" | "zipball" | "tarball" | "zip" | "tar.gz", *ref]:
            return ARCHIVE.sub("", "/".join(ref)).removeprefix("refs/tags/"), []
    return "", []


def _folder(text: str) -> list[str]:
    steps = re.split("/|%2f", text, flags=re.IGNORECASE)
    return _parts("/".join(step for step in steps if step != "."))
