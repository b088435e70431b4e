"""What a connector's address means: for people who type one, for definitions, for rows.

Everything that names the same repository or package comes out as the same text, and two
different ones never do: a source is enrolled once, and forks stay apart. No request is
made, so a repository that was renamed still has two addresses here.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from registry.addresses import ARCHIVE, FORGES, page_address, repository_address
from registry.vocabulary import SourceKind, without_credentials

# Longer than any real one; what strangers write is not read at any length.
ADDRESS_LIMIT = 1000
NAME = r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
EXTRAS = r"\s*(?:\[(?P<extras>[^\]]*)\]\s*)?"
# Source: PyPA, dependency specifiers (PEP 508).
AT_URL = re.compile(rf"{NAME}{EXTRAS}@\s*(?P<url>\S+://\S+)")
BY_NAME = re.compile(rf"{NAME}{EXTRAS}(?=$|(?<=\s)|[<>=!~;,(])")
# Source: `pip install --help`. Before what it installs, as everybody writes it.
BY_INDEX = re.compile(r"(?:--index-url|-i)(?:=|\s+)(?P<index>\S+)\s+(?P<rest>[^\s-].*)")
EGG_EXTRAS = re.compile(r"\[(?P<extras>.*)\]")
QUOTES = "'\""
PREFIXES = {SourceKind.PACKAGE: "pypi:", SourceKind.INDEX: "index:",
            SourceKind.DEFINITIONS: "definitions:"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One address as all its spellings come out, and what was asked of it.

    `ref` and `extras` say which commit and which extras somebody wants installed; they
    are no part of where it is, so two places may be one source.
    """

    kind: SourceKind
    address: str
    ref: str = ""
    extras: tuple[str, ...] = ()


def repository_place(text: str) -> Place | None:
    """Return the repository that `text` names in any of the ways people write one.

    The address is `https://host/owner/repo`, with `#subdirectory=path` where one is
    given; folders and `file://` stay as they are. None for what names no repository.
    """
    text = text.strip()
    extras: tuple[str, ...] = ()
    if named := AT_URL.match(text):
        text, extras = named["url"], _extras(named["extras"])
    is_pip = text.startswith("git+")
    text = text.removeprefix("git+")
    # A folder's name may have spaces; an address on another host has none.
    is_text = text.isprintable() and (is_local(text) or not re.search(r"\s", text))
    if not is_text or not 0 < len(text) <= ADDRESS_LIMIT:
        return None
    if is_local(text):
        return Place(SourceKind.REPOSITORY, text, extras=extras)
    found = repository_address(text, is_exact=is_pip)
    if found is None:
        return None
    if named := EGG_EXTRAS.search(found.egg):
        extras = extras or _extras(named["extras"])
    return Place(SourceKind.REPOSITORY, found.address, found.ref, extras)


def requirement_place(pip_url: str) -> Place | None:
    """Return what a pip requirement installs, or None for a file, a folder or an option.

    Of several, separated by spaces, the first: the plugin itself stands before what it
    needs. Source: meltano-hub-v1, `pip_url`.
    """
    text = pip_url.strip()
    if elsewhere := BY_INDEX.fullmatch(text):
        return _on_index(elsewhere["index"], requirement_place(elsewhere["rest"]))
    if named := AT_URL.match(text):
        found = _installed_from(named["url"])
        return found and replace(found, extras=_extras(named["extras"]))
    if named := BY_NAME.match(text):
        if ARCHIVE.search(named["name"]):
            return None
        name = str(canonicalize_name(named["name"]))
        return Place(SourceKind.PACKAGE, name, extras=_extras(named["extras"]))
    return _installed_from(text.split(maxsplit=1)[0]) if text else None


def is_local(address: str) -> bool:
    """Say whether an address is a folder on this machine."""
    return address.startswith(("/", "file://"))


def written(place: Place) -> str:
    """Return a place as it stands in rows and commands; `ref` and `extras` are left out."""
    return PREFIXES.get(place.kind, "") + place.address


def parse(text: str) -> Place:
    """Return the place that `written` wrote, or that a person did.

    Raises ValueError with what to write instead.
    """
    text = text.strip()
    prefix, colon, rest = text.partition(":")
    if colon and prefix == "pypi":
        return Place(SourceKind.PACKAGE, _package_address(rest))
    if colon and prefix == "index":
        return Place(SourceKind.INDEX, page_address(rest) if rest else "")
    is_list = bool(colon) and prefix == "definitions"
    found = repository_place(rest if is_list else text)
    if found is None:
        message = (
            f"{without_credentials(text)!r} names no place. Write a Git address "
            "(https://host/owner/repo), an absolute path, pypi:NAME, index: or "
            "definitions:ADDRESS."
        )
        raise ValueError(message)
    return Place(SourceKind.DEFINITIONS, found.address) if is_list else found


def host_of(place: Place) -> str:
    """Return whom a request for `place` disturbs: "host" or "host:port".

    "local" for folders, and "" for what the default index has: its name is a setting.
    """
    if is_local(place.address):
        return "local"
    if "://" not in place.address:
        return ""
    return urlsplit(place.address).netloc.rpartition("@")[2].lower()


def _extras(text: str | None) -> tuple[str, ...]:
    names = (part.strip() for part in (text or "").split(","))
    return tuple(sorted({str(canonicalize_name(name)) for name in names if name}))


def _on_index(index: str, found: Place | None) -> Place | None:
    """Return a package's place on the index that a requirement names before it."""
    if found is None or found.kind is not SourceKind.PACKAGE:
        return found
    try:
        page = page_address(f"{index.strip(QUOTES).rstrip('/')}/{found.address}/")
    except ValueError:
        # A path, or an address with credentials, which nobody else may use.
        return None
    return replace(found, address=page)


def _installed_from(url: str) -> Place | None:
    """Return the repository that pip gets a direct reference from."""
    if url.startswith((".", "-", "/", "file:")):
        return None
    found = repository_place(url)
    if found is None or url.startswith("git+"):
        return found
    path = re.split("[?#]", url)[0]
    # An archive of a commit comes from the repository; an uploaded file need not.
    is_uploaded = ARCHIVE.search(path) and not found.ref
    is_git = ".git" in path or found.ref or host_of(found) in FORGES
    return found if is_git and not is_uploaded else None


def _package_address(text: str) -> str:
    if "://" in text:
        base, _, name = page_address(text).rstrip("/").rpartition("/")
        return f"{base}/{canonicalize_name(name)}/"
    if not re.fullmatch(NAME, text):
        message = f"{text!r} is no package name: letters, digits, '-', '_' and '.'."
        raise ValueError(message)
    return str(canonicalize_name(text))
