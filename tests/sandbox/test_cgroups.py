"""Which group is divided, in folders as version 2 of control groups has them."""

import os

import pytest

from sandbox import cgroups

UNIT = "system.slice/songbook.service"


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Make groups, the last of which is ours; return what is found to be divided."""
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    monkeypatch.setattr(cgroups, "OWN", tmp_path / "own")
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")

    def found(*paths, own):
        for path in paths:
            group(tmp_path / path)
        (tmp_path / "own").write_text(f"0::/{own}\n")
        divided = cgroups.hierarchy.__wrapped__()
        return divided and divided.folders["all"]

    return found


@pytest.fixture
def unit(tmp_path):
    """A group that systemd leaves to the processes in it."""
    group(tmp_path / UNIT)
    try:
        os.setxattr(tmp_path / UNIT, cgroups.MARKS[0], b"1")
    except OSError as error:
        pytest.skip(f"the file system of {tmp_path} keeps no attributes: {error}")
    return tmp_path / UNIT


def group(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (folder / "cgroup.subtree_control").write_text("")


def test_a_unit_that_was_delegated_is_divided_and_not_what_is_above(groups, unit):
    assert groups("system.slice", own=UNIT) == unit
    assert (unit / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_a_group_that_is_divided_has_no_processes_of_its_own(groups, unit):
    groups("system.slice", own=UNIT)

    moved = unit / cgroups.ASIDE / "cgroup.procs"
    assert moved.read_text() == str(os.getpid())


def test_nobody_is_moved_out_of_a_group_that_was_not_delegated(groups, tmp_path):
    groups("system.slice", UNIT, own=UNIT)

    assert not (tmp_path / UNIT / cgroups.ASIDE).exists()


def test_a_group_that_cannot_be_divided_leaves_it_to_the_one_above(groups, tmp_path):
    own = tmp_path / UNIT / "main"
    own.mkdir(parents=True)
    (own / "cgroup.procs").write_text("")

    assert groups("system.slice", UNIT, own=f"{UNIT}/main") == tmp_path / UNIT


def test_without_a_group_that_we_may_write_to_there_is_none(groups):
    assert groups("system.slice", own="user.slice/gone") is None


def test_groups_of_workers_that_are_gone_are_removed(groups, unit):
    gone, ours = unit / "songbook-999999999-0", unit / f"songbook-{os.getpid()}-0"
    for folder in (gone, ours):
        folder.mkdir()

    groups("system.slice", own=UNIT)

    assert not gone.exists()
    assert ours.exists()
    assert (unit / cgroups.ASIDE).exists()
