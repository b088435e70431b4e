"""What is read of a wheel, and which wheels are not taken."""

import zipfile

import pytest
from packaging.tags import Tag

from sandbox.locking import read_lock
from sandbox.wheels import UnfitWheel, best_wheel, check_built, read_executables
from tests.sandbox.connectors import wheel_of


@pytest.fixture
def put(tmp_path):
    def put(filename="tap_alpha-1.0-py3-none-any.whl", *, name="tap-alpha", **more):
        path = tmp_path / filename
        path.write_bytes(wheel_of(name, **more).content)
        return path

    return put


def test_wheel_of_the_release_is_taken(put):
    check_built(put(), (("Tap.Alpha", "1.0.0")))


@pytest.mark.parametrize(
    ("filename", "more"),
    [
        ("requests-1.0-py3-none-any.whl", {}),
        ("tap_alpha-2.0-py3-none-any.whl", {}),
        ("no-wheel.whl", {}),
        ("tap_alpha-1.0-py3-none-any.whl", {"name": "requests"}),
        ("tap_alpha-1.0-py3-none-any.whl", {"version": "2.0"}),
        ("tap_alpha-1.0-py3-none-any.whl", {"more": {"../out.py": ""}}),
        ("tap_alpha-1.0-py3-none-any.whl", {"more": {"big": b"0" * 20_000_000}}),
        (
            "tap_alpha-1.0-py3-none-any.whl",
            {"more": {"other-1.0.dist-info/METADATA": "Name: other"}},
        ),
    ],
)
def test_wheel_that_is_not_the_releases_is_not_taken(put, filename, more):
    path = put(filename, **more)
    with pytest.raises(UnfitWheel):
        check_built(path, ("tap-alpha", "1.0"))


def test_link_in_a_wheel_is_not_taken(put):
    path = put()
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("tap_alpha_link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnfitWheel, match="link"):
        check_built(path, ("tap-alpha", "1.0"))


def test_content_that_is_no_archive_is_not_taken(put):
    path = put()
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(UnfitWheel):
        check_built(path, ("tap-alpha", "1.0"))


def test_console_scripts_are_read_and_strange_ones_are_left_out(put):
    points = (
        "[console_scripts]\n"
        "tap-alpha = tap_alpha.tap:Tap.cli [extra]\n"
        "../evil = tap_alpha:main\n"
        "-flag = tap_alpha:main\n"
        "code = os;system:x\n"
        "module = tap_alpha\n"
    )
    path = put(more={"tap_alpha-1.0.dist-info/entry_points.txt": points})
    [found] = read_executables(path)
    assert (found.name, found.module) == ("tap-alpha", "tap_alpha.tap")
    assert found.attribute == "Tap.cli"


def test_best_wheel_is_the_one_that_an_installer_takes():
    supported = {Tag("cp312", "cp312", "linux_x86_64"): 0, Tag("py3", "none", "any"): 9}
    names = [
        "a-1.0-py3-none-any.whl",
        "a-1.0-cp312-cp312-linux_x86_64.whl",
        "a-1.0-1-py3-none-any.whl",
        "a-1.0-cp311-cp311-linux_x86_64.whl",
        "a-1.0.tar.gz",
        "strange.whl",
    ]
    files = [(name, number) for number, name in enumerate(names)]
    assert best_wheel(files, supported) == (names[1], 1)
    assert best_wheel([files[0], files[2]], supported) == (names[2], 2)
    assert best_wheel(files[3:], supported) is None


HASH = "--hash=sha256:" + "a" * 64


@pytest.mark.parametrize(
    "content",
    [
        "",
        "tap-alpha==1.0",
        f"tap-alpha @ https://a.test/x.whl {HASH}",
        f"-e ../x {HASH}",
        f"tap-alpha==1.0 {HASH}\n--index-url https://a.test/",
        f"tap-alpha==../../x {HASH}",
    ],
)
def test_what_is_no_lock_is_none(content):
    assert read_lock(content.encode()) is None


def test_lock_is_read_by_name():
    content = (
        f"Tap_B==1.0 \\\n    {HASH} \\\n    {HASH.replace('a', 'b', 3)}\na==2 {HASH}\n"
    )
    first, second = read_lock(content.encode())
    assert (first.name, first.version) == ("a", "2")
    assert second.name == "tap-b"
