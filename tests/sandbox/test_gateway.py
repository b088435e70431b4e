"""The one way out of the sandbox."""

import hashlib
import http.client
import json
import os
import socket
from contextlib import ExitStack, closing

import pytest
import requests

from sandbox.allowance import Allowance, Share
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
    with opened(make_index(), tmp_path, Allowance()) as door:
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
    with opened(make_index(file_limit_bytes=100), tmp_path, Allowance()) as door:
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
    with opened(make_index(), tmp_path, Allowance()) as door:
        assert door.path.exists()
    assert not door.path.exists()


PLENTY = 10**9


def allowing(*, pages=100, page_bytes=PLENTY, file_bytes=PLENTY):
    return Allowance(
        pages=Share("pages", pages, page_bytes), files=Share("files", 100, file_bytes)
    )


@pytest.fixture
def make_visit(make_index, tmp_path):
    """Go to a new door on an index, with little to be had behind it."""
    with ExitStack() as held:

        def make(index=None, **limits):
            allowance = allowing(**limits)
            door = held.enter_context(
                opened(index or make_index(), tmp_path, allowance)
            )
            return door, held.enter_context(closing(Visit(door)))

        yield make


def put_wheels(index, count, *, with_metadata=True):
    """Publish a project with so many wheels of a megabyte, and return what they are."""
    wheels = [
        wheel_of("tap-alpha", version=f"{n}.0", more={"big": os.urandom(10**6)})
        for n in range(count)
    ]
    for wheel in wheels:
        wheel.metadata = wheel.metadata if with_metadata else None
    index.put("tap-alpha", *wheels)
    return wheels


def urls_of(visit, name="tap-alpha"):
    status, body = visit.ask(f"/simple/{name}/")
    assert status == 200
    return [file["url"] for file in json.loads(body)["files"]]


def fetched(index):
    return [path for path, _ in index.asked if path.endswith(".whl")]


def test_files_of_which_a_byte_is_asked_for_count_as_a_whole(index, make_visit):
    put_wheels(index, 6)
    door, visit = make_visit(file_bytes=3_500_000)
    said = [visit.ask(url, Range="bytes=0-0")[0] for url in urls_of(visit)]
    assert said == [206, 206, 206, 429, 429, 429]
    assert "too large to be tried here" in door.excess
    assert door.failures == []


def test_wheels_that_are_read_for_their_metadata_count_as_a_whole(index, make_visit):
    put_wheels(index, 4, with_metadata=False)
    _, visit = make_visit(file_bytes=2_500_000)
    said = [visit.ask(url + ".metadata")[0] for url in urls_of(visit)]
    assert said == [200, 200, 429, 429]


def test_a_file_counts_once_however_often_it_is_asked_for(index, make_visit):
    put_wheels(index, 1)
    _, visit = make_visit(file_bytes=1_500_000)
    [url] = urls_of(visit)
    assert [visit.ask(url, Range="bytes=0-0")[0] for _ in range(4)] == [206] * 4


def test_a_file_that_is_kept_counts_as_one_that_is_fetched(
    index, make_index, make_visit
):
    put_wheels(index, 2)
    kept = make_index()
    _, visit = make_visit(kept)
    assert [visit.ask(url)[0] for url in urls_of(visit)] == [200, 200]
    _, visit = make_visit(kept, file_bytes=1_500_000)
    assert [visit.ask(url)[0] for url in urls_of(visit)] == [200, 429]
    assert len(fetched(index)) == 2


def test_nothing_of_a_file_over_the_allowance_is_kept(index, make_visit, tmp_path):
    put_wheels(index, 1)
    _, visit = make_visit(file_bytes=500_000)
    assert visit.ask(*urls_of(visit))[0] == 429
    assert not list((tmp_path / "kept" / "files").glob("*/*/*"))


def test_pages_have_a_number(index, make_visit):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    door, visit = make_visit(pages=3)
    names = ("tap-alpha", "tap-none", "tap-alpha", "tap-no", "tap-alpha", "tap-not")
    said = [visit.ask(f"/simple/{name}/")[0] for name in names]
    assert said == [200, 404, 200, 404, 200, 429]
    assert "/simple/tap-not/" not in [path for path, _ in index.asked]
    assert door.excess and not door.failures


def test_pages_have_a_length_together(index, make_visit):
    for n in range(5):
        index.put(f"tap-{n}", wheel_of(f"tap-{n}"))
    door, visit = make_visit(page_bytes=len(index.answers["/simple/tap-0/"].body) * 3)
    said = [visit.ask(f"/simple/tap-{n}/")[0] for n in range(5)]
    assert said == [200, 200, 200, 429, 429]
    assert door.excess and not door.failures


def test_full_disk_is_the_fault_of_nobody_who_asks(index, make_index, make_visit):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    door, visit = make_visit(make_index(spare_bytes=10**18))
    assert visit.ask("/simple/tap-alpha/")[0] == 502
    assert "disk is nearly full" in door.failures[0]
    assert door.excess == ""


def test_pages_in_memory_have_a_length_together(index, make_index):
    for n in range(9):
        index.put(f"tap-{n}", wheel_of(f"tap-{n}"))
    kept = make_index(memory_bytes=2_000)
    bodies = [kept.page(f"tap-{n}").body for n in (*range(9), *range(9))]
    # What memory has no room for is read again where it was kept, and not asked for.
    assert len(index.asked) == 9
    assert len(b"".join(bodies[:9])) > 2_000
    held = [page.body for _, page in kept._pages.values()]
    assert 0 < len(b"".join(held)) <= 2_000
