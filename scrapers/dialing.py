"""Connections to public addresses only, checked when they are made.

A name is looked up once, every address it has is judged, and the connection goes to one
that was: a name that answers differently the second time gains nothing. Each redirect is
a new connection and is judged again. TLS still goes by the name: only the address that is
dialled is ours.

A request has one deadline, from the lookup to the last byte behind its last redirect.
Only the system's resolver keeps its own time.

Where the environment names a proxy, the proxy dials, and what it may reach is its matter.
"""

import io
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, ClassVar

from requests import PreparedRequest, ReadTimeout, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.util.connection import create_connection
from urllib3.util.timeout import Timeout

from scrapers.deadlines import Deadline, TimedResponse

# Global unicast is all that is assigned of IPv6.
GLOBAL_UNICAST = IPv6Network("2000::/3")
# Source: RFC 6052 §2.1. A network without IPv4 reaches all of it through this prefix.
NAT64 = IPv6Network("64:ff9b::/96")
# What a redirect may say beside where it leads, for its connection to be used again.
REDIRECT_LIMIT = 16_384


class Forbidden(RequestException):
    """An address that is not public, at a host that the operator did not name."""

    def __init__(self, host: str, address: str, **more: Any) -> None:
        super().__init__(f"{host} is at {address}, which is not public.", **more)
        self.host = host
        self.address = address


# As many as ask one host at once: two tries, each by eight threads, and some more.
POOL = 32


class SafeAdapter(HTTPAdapter):
    """An adapter whose requests have a time limit and go to public addresses.

    Hosts in `trusted` may be anywhere; so may every host whose address is in one of
    `networks`, written as CIDR. Many sessions share one, so neither ever changes.
    """

    def __init__(
        self,
        timeout_s: float,
        *,
        trusted: Iterable[str] = (),
        networks: Iterable[str] = (),
    ) -> None:
        self.timeout_s = timeout_s
        self._gate = Gate.of(trusted, networks)
        self.trusted = self._gate.trusted
        super().__init__(pool_maxsize=POOL)
        self.poolmanager.pool_classes_by_scheme = _pool_classes(self._gate)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        """Send by the operator's proxy, until the caller's Deadline or for our own limit.

        Raises Forbidden before anything is sent. A redirect's body is left out.
        """
        ends = timeout if isinstance(timeout, Deadline) else None
        left_s = (ends or Deadline.after(timeout or self.timeout_s)).left_s
        if left_s <= 0:
            raise ReadTimeout("The redirects took too long.", request=request)
        limit: Any = Timeout(total=left_s)
        by = proxies or get_environ_proxies(request.url or "")
        try:
            answer = super().send(request, stream, limit, verify, cert, by)
        except _BarredError as error:
            raise Forbidden(error.host, error.address, request=request) from error
        if answer.is_redirect:
            _drop_body(answer)
        return answer


def checked_addresses(
    host: str, port: int, *, trusted: Iterable[str], networks: Iterable[str]
) -> list[str]:
    """Return the addresses of a host that may be dialled, after one lookup.

    Raises Forbidden where it has others only, and OSError where it has none at all.
    """
    try:
        return Gate.of(trusted, networks).addresses(host, port)
    except _BarredError as error:
        raise Forbidden(error.host, error.address) from error


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public Internet.

    An IPv6 address that stands for an IPv4 one is judged as that.
    """
    ip = ipaddress.ip_address(address)
    return all(_is_public(one) for one in _meant(ip))


def _drop_body(answer: Response) -> None:
    """Leave a redirect without its body: requests would read and unpack all of it."""
    raw = answer.raw
    try:
        raw.read(REDIRECT_LIMIT, decode_content=False)
        # Closes what still has more to say.
        raw.close() if raw.read(1, decode_content=False) else raw.release_conn()
    except HTTPError:
        raw.close()
    answer.raw = io.BytesIO()


class _BarredError(Exception):
    """Forbidden, on its way through urllib3, which takes any OSError for a bad line."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, address)
        self.host = host
        self.address = address


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may be dialled: public addresses, named hosts, and named networks."""

    trusted: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, trusted: Iterable[str], networks: Iterable[str]) -> "Gate":
        """Return the gate for hosts and networks in words."""
        return cls(
            frozenset(_plain(host) for host in trusted),
            tuple(ipaddress.ip_network(network) for network in networks),
        )

    def addresses(self, host: str, port: int) -> list[str]:
        """Return what may be dialled for a host, in the order that the system prefers.

        Raises OSError (no such name), and _BarredError where no address may be dialled.
        """
        found = _looked_up(host, port)
        if _plain(host) in self.trusted:
            return found
        allowed = [address for address in found if self._is_open(address)]
        if not allowed:
            raise _BarredError(host, ", ".join(found))
        return allowed

    def _is_open(self, address: str) -> bool:
        ip = ipaddress.ip_address(address)
        return is_public(address) or any(ip in network for network in self.networks)


class _Dialling(HTTPConnection):
    """A connection to an address that its gate let pass."""

    gate: ClassVar[Gate]
    response_class = TimedResponse

    def _new_conn(self) -> socket.socket:
        ends = Deadline.after(self.timeout or 0)
        # `_dns_host` is the name as it was written; `host` loses its last dot.
        try:
            addresses = self.gate.addresses(self._dns_host, self.port)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        failure: OSError | None = None
        for tried, address in enumerate(addresses):
            # One that swallows everything leaves as much time to each of the others.
            limit_s = ends.share_s(len(addresses) - tried)
            try:
                return create_connection(
                    (address, self.port),
                    limit_s,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            message = f"{self.host} did not answer in {self.timeout} s."
            raise ConnectTimeoutError(self, message) from failure
        raise NewConnectionError(self, f"{self.host}: {failure}") from failure


def _pool_classes(gate: Gate) -> dict[str, Any]:
    """Return pools whose connections go through `gate`.

    The classes are made for each gate: urllib3 passes nothing of ours to a connection.
    """

    class Plain(_Dialling):
        pass

    class Secure(_Dialling, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    Plain.gate = Secure.gate = gate
    return {"http": PlainPool, "https": SecurePool}


def _looked_up(host: str, port: int) -> list[str]:
    """Return every address of a host, once each. Raises socket.gaierror."""
    try:
        rows = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        # A label that is empty or too long never reaches the resolver.
        raise socket.gaierror(socket.EAI_NONAME, "no possible name") from error
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _plain(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _meant(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return the addresses that a packet to `ip` may come to."""
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.teredo is not None:
        return list(ip.teredo)
    if ip in NAT64:
        return [IPv4Address(ip.packed[-4:])]
    return [ip.ipv4_mapped or ip.sixtofour or ip]


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip not in GLOBAL_UNICAST:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)
