"""The published documents, asked through the WSGI door."""

import gzip
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.api.negotiation import accepts_gzip
from registry.api.published import PublishedDocuments, Shelf

INDEX = "/meltano/api/v1/plugins/extractors/index"
TAP = "/meltano/api/v1/plugins/extractors/tap-csv--meltanolabs"


@dataclass(frozen=True)
class Answer:
    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status.split()[0])


def ask(application, path, *, method="GET", query="", **headers) -> Answer:
    """Send a request; headers are named as in Python, `If_None_Match`."""
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "QUERY_STRING": query}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    setup_testing_defaults(environ)
    started = []
    body = b"".join(application(environ, lambda *given: started.append(given)))
    [(status, given)] = started
    assert len({name for name, _ in given}) == len(given)
    return Answer(status, dict(given), body)


def behind(environ, start_response):
    """Answer as Django would, and say what path arrived."""
    start_response("200 OK", [("X-Path", environ["PATH_INFO"])])
    return [b"django"]


def publish(root: Path, path: str, body: bytes, *, at: float = 1_700_000_000) -> None:
    """Replace a document as the mirror does: each form atomically, the serial apart."""
    file = root / "documents" / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, content in (
        (file.name, body),
        (f"{file.name}.gz", gzip.compress(body, mtime=0)),
    ):
        temporary = file.with_name(f".{name}.tmp")
        temporary.write_bytes(content)
        os.utime(temporary, (at, at))
        temporary.replace(file.with_name(name))


def flip(root: Path, serial: int) -> None:
    temporary = root / ".serial.tmp"
    temporary.write_text(str(serial))
    temporary.replace(root / "serial")


def etag_of(body: bytes, *, suffix: str = "") -> str:
    return f'"{sha256(body).hexdigest()[:32]}{suffix}"'


INDEX_BODY = json.dumps({"tap-csv": {"logo_url": None}}).encode() * 500
TAP_BODY = json.dumps({"name": "tap-csv", "namespace": "tap_csv"}).encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "published"
    publish(root, INDEX, INDEX_BODY)
    publish(root, TAP, TAP_BODY)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "secret.gz").write_bytes(gzip.compress(b"secret"))
    flip(root, 1)
    return root


@pytest.fixture
def site(root: Path) -> PublishedDocuments:
    # No wait between looks at the serial, so that tests need none either.
    return PublishedDocuments(behind, root=root, serial_life_s=0)


def test_gzip_is_sent_to_those_who_take_it(site):
    answer = ask(site, INDEX, Accept_Encoding="gzip, deflate")
    assert answer.code == 200
    assert gzip.decompress(answer.body) == INDEX_BODY
    assert answer.headers == {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        "Content-Length": str(len(answer.body)),
        "ETag": etag_of(INDEX_BODY, suffix="-gzip"),
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=60, stale-while-revalidate=600",
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Last-Modified": "Tue, 14 Nov 2023 22:13:20 GMT",
    }


def test_the_plain_body_is_sent_to_all_others(site):
    answer = ask(site, INDEX)
    assert answer.body == INDEX_BODY
    assert answer.headers["ETag"] == etag_of(INDEX_BODY)
    assert answer.headers["Content-Length"] == str(len(INDEX_BODY))
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "is_gzip"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0.001", True),
        ("", False),
        ("identity", False),
        ("br, notgzip", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
    ],
)
def test_the_weights_of_accept_encoding_are_read(site, accepted, is_gzip):
    answer = ask(site, INDEX, Accept_Encoding=accepted)
    assert ("Content-Encoding" in answer.headers) is is_gzip


def test_head_has_the_headers_of_get_and_no_body(site):
    got = ask(site, TAP, Accept_Encoding="gzip")
    head = ask(site, TAP, method="HEAD", Accept_Encoding="gzip")
    assert head == Answer("200 OK", got.headers, b"")


TAG = etag_of(TAP_BODY)


@pytest.mark.parametrize(
    "known", [TAG, f"W/{TAG}", "*", f'"other", {TAG}', f'W/"a",W/{TAG} , "b"']
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_304_when_the_client_has_it(site, known, method):
    answer = ask(site, TAP, method=method, If_None_Match=known)
    assert (answer.code, answer.body) == (304, b"")
    assert answer.headers == {
        "ETag": TAG,
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=60, stale-while-revalidate=600",
        "Access-Control-Allow-Origin": "*",
    }


@pytest.mark.parametrize(
    "known", ["", '"other"', TAG.strip('"'), etag_of(TAP_BODY, suffix="-gzip")]
)
def test_200_when_the_client_has_another_form_or_none(site, known):
    assert ask(site, TAP, If_None_Match=known).code == 200


def test_the_tag_of_the_gzip_form_is_its_own(site):
    tag = etag_of(TAP_BODY, suffix="-gzip")
    assert ask(site, TAP, If_None_Match=tag, Accept_Encoding="gzip").code == 304
    assert ask(site, TAP, If_None_Match=TAG, Accept_Encoding="gzip").code == 200


def test_headers_may_be_changed_by_the_server(site):
    def spoil(_status, headers):
        headers.append(("Date", "now"))

    environ = {"PATH_INFO": TAP, "REQUEST_METHOD": "GET"}
    site(environ, spoil).append(b"more")
    site({**environ, "HTTP_IF_NONE_MATCH": TAG}, spoil)
    site({**environ, "REQUEST_METHOD": "OPTIONS"}, spoil)
    assert ask(site, TAP).body == TAP_BODY
    for answer in (
        ask(site, TAP),
        ask(site, TAP, If_None_Match=TAG),
        ask(site, TAP, method="OPTIONS"),
    ):
        assert "Date" not in answer.headers


def test_preflight_allows_the_headers_clients_send(site):
    answer = ask(
        site, TAP, method="OPTIONS", Origin="null", Access_Control_Request_Method="GET"
    )
    assert (answer.code, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    allowed = answer.headers["Access-Control-Allow-Headers"]
    assert {"Authorization", "If-None-Match"} <= set(allowed.split(", "))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", [TAP, "/meltano/api/v1/nothing"])
def test_other_methods_are_refused(site, method, path):
    answer = ask(site, path, method=method)
    assert answer.code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert json.loads(answer.body)["message"]


@pytest.mark.parametrize(
    "path",
    [
        f"/{TAP}",
        TAP.replace("/v1/", "/v1//"),
        TAP.replace("/", "///"),
        TAP.replace("tap", "/tap"),
    ],
)
def test_doubled_slashes_are_one(site, path):
    for _ in range(2):
        assert ask(site, path).body == TAP_BODY


def test_who_asks_makes_no_difference(site):
    answer = ask(
        site,
        TAP,
        query="project_id=1",
        Authorization="Bearer unknown",
        User_Agent="Meltano/1.105.0",
        Cookie="sessionid=x",
    )
    assert answer == ask(site, TAP)


def test_what_is_not_published_is_not_found(site):
    for path in (f"{TAP}x", "/meltano/api/v1/", f"{TAP}/", f"{TAP}/x"):
        answer = ask(site, path)
        assert answer.code == 404
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "public, max-age=10"
        assert answer.headers["Content-Length"] == str(len(answer.body))
        assert json.loads(answer.body)["message"]
        assert ask(site, path, method="HEAD") == Answer(
            answer.status, answer.headers, b""
        )


@pytest.mark.parametrize(
    "path", ["/", "", "/meltano/api/v1", "/plugins", "/x/meltano/api/v1/plugins/index"]
)
def test_everything_else_reaches_the_application_as_it_came(site, path):
    for asked in (path, path.replace("/", "//")):
        answer = ask(site, asked)
        assert (answer.body, answer.headers["X-Path"]) == (b"django", asked)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "plugins/../../../../../secret",
        "%2e%2e/secret",
        "plugins\\..\\secret",
        "plugins/extractors/index.gz",
        "plugins/extractors/.index.tmp",
        "plugins/extractors/.hidden",
        "plugins/extractors/index\0",
        "plugins/extractors/index\n",
        "plugins/extractors/" + "x" * 5000,
        "x/" * 3000 + "x",
        "plugins/extractors/\xe9",
        "plugins/extractors/\ud800",
    ],
)
def test_paths_that_lead_elsewhere_are_not_found(site, root, name):
    publish(root, "/meltano/api/v1/plugins/extractors/.hidden", b"{}")
    assert ask(site, f"/meltano/api/v1/{name}").code == 404


def test_before_the_first_serial_clients_are_asked_to_come_back(tmp_path):
    site = PublishedDocuments(behind, root=tmp_path / "none", serial_life_s=0)
    answer = ask(site, INDEX)
    assert answer.code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.body)["message"]
    publish(tmp_path / "none", INDEX, INDEX_BODY)
    assert ask(site, INDEX).code == 200
    assert ask(site, TAP).code == 503
    flip(tmp_path / "none", 1)
    assert ask(site, TAP).code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", gzip.compress(b"x" * 999, mtime=0)[:-9]],
    ids=["empty", "no gzip", "cut short"],
)
def test_a_damaged_file_is_logged_and_clients_come_back(site, root, content, caplog):
    file = root / "documents" / f"{TAP[1:]}.gz"
    file.write_bytes(content)
    answer = ask(site, TAP)
    assert (answer.code, answer.headers["Retry-After"]) == (503, "1")
    assert TAP in caplog.text
    publish(root, TAP, TAP_BODY)
    assert ask(site, TAP).code == 200


def test_a_loaded_document_is_not_read_again_under_the_same_serial(site, root):
    ask(site, TAP)
    (root / "documents" / f"{TAP[1:]}.gz").unlink()
    assert ask(site, TAP).body == TAP_BODY


def test_the_next_request_after_a_flip_sees_what_changed(site, root):
    ask(site, TAP)
    ask(site, INDEX)
    publish(root, TAP, b'{"name": "new"}')
    (root / "documents" / f"{INDEX[1:]}.gz").unlink()
    flip(root, 2)
    assert ask(site, TAP).body == b'{"name": "new"}'
    assert ask(site, TAP).headers["ETag"] == etag_of(b'{"name": "new"}')
    assert ask(site, INDEX).code == 404


def test_the_flip_is_seen_in_time_without_a_look_in_each_request(root):
    site = PublishedDocuments(behind, root=root)
    ask(site, TAP)
    publish(root, TAP, b"{}")
    flip(root, 2)
    threading.Event().wait(0.01)
    assert ask(site, TAP).body == b"{}"


def test_forms_that_do_not_belong_together_yet_are_never_mixed(site, root):
    # The mirror has replaced the plain file, and not yet the compressed one.
    (root / "documents" / TAP[1:]).write_bytes(b'{"name": "new"}')
    assert ask(site, TAP).body == TAP_BODY
    answer = ask(site, TAP, Accept_Encoding="gzip")
    assert gzip.decompress(answer.body) == TAP_BODY
    assert answer.headers["ETag"] == etag_of(TAP_BODY, suffix="-gzip")


def test_readers_during_flips_see_whole_bodies_with_their_own_tags(root):
    site = PublishedDocuments(behind, root=root, serial_life_s=0)
    bodies = [json.dumps([n] * 20_000).encode() for n in range(8)]
    publish(root, INDEX, bodies[0])
    flip(root, 100)
    stop = threading.Event()
    seen: list[set[tuple[str, bytes]]] = [set() for _ in range(4)]

    def read(into: set[tuple[str, bytes]], accepted: str) -> None:
        while not stop.is_set():
            answer = ask(site, INDEX, Accept_Encoding=accepted)
            packed = "Content-Encoding" in answer.headers
            body = gzip.decompress(answer.body) if packed else answer.body
            into.add((answer.headers["ETag"].replace("-gzip", ""), body))

    readers = [
        threading.Thread(target=read, args=(into, accepted))
        for into, accepted in zip(seen, ["gzip", "identity"] * 2, strict=True)
    ]
    for reader in readers:
        reader.start()
    for turn in range(40):
        publish(root, INDEX, bodies[turn % 8])
        flip(root, turn)
        newest = ask(site, INDEX).body
        assert newest == bodies[turn % 8]
    stop.set()
    for reader in readers:
        reader.join()
    whole = {(etag_of(body), body) for body in bodies}
    assert set.union(*seen) <= whole
    assert len(set.union(*seen)) > 1


def test_memory_is_bounded_and_what_is_asked_for_stays(root):
    names = [f"{TAP}-{n}" for n in range(50)]
    for name in names:
        publish(root, name, os.urandom(4096))
    site = PublishedDocuments(behind, root=root, serial_life_s=0, budget_bytes=100_000)
    for name in names:
        assert ask(site, name).code == 200
        ask(site, TAP)
    held = site._shelf.documents
    assert TAP in held
    assert names[-1] in held
    assert names[0] not in held
    assert sum(document.size_bytes for document in held.values()) <= 100_000
    for name in names:
        assert ask(site, name).code == 200


def test_a_document_above_the_whole_budget_is_sent_and_not_kept(root):
    site = PublishedDocuments(behind, root=root, serial_life_s=0, budget_bytes=5_000)
    ask(site, TAP)
    assert ask(site, INDEX).body == INDEX_BODY
    assert list(site._shelf.documents) == [TAP]


def test_absence_is_not_remembered(site):
    for n in range(100):
        ask(site, f"/meltano/api/v1/plugins/extractors/none-{n}")
        ask(site, "/" * n + TAP)
    assert list(site._shelf.documents) == [TAP]


def test_what_was_loaded_for_an_older_serial_does_not_reach_the_newer_shelf(site, root):
    ask(site, TAP)
    old: Shelf = site._shelf
    flip(root, 2)
    ask(site, "/")
    # A thread that was slow to read the file puts it where it began.
    old.put(INDEX, old.documents[TAP])
    assert ask(site, INDEX).body == INDEX_BODY


PIECES = st.sampled_from(
    [
        *("/", "//", ".", "..", "\\", "%2e", "\0", ".gz", "secret", "secret.gz"),
        *("serial", "meltano", "api", "v1", "plugins", "extractors", "index"),
        "tap-csv--meltanolabs",
    ]
)
PATHS = st.one_of(
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(PIECES, max_size=8).map(
        lambda names: f"/meltano/api/v1/{'/'.join(names)}"
    ),
    st.text(st.characters(max_codepoint=255)).map(
        lambda text: f"/meltano/api/v1/{text}"
    ),
)
ENCODINGS = st.one_of(
    st.sampled_from(["gzip", "gzip, deflate, br", "gzip;q=0", "*", "identity"]),
    st.text(st.characters(max_codepoint=255)),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublishedDocuments]:
    folder = tmp_path_factory.mktemp("shared")
    publish(folder / "published", INDEX, INDEX_BODY)
    publish(folder / "published", TAP, TAP_BODY)
    for name in ("secret", "published/secret", "published/documents/secret"):
        (folder / f"{name}.gz").write_bytes(gzip.compress(b"secret"))
    flip(folder / "published", 1)
    return PublishedDocuments(behind, root=folder / "published")


@given(path=PATHS, accepted=ENCODINGS)
def test_no_path_reaches_anything_but_the_documents(shared, path, accepted):
    answer = ask(shared, path, Accept_Encoding=accepted)
    if answer.body == b"django":
        assert "X-Path" in answer.headers
        return
    packed = answer.headers.get("Content-Encoding") == "gzip"
    body = gzip.decompress(answer.body) if packed else answer.body
    assert packed is (answer.code == 200 and accepts_gzip(accepted))
    assert body in (INDEX_BODY, TAP_BODY) or answer.code == 404


@given(body=st.binary(max_size=2000), accepted=ENCODINGS)
def test_every_form_unpacks_to_the_file(tmp_path_factory, body, accepted):
    root = tmp_path_factory.mktemp("one")
    publish(root, TAP, body)
    answer = ask(PublishedDocuments(behind, root=root), TAP, Accept_Encoding=accepted)
    packed = "Content-Encoding" in answer.headers
    assert (gzip.decompress(answer.body) if packed else answer.body) == body
    assert answer.headers["ETag"] == etag_of(body, suffix="-gzip" if packed else "")
