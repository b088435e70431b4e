"""Package indexes that the operator configured, and any other by its address.

An address that is kept or shown never holds credentials: they are put in where a request
is made, and only towards the index that they were configured for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urlsplit

from packaging.utils import canonicalize_name
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from scrapers.http import Refused

if TYPE_CHECKING:
    from django.conf import LazySettings

USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageIndex:
    """One index: its Simple API address, and what is known only of a configured one.

    `login` is `user:password` as it stands in an address, or empty.
    """

    address: str
    login: str = ""
    is_configured: bool = False

    def __repr__(self) -> str:
        """Return the index without its login: this may end in a log."""
        return f"PackageIndex({self.address!r})"

    @property
    def trusted(self) -> set[str]:
        """Return the hosts that may have a private address: its own, if configured."""
        host = urlsplit(self.address).hostname
        return {host} if self.is_configured and host else set()

    def page(self, name: str) -> str:
        """Return the address of a project's page."""
        return f"{self.address}{name}/"

    def signed(self, url: str) -> str:
        """Return `url` as it is asked: with the login where it is on this index's host."""
        parts = urlsplit(url)
        if not self.login or _origin(parts) != _origin(urlsplit(self.address)):
            return url
        return parts._replace(netloc=f"{self.login}@{_host(parts)}").geturl()


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """The default index, where a project's address is its bare name, and the others."""

    default: PackageIndex
    others: tuple[PackageIndex, ...] = ()

    @classmethod
    def of(cls, default_url: str, urls: Iterable[str] = ()) -> Self:
        """Return the indexes at these addresses; an empty default means PyPI's own."""
        return cls(
            default=_configured(default_url or PYPI_SIMPLE_ENDPOINT),
            others=tuple(_configured(url) for url in urls),
        )

    @classmethod
    def configured(cls, settings: "LazySettings") -> Self:
        """Return the indexes that the settings name."""
        return cls.of(settings.PACKAGE_INDEX_URL, settings.PACKAGE_INDEXES)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the other indexes' addresses, without credentials."""
        return tuple(index.address for index in self.others)

    def at(self, address: str) -> PackageIndex:
        """Return the index at a Simple API address; empty means the default one.

        One that is not configured has no login and no trust. Raises Refused for no
        address.
        """
        if not address:
            return self.default
        plain = _plain(address)
        known = (one for one in (self.default, *self.others) if one.address == plain)
        return next(known, PackageIndex(address=plain))

    def project(self, address: str) -> tuple[PackageIndex, str]:
        """Return the index and the name of a project: a bare name or its page's address."""
        if "://" not in address:
            return self.default, normalised(address)
        base, _, name = _plain(address).rstrip("/").rpartition("/")
        return self.at(base), normalised(name)

    def place(self, index: PackageIndex, name: str) -> str:
        """Return the address that `project` takes for a project on an index."""
        return name if index == self.default else index.page(name)


def normalised(name: str) -> str:
    """Return a project's name as indexes compare names. Source: PyPA name normalisation."""
    return str(canonicalize_name(name))


def _configured(url: str) -> PackageIndex:
    login = _split(url).netloc.rpartition("@")[0]
    return PackageIndex(address=_plain(url), login=login, is_configured=True)


def _plain(address: str) -> str:
    """Return an address as addresses are compared: no credentials, a slash at its end."""
    parts = _split(address)
    path = parts.path.rstrip("/") + "/"
    return f"{parts.scheme}://{_host(parts)}{path}"


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address.strip())
    except ValueError as error:
        raise Refused("That is no address of a package index.") from error


def _host(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(USUAL_PORTS.get(parts.scheme, "")).rstrip(".")


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, _host(parts)
