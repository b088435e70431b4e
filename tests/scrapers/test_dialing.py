"""Which addresses are dialled, and by which lookup."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from scrapers.dialing import Forbidden, checked_addresses, is_public
from scrapers.http import Refused, Unreachable, ask, session, trust

LOOPBACK = ["127.0.0.0/8"]


@pytest.fixture(autouse=True)
def _public_hosts_alone(settings, _local_hosts):
    """Here loopback is what it is elsewhere: an address that nobody goes to."""
    settings.CRAWL_ALLOWED_NETWORKS = []


@pytest.fixture
def server():
    """A host that counts its connections and tells every request's credentials."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def setup(self):
            super().setup()
            self.server.connections += 1

        def do_GET(self):
            self.server.seen.append(self.headers.get("Authorization"))
            target = self.server.redirects.get(self.path)
            self.send_response(302 if target else 200)
            if target:
                self.send_header("Location", target)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.connections, made.seen, made.redirects = 0, [], {}
    Thread(target=made.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{made.server_port}"
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def names(monkeypatch):
    """Names that a test gives addresses, in turn; `looked_up` lists the lookups."""
    known, looked_up, real = {}, [], socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if host not in known:
            return real(host, port, *args, **kwargs)
        looked_up.append(host)
        given = known[host]
        addresses = given.pop(0) if len(given) > 1 else given[0]
        return [row for one in addresses for row in real(one, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["looked_up"] = looked_up
    return known


def get(http, url):
    return ask(http, url, what="It", limit_bytes=100)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1",  # noqa: S104  refused
        "203.0.113.80", "::", "::1", "fe80::1", "fe80::1%lo", "fec0::1", "fc00::1",
        "ff02::1", "2001:db8::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a00:1::",
        "2001:0:808:808::f5ff:fffe",
    ],
)  # fmt: skip
def test_any_other_address_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_private_host_is_refused_before_it_is_asked(server, host):
    with session(60) as http, pytest.raises(Refused, match="is not public"):
        get(http, f"http://{host}:{server.server_port}/")
    assert server.connections == 0


def test_network_of_the_operator_is_allowed(server, settings):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    with session(60) as http:
        assert get(http, server.url).content == b"ok"


def test_host_can_be_trusted_later(server):
    with session(60) as http:
        with pytest.raises(Refused):
            get(http, server.url)
        trust(http, ["127.0.0.1"])
        assert get(http, server.url).content == b"ok"


def test_name_of_a_private_address_is_refused(server, names):
    names["evil.example"] = [["127.0.0.1"]]
    with session(60) as http, pytest.raises(Refused, match=r"evil.example is at 127"):
        get(http, f"http://evil.example:{server.server_port}/")
    assert server.connections == 0


def test_name_is_looked_up_once_and_its_second_answer_is_never_used(
    server, names, settings
):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    names["evil.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    with session(60) as http:
        get(http, f"http://evil.example:{server.server_port}/")
    assert names["looked_up"] == ["evil.example"]


def test_only_the_open_ones_of_several_addresses_are_dialled(names):
    names["both.example"] = [["10.0.0.1", "8.8.8.8"]]
    found = checked_addresses("both.example", 443, trusted=(), networks=())
    assert found == ["8.8.8.8"]


def test_next_address_is_tried_when_one_is_dead(server, names, settings):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    # The server listens at 127.0.0.1 alone.
    names["two.example"] = [["127.0.0.9", "127.0.0.1"]]
    with session(60) as http:
        answer = get(http, f"http://two.example:{server.server_port}/")
    assert answer.content == b"ok"


def test_trusted_host_may_be_anywhere(names):
    names["index.example"] = [["10.0.0.1"]]
    trusted = ["Index.Example."]
    assert checked_addresses("index.example", 80, trusted=trusted, networks=()) == [
        "10.0.0.1"
    ]
    with pytest.raises(Forbidden):
        checked_addresses("index.example", 80, trusted=["example"], networks=())


@pytest.mark.parametrize("host", ["none.invalid", "a" * 70 + ".example", "a..b"])
def test_name_that_is_none_is_unreachable_or_refused(host):
    with session(60) as http, pytest.raises((Unreachable, Refused)):
        get(http, f"http://{host}/")


def test_connection_is_kept_for_the_next_request(server, settings):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    with session(60) as http:
        for _ in range(3):
            get(http, server.url)
    assert (server.connections, len(server.seen)) == (1, 3)


def test_redirect_to_a_private_address_is_refused(server, names, settings):
    settings.CRAWL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    names["inside.example"] = [["127.0.0.2"]]
    server.redirects["/"] = f"http://inside.example:{server.server_port}/secret"
    with session(60) as http, pytest.raises(Refused, match=r"inside.example is at"):
        get(http, server.url)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "target", ["ftp://8.8.8.8/x", "file:///etc/passwd", "gopher://8.8.8.8/", "http://["]
)
def test_redirect_to_another_scheme_is_refused(server, settings, target):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    server.redirects["/"] = target
    with session(60) as http, pytest.raises(Refused, match="where we don't go"):
        get(http, server.url)


def test_endless_redirect_is_refused(server, settings):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    server.redirects["/"] = "/"
    with session(60) as http, pytest.raises(Refused, match="where we don't go"):
        get(http, server.url)


def test_credentials_stay_with_their_host(server, names, settings):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    names["other.example"] = [["127.0.0.1"]]
    server.redirects["/"] = f"http://other.example:{server.server_port}/there"
    with session(60) as http:
        get(http, server.url.replace("//", "//ada:secret@"))
    assert server.seen[0].startswith("Basic ")
    assert server.seen[1] is None


def test_credentials_of_the_machine_are_never_sent(
    server, settings, monkeypatch, tmp_path
):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.redirects["/"] = "/there"
    with session(60) as http:
        get(http, server.url)
    assert server.seen == [None, None]


def test_proxy_of_the_environment_dials(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with session(60) as http:
        assert get(http, "http://songbook.invalid/").content == b"ok"
