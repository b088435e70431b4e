"""One way to say where things are, at levels that have no mounts of their own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.accounts import account
from sandbox.places import Places
from sandbox.placing import placed, shown
from sandbox.starting import Level

RUN = Path("/var/run-7")
PLACES = Places(
    {
        "/work": "/var/run-7/work",
        "/opt/tools": "/state/tools/a1",
        "/opt/own/k/a.whl": "/state/wheelhouse/a.whl",
        "/home/ada": "/home/ada",
    },
    RUN,
)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("/work", "/var/run-7/work"),
        ("/work/out", "/var/run-7/work/out"),
        ('{"a": "/work/x"}', '{"a": "/var/run-7/work/x"}'),
        ("PATH=/opt/tools:/usr/bin", "PATH=/state/tools/a1:/usr/bin"),
        ("a @ file:///opt/own/k/a.whl", "a @ file:///state/wheelhouse/a.whl"),
        ("#!/opt/tools/uv", "#!/state/tools/a1/uv"),
        # Other paths, and what only looks like one.
        ("/workshop", "/workshop"),
        ("/home/ada/work", "/home/ada/work"),
        ("https://a.test/work", "https://a.test/work"),
        ("../work", "../work"),
        ("/opt/toolset", "/opt/toolset"),
        ("/tmp/x", "/tmp/x"),  # noqa: S108
    ],
)
def test_our_paths_are_put_into_those_of_a_level(said, read):
    assert PLACES.said(said) == read


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"No such file: '/var/run-7/work/a'", b"No such file: '/work/a'"),
        (b"-I/var/run-7/tmp/b", b"-I/tmp/b"),
        (b"/state/tools/a1/uv\xff", b"/opt/tools/uv\xff"),
        (b"/var/run-7/worker", b"/var/run-7/worker"),
    ],
)
def test_what_is_said_is_put_back(said, told):
    assert PLACES.heard(said) == told


@given(st.binary(max_size=200))
def test_bytes_that_name_no_path_stay_as_they_are(content):
    assert PLACES.said_in(content) == content
    assert PLACES.heard(content) == content


def test_bytes_beside_a_path_stay_as_they_are():
    assert PLACES.said_in(b"\xe9\xff /work\n\x00") == b"\xe9\xff /var/run-7/work\n\x00"


@pytest.mark.parametrize("level", [Level.CONTAINER, Level.BUBBLEWRAP, Level.NONE])
def test_where_there_are_mounts_our_paths_are_the_paths(level, tmp_path):
    with placed({tmp_path: "/opt/tools"}, level, account()) as places:
        assert places == Places()
        assert places.said("/opt/tools /work") == "/opt/tools /work"


def test_each_run_has_a_folder_of_its_own_which_goes_with_it():
    with (
        placed({}, Level.LANDLOCK, account()) as one,
        placed({}, Level.LANDLOCK, account()) as other,
    ):
        assert one.folder != other.folder
        assert Path(one.said("/work")).is_dir()
        assert one.folder.stat().st_mode & 0o777 == 0o700
    assert not one.folder.exists()


def test_what_is_lent_for_longer_is_where_it_is(tmp_path):
    places = shown({tmp_path: "/opt/connector"}, Level.LANDLOCK)

    assert places.said("/opt/connector/bin/tap") == f"{tmp_path}/bin/tap"
