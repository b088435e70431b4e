"""What a `pip_url` installs: a package or a repository, and what is asked beside it. Pure.

Nothing is tried as somebody wrote it. Requirements are read here, one by one, and written
anew: a name, extras, versions. What an installer would obey or fill in is refused, and so
is what would be taken from an address that nobody has looked at.
"""

import re
from dataclasses import dataclass, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from registry.places import BY_INDEX, QUOTES, Place, requirement_place
from registry.vocabulary import SourceKind

# As long as a source's address may be.
ADDRESS_LIMIT = 500
EXTRAS = re.compile(r"(?P<address>.+?)(?:\[(?P<extras>[a-z0-9,-]+)\])?")
# As requirements beside the connector are written here, and in no other way.
PLAIN = re.compile(
    r"[a-z0-9][a-z0-9-]*(\[[a-z0-9,-]+\])?([<>=!~][\w.*+!<>=~,-]*)?", re.ASCII
)
# A commit, a tag or a branch, as long as tickets take one.
REVISION = re.compile(r"[A-Za-z0-9][\w./+@-]{0,63}", re.ASCII)
# Of several, the connector is what is called so. Source: the Singer ecosystem's names.
CONNECTOR = re.compile(r"(?:^|[-_/])(?:tap|target)[-_]")


class RefusedRequirement(ValueError):
    """Why nothing is tried of what is asked for: the end of a sentence, with its stop."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is installed from `place`, and the requirements that are installed beside it.

    The place says which extras and which revision; its releases decide what is installed.
    """

    place: Place
    beside: tuple[str, ...] = ()

    @property
    def tried(self) -> Place:
        """Return where runs of it are kept: at its place, if that alone is installed."""
        if not (self.beside or self.place.extras):
            return self.place
        address = " ".join((self.own, *self.beside))
        return replace(self.place, kind=SourceKind.INSTALLATION, address=address)

    @property
    def own(self) -> str:
        """Return its address with the extras that are asked of it, as pip writes these."""
        extras = self.place.extras
        return self.place.address + (f"[{','.join(extras)}]" if extras else "")


def installation_of(pip_url: str) -> Installation:
    """Return what a requirement, or several, install. Raises RefusedRequirement.

    The first is what decides the release: what it needs stands behind it. Source: the
    curated definitions; Meltano reads them as words of a shell, of which a variable or a
    quotation is none here.
    """
    elsewhere = BY_INDEX.fullmatch(pip_url.strip())
    text = (elsewhere["rest"] if elsewhere else pip_url).strip()
    first, beside = asked_together(text)
    place = requirement_place(pip_url if elsewhere else first)
    if place is None:
        raise RefusedRequirement("what it installs is no package and no repository.")
    if place.ref and (".." in place.ref or not REVISION.fullmatch(place.ref)):
        raise RefusedRequirement("what it names of its repository is nothing in Git.")
    found = Installation(place, beside)
    if len(found.tried.address) > ADDRESS_LIMIT:
        raise RefusedRequirement("it installs too many packages at once.")
    if elsewhere and found.tried.kind is SourceKind.INSTALLATION:
        raise RefusedRequirement("only packages of the default index are tried.")
    return found


def installation_at(kind: str, address: str) -> Installation:
    """Return what is installed of a source: of any but an installation, that alone.

    Raises ValueError for an installation that was not written by `Installation.tried`.
    """
    if kind != SourceKind.INSTALLATION:
        return Installation(Place(SourceKind(kind), address))
    own, *beside = address.split(" ")
    found = EXTRAS.fullmatch(own)
    if found is None or not all(map(PLAIN.fullmatch, beside)):
        message = f"{address!r} is no installation."
        raise ValueError(message)
    is_place = own.startswith("/") or "://" in own
    kind = SourceKind.REPOSITORY if is_place else SourceKind.PACKAGE
    extras = tuple(found["extras"].split(",")) if found["extras"] else ()
    return Installation(Place(kind, found["address"], extras=extras), tuple(beside))


def installation_tried(pip_url: str) -> Installation | None:
    """Return what a requirement, or several, install; None where it is not to be tried."""
    try:
        return installation_of(pip_url) if pip_url else None
    except RefusedRequirement:
        return None


def why_refused(pip_url: str) -> str:
    """Return why nothing is tried of what is asked for; nothing where it is, or is nothing."""
    try:
        installation_of(pip_url or "none")
    except RefusedRequirement as refused:
        return str(refused)
    return ""


def asked_together(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the first of several requirements as it is, and the others in one spelling.

    Raises RefusedRequirement.
    """
    first, others = _separated(text.strip())
    return first, tuple(sorted({_written(one) for one in others}))


def _separated(text: str) -> tuple[str, list[str]]:
    """Return the first of the requirements, and the others, as they are written."""
    words = text.split()
    if "$" in text:
        raise RefusedRequirement(
            "it names a variable, which is filled in where it is installed."
        )
    if option := next((word for word in words if word.startswith("-")), ""):
        option = option.partition("=")[0]
        raise RefusedRequirement(
            f"it gives the installer an option, `{option}`, and none is passed on."
        )
    try:
        alone = Requirement(text)
    except InvalidRequirement:
        pass
    else:
        _demand_unconditional(alone)
        return text, []
    if set(QUOTES).intersection(text):
        raise RefusedRequirement("what it installs is quoted, as for a shell.")
    named = 3 if words[1:2] == ["@"] else 1
    first, others = " ".join(words[:named]), words[named:]
    if not CONNECTOR.search(first) and any(map(CONNECTOR.search, others)):
        raise RefusedRequirement(
            "the connector is not the first of what it installs: another one's release "
            "would be tried in its place."
        )
    return first, others


def _written(text: str) -> str:
    """Return a requirement beside the connector in one spelling. Raises RefusedRequirement."""
    try:
        read = Requirement(text)
    except InvalidRequirement as error:
        if "://" in text:
            raise _elsewhere() from error
        raise RefusedRequirement(
            f"`{text[:80]}` is no name of a package with versions."
        ) from error
    _demand_unconditional(read)
    if read.url:
        raise _elsewhere()
    extras = sorted(str(canonicalize_name(one)) for one in read.extras)
    said = f"[{','.join(extras)}]" if extras else ""
    written = f"{canonicalize_name(read.name)}{said}{read.specifier}"
    if not PLAIN.fullmatch(written):
        raise RefusedRequirement(f"`{text[:80]}` has no version that packages have.")
    return written


def _demand_unconditional(read: Requirement) -> None:
    if read.marker:
        raise RefusedRequirement(
            f"{read.name} is asked for under a condition, which is true of some "
            "machines alone."
        )


def _elsewhere() -> RefusedRequirement:
    return RefusedRequirement(
        "it installs something from an address beside the connector, and only "
        "packages of the default index are installed with one."
    )
