"""The state folder is kept within its size, and never under a try."""

import os
import threading
import time

import pytest

from sandbox.tidying import in_use, keep_within, make_room, size_of

KB = 1024


@pytest.fixture
def state(tmp_path):
    """Ten files of an index, the first used longest ago, and an interpreter."""
    for n in range(10):
        put(tmp_path / "index" / "files" / "aa" / f"{n:02}" / "x.whl", 100 * KB, at=n)
    put(tmp_path / "interpreters" / "3.12" / "python", 100 * KB, at=0)
    return tmp_path


def put(path, size_bytes, *, at):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size_bytes))
    for one in (path, path.parent):
        os.utime(one, (1_000_000 + at, 1_000_000 + at))


def left(state):
    return sorted(path.name for path in (state / "index" / "files" / "aa").iterdir())


def test_nothing_goes_below_the_limit(state):
    assert make_room(state, limit_bytes=5_000 * KB) == 0
    assert len(left(state)) == 10


def test_what_was_used_longest_ago_goes_first(state):
    removed = make_room(state, limit_bytes=800 * KB)
    assert left(state) == [f"{n:02}" for n in range(10 - len(left(state)), 10)]
    assert 0 < len(left(state)) < 8
    assert removed >= 300 * KB
    assert size_of(state) <= 800 * KB
    assert (state / "interpreters" / "3.12" / "python").exists()


def test_measuring_is_no_use(state):
    folders = state / "index" / "files" / "aa"
    # Read in another order than that in which they were used.
    for n in (0, 1, 2):
        os.utime(folders / f"{n:02}" / "x.whl", (2_000_000, 2_000_000))
    size_of(state)
    make_room(state, limit_bytes=800 * KB)
    assert left(state)[:3] == ["00", "01", "02"]


def test_a_cache_goes_as_a_whole(state):
    put(state / "uv" / "archive" / "a" / "x.py", 900 * KB, at=50)
    put(state / "judged" / "a", 1, at=50)
    make_room(state, limit_bytes=1_700 * KB)
    assert not (state / "uv").exists()
    assert not (state / "judged").exists()
    assert len(left(state)) == 10


def test_what_was_put_there_just_now_stays(state):
    fetched = state / "sources" / "a.tar"
    put(fetched, 100 * KB, at=time.time() - 1_000_000)
    make_room(state, limit_bytes=50 * KB)
    assert left(state) == []
    assert fetched.exists()


def test_what_a_try_has_just_put_there_goes_when_the_try_is_over(state):
    put(state / "index" / "files" / "bb" / "now" / "x.whl", 100 * KB, at=time.time())
    make_room(state, limit_bytes=110 * KB)
    assert left(state) == []
    assert not (state / "index" / "files" / "bb" / "now").exists()


def test_pages_go_as_files_do(state):
    for n in range(10):
        put(state / "index" / "pages" / "pypi" / f"{n}.json", 100 * KB, at=100 + n)
    make_room(state, limit_bytes=1_000 * KB)
    assert left(state) == []
    pages = {path.stem for path in (state / "index" / "pages" / "pypi").iterdir()}
    assert pages == {str(n) for n in range(10 - len(pages), 10)}
    assert 0 < len(pages) < 10


def test_room_is_made_when_the_limit_is_over(state):
    assert keep_within(state, limit_bytes=800 * KB) > 0
    assert len(left(state)) < 8
    assert keep_within(state, limit_bytes=800 * KB) == 0


def test_folder_is_measured_again_when_its_disk_has_grown(state):
    assert keep_within(state, limit_bytes=100_000 * KB) == 0
    piece = state / "index" / "files" / "bb" / "new" / "x.whl"
    put(piece, 1, at=50)
    with piece.open("ab") as opened:
        # More than what others remove in this moment.
        os.posix_fallocate(opened.fileno(), 0, 300_000 * KB)
    assert keep_within(state, limit_bytes=100_000 * KB) > 0
    assert size_of(state) <= 100_000 * KB


def test_folder_whose_note_says_nothing_is_measured(state):
    assert keep_within(state, limit_bytes=10_000 * KB) == 0
    (state / ".measured").write_text("nothing")
    assert keep_within(state, limit_bytes=800 * KB) > 0


def test_folder_is_not_measured_before_it_can_be_over(state):
    limit_bytes = 10**15
    assert keep_within(state, limit_bytes=limit_bytes) == 0
    noted = (state / ".measured").read_bytes()
    for _ in range(3):
        assert keep_within(state, limit_bytes=limit_bytes) == 0
    assert (state / ".measured").read_bytes() == noted


def test_links_count_once(tmp_path):
    put(tmp_path / "a", 100 * KB, at=0)
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert size_of(tmp_path) == size_of(tmp_path / "a")


def test_nothing_goes_while_a_try_runs(state):
    done = threading.Event()

    def tidy():
        make_room(state, limit_bytes=100 * KB)
        done.set()

    with in_use(state), in_use(state):
        tidying = threading.Thread(target=tidy)
        tidying.start()
        assert not done.wait(0.3)
        assert len(left(state)) == 10
    tidying.join(timeout=20)
    assert done.is_set()
    assert len(left(state)) < 10
