"""The one way out of the sandbox."""

import hashlib
import http.client
import json
import socket

import pytest
import requests

from sandbox.gateway import opened
from sandbox.index import Index
from tests.sandbox.connectors import wheel_of
from tests.scrapers.packages import Answer, Distribution


class Visit(http.client.HTTPConnection):
    """A connection to a door, as a sandbox makes it."""

    def __init__(self, door):
        super().__init__("index")
        self.door = door

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.door.path))

    def ask(self, path, method="GET", **headers):
        self.request(method, path, headers=headers)
        answer = self.getresponse()
        return answer.status, answer.read()


@pytest.fixture
def make_index(index, tmp_path):
    with requests.Session() as session:
        yield lambda **more: Index(index.url, session, tmp_path / "kept", **more)


@pytest.fixture
def door(make_index, tmp_path):
    with opened(make_index(), tmp_path) as door:
        yield door


@pytest.fixture
def visit(door):
    made = Visit(door)
    yield made
    made.close()


def only_file(visit, name):
    status, body = visit.ask(f"/simple/{name}/")
    assert status == 200
    return json.loads(body)["files"][0]


@pytest.mark.parametrize("plain", [False, True])
def test_page_names_files_of_the_gateway_alone(index, visit, plain):
    index.put("tap-alpha", wheel_of("tap-alpha"), plain=plain)
    file = only_file(visit, "tap-alpha")
    assert file["url"].startswith("/files/tap-alpha/")
    assert file["filename"] == "tap_alpha-1.0-py3-none-any.whl"
    assert visit.ask(file["url"]) == (200, wheel_of("tap-alpha").content)


def test_file_is_fetched_once(index, visit):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    url = only_file(visit, "tap-alpha")["url"]
    for _ in range(3):
        assert visit.ask(url)[0] == 200
    assert [path for path, _ in index.asked if "files" in path] == [
        "/files/tap_alpha-1.0-py3-none-any.whl"
    ]


def test_page_is_asked_for_once_in_ten_minutes(index, visit):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    for _ in range(3):
        visit.ask("/simple/tap-alpha/")
    assert len(index.asked) == 1


def test_old_page_is_asked_for_with_its_etag(index, make_index):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    first = make_index(page_life_s=0).page("tap-alpha")
    again = make_index(page_life_s=0).page("tap-alpha")
    assert [status for _, status in index.asked] == [200, 304]
    assert again.digest == first.digest


def test_digest_of_a_page_changes_with_its_files(index, make_index):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    first = make_index(page_life_s=0).page("tap-alpha")
    index.put("tap-alpha", wheel_of("tap-alpha"), wheel_of("tap-alpha", version="2.0"))
    assert make_index(page_life_s=0).page("tap-alpha").digest != first.digest


def test_file_that_is_not_what_its_page_promised_is_not_given(index, visit, tmp_path):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    url = only_file(visit, "tap-alpha")["url"]
    kind = "application/octet-stream"
    index.answers["/files/tap_alpha-1.0-py3-none-any.whl"] = Answer(200, kind, b"bad")
    assert visit.ask(url) == (502, b"")
    assert not list((tmp_path / "kept").rglob("*.whl"))


def test_file_without_a_sha256_is_not_on_the_page(index, visit):
    file = Distribution("tap_alpha-1.0.tar.gz", b"x", row={"hashes": {"md5": "00"}})
    index.put("tap-alpha", file, wheel_of("tap-alpha"))
    _, body = visit.ask("/simple/tap-alpha/")
    assert [file["filename"] for file in json.loads(body)["files"]] == [
        "tap_alpha-1.0-py3-none-any.whl"
    ]


def test_file_over_the_limit_is_not_given(index, make_index, tmp_path):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    with opened(make_index(file_limit_bytes=100), tmp_path) as door:
        visit = Visit(door)
        assert visit.ask(only_file(visit, "tap-alpha")["url"])[0] == 502
        visit.close()


def test_file_that_no_page_names_is_not_given(index, visit):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    sha256 = hashlib.sha256(b"other").hexdigest()
    assert visit.ask(f"/files/tap-alpha/{sha256}/other.whl")[0] == 404
    assert [path for path, _ in index.asked] == ["/simple/tap-alpha/"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/simple/",
        "/simple/Tap_Alpha/",
        "/simple/../files/",
        "/simple/tap-alpha/..%2f",
        "http://127.0.0.1/simple/tap-alpha/",
        "//127.0.0.1/simple/tap-alpha/",
        "/files/tap-alpha/" + "0" * 64 + "/../../etc/passwd",
    ],
)
def test_other_addresses_are_refused(index, visit, path):
    assert visit.ask(path)[0] == 403
    assert index.asked == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "CONNECT"])
def test_other_methods_are_refused(index, visit, method):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    assert visit.ask("/simple/tap-alpha/", method)[0] == 501
    assert index.asked == []


def test_metadata_are_read_out_of_a_wheel_where_the_index_has_none(index, visit):
    wheel = wheel_of("tap-alpha")
    metadata, wheel.metadata = wheel.metadata, None
    index.put("tap-alpha", wheel)
    file = only_file(visit, "tap-alpha")
    assert visit.ask(file["url"] + ".metadata") == (200, metadata)


def test_metadata_of_the_index_save_fetching_the_wheel(index, visit):
    wheel = wheel_of("tap-alpha")
    index.put("tap-alpha", wheel)
    file = only_file(visit, "tap-alpha")
    assert visit.ask(file["url"] + ".metadata") == (200, wheel.metadata)
    assert index.asked[-1][0].endswith(".metadata")


def test_part_of_a_file_is_given(index, visit):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    url = only_file(visit, "tap-alpha")["url"]
    content = wheel_of("tap-alpha").content
    assert visit.ask(url, Range="bytes=-10") == (206, content[-10:])
    assert visit.ask(url, Range="bytes=5-9") == (206, content[5:10])


def test_login_goes_to_the_index_and_not_into_the_page(index, tmp_path):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    url = index.url.replace("//", "//ada:secret@")
    with requests.Session() as session:
        kept = Index(url, session, tmp_path / "kept")
        page = kept.page("tap-alpha")
        kept.file("tap-alpha", next(iter(page.files)))
    assert index.logins == ["ada:secret", "ada:secret"]
    assert b"secret" not in page.body
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written and not any(b"secret" in content for content in written)


def test_absent_project_is_consulted_and_no_failure(index, door, visit):
    assert visit.ask("/simple/tap-none/")[0] == 404
    assert door.consulted == {"tap-none": ""}
    assert door.failures == []


def test_index_with_a_fault_is_a_failure_of_nobody_elses(index, door, visit):
    index.answers["/simple/tap-alpha/"] = Answer(503, "text/plain", b"")
    assert visit.ask("/simple/tap-alpha/")[0] == 502
    assert len(door.failures) == 1


def test_door_is_gone_when_it_is_closed(make_index, tmp_path):
    with opened(make_index(), tmp_path) as door:
        assert door.path.exists()
    assert not door.path.exists()
