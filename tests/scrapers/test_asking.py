"""What is asked over HTTP, and what is made of any answer a host can think of."""

import gzip
import logging
import ssl
import subprocess
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.http import (
    LONGEST_WAIT,
    SHORT_WAIT,
    Gone,
    Refused,
    Throttled,
    Unreachable,
    ask,
    session,
)
from tests.scrapers.wire_server import WireServer, answer

LIMIT_BYTES = 100_000
SOON = timedelta(seconds=30)
# What can stand in a header at all.
WORDS = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")


@pytest.fixture(scope="module")
def one_host():
    with WireServer() as made:
        yield made


@pytest.fixture
def host(one_host):
    one_host.forget()
    return one_host


@pytest.fixture
def elsewhere():
    with WireServer() as made:
        yield made


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of nobody, for 127.0.0.1, with its key in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    made, key = folder / "made.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=ada",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_text(made.read_text() + key.read_text())
    return made


@pytest.fixture
def tls_host(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with WireServer(context) as made:
        yield made


def get(url, *, timeout_s=20, **options):
    with session(timeout_s) as http:
        return ask(http, url, what="It", limit_bytes=LIMIT_BYTES, **options)


def wait_of(host, status, **headers):
    """Return how long the host's answer tells us to stay away."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    host.given["/"] = answer(status, headers=headers)
    try:
        return get(host.url).wait
    except Throttled as throttled:
        return throttled.wait


def test_unchanged_answer_is_none_and_costs_one_request(host):
    host.given["/"] = answer(304, headers={"ETag": '"1"'})

    assert get(host.url, headers={"If-None-Match": '"1"'}) is None
    assert [one.headers["if-none-match"] for one in host.asked] == ['"1"']


def test_we_say_who_we_are(host):
    get(host.url)

    assert host.asked[0].headers["user-agent"].startswith("Songbook")


@pytest.mark.parametrize("status", [404, 410, 451])
def test_nothing_there_is_gone(host, status):
    host.given["/"] = answer(status)
    with pytest.raises(Gone):
        get(host.url)


@pytest.mark.parametrize("status", [500, 502, 504, 599])
def test_fault_of_the_host_is_unreachable(host, status):
    host.given["/"] = answer(status)
    with pytest.raises(Unreachable):
        get(host.url)


@pytest.mark.parametrize("status", [204, 206, 300, 400, 401, 403, 418])
def test_any_other_answer_is_refused(host, status):
    host.given["/"] = answer(status)
    with pytest.raises(Refused):
        get(host.url)


@pytest.mark.parametrize("status", [403, 429, 503])
def test_seconds_of_retry_after_are_waited(host, status):
    assert wait_of(host, status, Retry_After="30") == SOON


@pytest.mark.parametrize("form", [
    "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y",
])  # fmt: skip
def test_date_of_retry_after_is_waited_for_in_each_form_of_http(
    host, form, monkeypatch
):
    # A date without a zone must not be taken for one of this machine's zone.
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        at = datetime.now(UTC) + timedelta(minutes=10)
        wait = wait_of(host, 429, Retry_After=at.strftime(form))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)


@pytest.mark.parametrize("said", [
    "0", "-5", "nan", "inf", "1e9", "1_0", "soon", "", "\u0663".encode().decode("latin-1"),
    "Sun, 06 Nov 1994 08:49:37 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "0" * 400, "9" * 400,
    "Sun, 06 Nov 1994 99:99:99 GMT",
])  # fmt: skip
def test_wait_that_is_over_or_makes_no_sense_is_a_short_one(host, said):
    assert wait_of(host, 429, Retry_After=said) == SHORT_WAIT


@pytest.mark.parametrize(
    "said", ["999999999", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_wait_beyond_all_measure_is_cut(host, said):
    assert wait_of(host, 503, Retry_After=said) == LONGEST_WAIT


@given(st.text(WORDS, max_size=60))
def test_no_word_in_retry_after_is_a_failure_of_ours(one_host, said):
    wait = wait_of(one_host, 429, Retry_After=said)
    assert timedelta(0) < wait <= LONGEST_WAIT


def test_retry_after_beside_content_does_not_count(host):
    assert wait_of(host, 200, Retry_After="3600") is None


def test_busy_host_that_names_no_time_is_left_alone_for_a_minute(host):
    assert wait_of(host, 429) == SHORT_WAIT


@pytest.mark.parametrize("status", [200, 403, 429])
@pytest.mark.parametrize("prefix", ["X-RateLimit", "RateLimit", "x-ratelimit"])
def test_last_request_of_a_window_ends_the_round(host, status, prefix):
    reset = str(int(time.time()) + 600)
    headers = {f"{prefix}-Remaining": "0", f"{prefix}-Reset": reset}

    assert (
        timedelta(minutes=9) < wait_of(host, status, **headers) <= timedelta(minutes=10)
    )


def test_reset_may_be_in_seconds_from_now(host):
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": "30"}

    assert wait_of(host, 200, **headers) == SOON


@pytest.mark.parametrize("reset", ["", "0", "1000000001", "tomorrow"])
def test_reset_that_is_over_or_makes_no_sense_is_a_short_wait(host, reset):
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}

    assert wait_of(host, 200, **headers) == SHORT_WAIT


def test_window_with_requests_left_is_no_wait(host):
    headers = {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "9999999999"}

    assert wait_of(host, 200, **headers) is None


def test_either_of_two_windows_can_be_used_up(host):
    headers = {
        "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "5",
        "RateLimit-Remaining": "0", "RateLimit-Reset": "30",
    }  # fmt: skip

    assert wait_of(host, 200, **headers) == SOON


@pytest.mark.parametrize("size", [LIMIT_BYTES, LIMIT_BYTES + 1])
def test_content_up_to_the_limit_is_taken(host, size):
    host.given["/"] = answer(body=b"x" * size)
    if size <= LIMIT_BYTES:
        assert len(get(host.url).content) == size
        return
    with pytest.raises(Refused, match="more than 100,000 bytes"):
        get(host.url)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_limit_is_of_unpacked_bytes_and_nothing_beyond_is_held(host, encoding):
    pack = zlib.compress if encoding == "deflate" else gzip.compress
    bomb = pack(b"\0" * 50_000_000)
    bomb = pack(bomb) if "," in encoding else bomb
    host.given["/"] = answer(body=bomb, headers={"Content-Encoding": encoding})
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="more than"):
            get(host.url)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_bomb_in_a_redirect_is_not_unpacked(host):
    bomb = gzip.compress(b"\0" * 50_000_000)
    headers = {"Location": "/there", "Content-Encoding": "gzip"}
    host.given["/"] = answer(302, body=bomb, headers=headers)
    tracemalloc.start()
    try:
        assert get(host.url).url.endswith("/there")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_connection_is_kept_after_a_redirect(elsewhere):
    moved = answer(301, body=b"It moved.", headers={"Location": "/there"})
    elsewhere.given["/"] = moved
    get(elsewhere.url)

    assert (len(elsewhere.asked), elsewhere.connections) == (2, 1)


@pytest.mark.parametrize(("statuses", "is_for_good"), [
    ([301], True), ([308, 301], True), ([302], False), ([301, 307], False), ([], False),
])  # fmt: skip
def test_only_permanent_redirects_move_an_address(host, statuses, is_for_good):
    for step, status in enumerate(statuses):
        path = f"/{step or ''}"
        host.given[path] = answer(status, headers={"Location": f"/{step + 1}"})
    target = f"{host.url}/{len(statuses)}" if is_for_good else ""

    assert get(host.url).moved_to == target


def test_address_that_moved_is_told_without_credentials(host):
    headers = {"Location": host.url.replace("//", "//ada:secret@") + "/there"}
    host.given["/"] = answer(301, headers=headers)
    found = get(host.url)

    assert found.moved_to == f"{host.url}/there"
    assert "secret" not in repr(found)
    assert "authorization" not in host.asked[1].headers


@pytest.mark.parametrize("start", ["/", "/a"])
def test_loop_of_redirects_is_refused_after_a_few(host, start):
    host.given["/"] = answer(302, headers={"Location": start})
    host.given["/a"] = answer(302, headers={"Location": "/"})
    with pytest.raises(Refused, match="where we don't go"):
        get(host.url)
    assert len(host.asked) <= 7


@pytest.mark.parametrize("target", [
    "ftp://127.0.0.1/x", "file:///etc/passwd", "data:text/plain,x", "//", "http://[",
    "http://a\udce4b/", "javascript:x", "https:///x", "http://127.0.0.1:99999/",
])  # fmt: skip
def test_redirect_to_no_address_of_the_web_is_refused(host, target):
    raw = target.encode("utf-8", "surrogateescape")
    host.given["/"] = (
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % raw
    )
    with pytest.raises(Refused):
        get(host.url)


def test_token_stays_with_its_host(host, elsewhere):
    host.given["/"] = answer(307, headers={"Location": f"{elsewhere.url}/there"})
    get(host.url, headers={"Authorization": "Bearer secret"})

    assert host.asked[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in elsewhere.asked[0].headers


@pytest.mark.parametrize("given", [
    answer(500), answer(403), answer(404), answer(429), b"SSH-2.0\r\n\r\n", b"",
    answer(302, headers={"Location": "http://ada:secret@["}),
    answer(302, headers={"Location": "ftp://ada:secret@127.0.0.1/"}),
])  # fmt: skip
def test_no_failure_tells_the_credentials(host, given, caplog):
    caplog.set_level(logging.DEBUG)
    host.given["/"] = given
    with pytest.raises((Unreachable, Gone, Refused)) as failed:
        get(host.url.replace("//", "//ada:secret@"))
    # Whoever logs the failure may log what it came from as well.
    told = "".join(map(str, _chain(failed.value)))

    assert "secret" not in told + caplog.text
    assert host.asked[0].headers["authorization"].startswith("Basic ")


def test_address_that_is_none_is_refused_without_its_credentials():
    with pytest.raises(Refused) as failed:
        get("http://ada:secret@[")
    assert not any("secret" in str(one) for one in _chain(failed.value))


@pytest.mark.parametrize("given", [
    [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"],
    [b"HTTP/1.1 200 OK\r\nX: ", b"x"],
    [b"H", b"T"],
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"],
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"],
    [b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 999\r\n\r\n", b"x"],
], ids=["body", "header", "status", "informational", "chunks", "redirect"])  # fmt: skip
def test_host_that_sends_a_byte_now_and_then_is_left_in_time(host, given):
    host.drip(*given)
    began = time.monotonic()
    with pytest.raises(Unreachable):
        get(host.url, timeout_s=0.5)

    assert 0.4 < time.monotonic() - began < 20


def test_limit_of_time_is_for_all_redirects_together(host):
    host.given["/"] = answer(302, headers={"Location": "/"})
    host.pause_s = 0.2
    began = time.monotonic()
    with pytest.raises(Unreachable):
        get(host.url, timeout_s=0.5)

    assert time.monotonic() - began < 20


def test_connection_that_was_kept_has_its_full_time_again(host):
    with session(3) as http:
        for _ in range(4):
            host.pause_s = 0.9
            assert ask(http, host.url, what="It", limit_bytes=99).content == b"ok"


@pytest.mark.parametrize("given", [
    b"", b"\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n",
    b"HTTP/1.1 99999 Many\r\n\r\n", b"HTTP/2.0 200\r\n\r\n"[:9], b"\x16\x03\x01\x00",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 " + b"y" * 70_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nxy",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxy",
])  # fmt: skip
def test_answer_that_is_no_http_or_is_cut_off_is_unreachable(host, given):
    host.given["/"] = given
    with pytest.raises(Unreachable):
        get(host.url)


def test_lengths_that_contradict_each_other_are_refused(host):
    lengths = b"Content-Length: 2\r\nContent-Length: 3\r\n"
    host.given["/"] = b"HTTP/1.1 200 OK\r\n" + lengths + b"\r\nok"
    with pytest.raises(Refused, match="makes no sense"):
        get(host.url)


def test_certificate_of_nobody_is_not_trusted(tls_host):
    with pytest.raises(Unreachable, match="don't trust"):
        get(tls_host.url)
    assert tls_host.asked == []


def test_certificate_of_another_name_is_not_trusted(tls_host, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert get(tls_host.url).content == b"ok"
    with pytest.raises(Unreachable, match="don't trust"):
        get(tls_host.url.replace("127.0.0.1", "localhost"))


def test_redirect_never_gives_up_tls(tls_host, host, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    tls_host.given["/"] = answer(301, headers={"Location": f"{host.url}/there"})
    with pytest.raises(Refused, match="from https to http"):
        get(tls_host.url)
    assert host.asked == []


def test_time_is_kept_over_tls_as_well(tls_host, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    tls_host.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x")
    began = time.monotonic()
    with pytest.raises(Unreachable):
        get(tls_host.url, timeout_s=0.8)

    assert time.monotonic() - began < 20


def test_host_without_tls_is_unreachable_over_it(host):
    with pytest.raises(Unreachable):
        get(host.url.replace("http:", "https:"), timeout_s=0.5)


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or (
            None if error.__suppress_context__ else error.__context__
        )
