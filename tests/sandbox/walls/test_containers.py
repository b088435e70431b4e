"""What is peculiar to runs that an OCI runtime holds."""

from pathlib import Path

import pytest
from django.core.checks import run_checks

from sandbox import Ending, Level, assessed, run
from sandbox.accounts import account
from sandbox.container import OF_ITS_OWN, PLACE
from sandbox.levels import why_not


@pytest.fixture
def level():
    """The level that these tests are about."""
    if reason := why_not(Level.CONTAINER, account()):
        pytest.skip(reason)
    return Level.CONTAINER


@pytest.fixture
def impostor(tmp_path):
    """Return a program that calls itself something."""

    def makes(said):
        path = tmp_path / "runtime"
        path.write_text(f"#!/bin/sh\necho '{said}'\n")
        path.chmod(0o755)
        return str(path)

    return makes


def inside(script, **more):
    return run(["/bin/sh", "-c", script], level=Level.CONTAINER, **more)


def test_a_runtime_that_was_asked_for_is_taken(level, choose):
    choose("crun")

    assert assessed().level is Level.CONTAINER
    assert "crun" in assessed().runtime
    assert run(["/bin/true"]).exit_code == 0


@pytest.mark.parametrize("name", ["/no/such/runtime", "no-such-runtime"])
def test_one_that_is_not_there_is_replaced_by_nothing(choose, name):
    choose(name)

    assert assessed().level is Level.NONE
    assert f"asks for {name}" in assessed().reason
    assert run(["/bin/true"]).ending is Ending.REFUSED


def test_one_that_nobody_knows_is_refused_by_what_it_calls_itself(choose, impostor):
    choose(impostor("runc version 1.1.5"))

    assert assessed().level is Level.NONE
    assert "runc 1.1.5" in assessed().reason


def test_one_that_does_not_hold_is_replaced_by_nothing(choose, impostor):
    choose(impostor("crun version 1.0"))

    assert assessed().level is Level.NONE
    assert "did not come to its end" in assessed().reason


def test_operators_are_told_that_nothing_is_tried(choose, settings):
    settings.PROBE = True
    choose("/no/such/runtime")

    [said] = run_checks(tags=["sandbox"], include_deployment_checks=True)

    assert said.id == "scrapers.W002"
    assert "/no/such/runtime" in said.hint


def test_no_file_of_ours_is_open_inside(level):
    done = inside("cd /proc/self/fd && echo *")

    assert set(done.stdout.split()) <= {b"0", b"1", b"2", b"3"}


def test_no_capability_is_left_and_none_can_be_gained(level):
    done = inside("grep -E '^(Cap|NoNewPrivs)' /proc/self/status")

    values = dict(line.split(":\t") for line in done.stdout.decode().splitlines())
    assert values.pop("NoNewPrivs") == "1"
    assert {int(value, 16) for value in values.values()} == {0}


def test_what_holds_a_run_is_not_seen_in_it(level):
    done = inside("cat /proc/[0-9]*/comm; ls /sys 2>/dev/null")

    assert set(done.stdout.split()) <= {b"sh", b"cat"}


def test_an_orphan_is_buried(level):
    done = inside(
        "(true & exec true); for i in $(seq 50); do"
        " cat /proc/[0-9]*/stat | grep -q ') Z ' || exit 0; sleep 0.1; done; exit 1"
    )

    assert done.exit_code == 0


def test_signals_that_a_command_sends_itself_reach_it(level):
    done = inside("kill -USR1 $$")

    assert (done.ending, done.signal) == (Ending.SIGNALLED, 10)
    assert done.stderr == b""


@pytest.mark.parametrize("path", OF_ITS_OWN)
def test_what_the_runtime_has_of_its_own_is_not_lent(level, path):
    done = inside("true", readable={Path(path): "/lent"})

    assert done.ending is Ending.REFUSED
    assert path in done.stderr.decode()


def test_a_path_that_is_not_there_is_refused_with_its_name(level):
    done = inside("true", readable={Path("/no/such/folder"): "/lent"})

    assert done.ending is Ending.REFUSED
    assert b"/no/such/folder" in done.stderr


def test_no_bundle_is_left(level):
    inside("true")

    left = {path.name for path in Path(PLACE).iterdir()}
    assert not left & {"config.json", "rootfs", "started", "state"}
