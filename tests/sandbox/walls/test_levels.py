"""What this machine is found to hold foreign code with."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox import Ending, Level, assessed, run, seccomp, selftest, syscalls
from sandbox.accounts import account
from sandbox.levels import why_not

BEST_FIRST = (Level.BUBBLEWRAP, Level.LANDLOCK)


def test_the_best_level_that_withstands_is_taken(choose):
    choose("")
    usable = [level for level in BEST_FIRST if not why_not(level, account())]

    assert assessed().level is (usable or [Level.NONE])[0]


def test_what_is_found_is_said():
    found = assessed()

    assert found.account == account().name
    assert found.seccomp == (found.level is not Level.NONE)
    assert found.holds == bool(found.bubblewrap or found.runtime or found.landlock)
    assert found.cgroups in (0, 1, 2)


def test_without_a_level_nothing_is_run():
    done = run(["/bin/true"], level=Level.NONE)

    assert done.ending is Ending.REFUSED
    assert done.stderr


def test_no_account_for_foreign_code_is_root():
    assert account().uid != 0


def test_the_attacks_of_the_self_test_succeed_without_a_sandbox(monkeypatch):
    """A check that can't fail would let every level pass."""
    monkeypatch.setenv(selftest.CANARY, "secret")
    script = Path(selftest.__file__).parent / "inside" / "selftest.py"

    with ExitStack() as held:
        aims = {**selftest.targets(held), "door": "/no/such/door"}
        done = subprocess.run(
            [sys.executable, str(script)],
            input=json.dumps(aims).encode(),
            capture_output=True,
            check=True,
        )

    assert {
        "read the worker's file",
        "read the worker's environment",
        "reached a port of the machine",
        "reached an abstract socket",
        "reached a socket by its path",
        "sent a datagram by a pair",
        "found its door closed",
        "opened a netlink socket",
        "reached the worker",
        "wrote beside the worker",
    } <= set(json.loads(done.stdout))


@pytest.mark.parametrize("script", selftest.GREED.values(), ids=selftest.GREED)
def test_who_takes_too_much_comes_to_his_end_without_a_sandbox(script):
    done = subprocess.run([sys.executable, "-c", script], check=False)

    assert done.returncode == 0


@pytest.mark.parametrize("machine", seccomp.MACHINES.values())
def test_filters_are_whole_programs(machine):
    """Instructions of 8 bytes, no more than the kernel takes, the last of which returns."""
    for rules in (
        seccomp.in_namespaces(machine),
        *(
            seccomp.without_namespaces(machine, version, door=door)
            for version in (1, 6)
            for door in (False, True)
        ),
    ):
        assert len(rules) % 8 == 0
        assert len(rules) // 8 < 4096
        assert rules[-8] == seccomp.RETURN


@pytest.mark.parametrize("machine", seccomp.MACHINES.values())
@pytest.mark.parametrize("table", [syscalls.ADMINISTRATION, syscalls.KERNEL])
def test_no_number_stands_for_two_calls(machine, table):
    numbers = [numbers[machine.column] for numbers in table.values()]
    known = [number for number in numbers if number is not None]

    assert len(known) == len(set(known))


def test_an_account_cannot_read_what_is_closed_to_it(tmp_path):
    tmp_path.chmod(0)

    assert not account().can_read(tmp_path)
    assert account().can_read(Path("/usr"))
    tmp_path.chmod(0o700)
