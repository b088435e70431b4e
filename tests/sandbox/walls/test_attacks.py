"""What foreign code tries, at every level that this machine has, and does not get.

Those that do no harm are tried without a sandbox too, so that it is the sandbox that is
tested and not this machine.
"""

import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox import Ending, Limits
from sandbox.limits import KIB, MIB
from tests.sandbox.walls.conftest import ATTACKS

NOTHING = []
# FS_IOC_GETFLAGS
GET_FLAGS = 0x80086601


@pytest.fixture
def asked_to_go_on():
    """How often this process got the signal that asks it to go on."""
    times = []
    before = signal.signal(signal.SIGCONT, lambda *_: times.append(1))
    yield times
    signal.signal(signal.SIGCONT, before)


@pytest.fixture
def queue(target):
    """A queue of messages with one in it, open to every account."""
    libc = ctypes.CDLL(None)
    made = target["queue"] = libc.msgget(0, 0o1000 | 0o666)
    libc.msgsnd(made, struct.pack("l8s", 1, b"secret"), 8, 0)
    yield made
    libc.msgctl(made, 0, None)


def named(name):
    """Return the processes of this machine that have a word on their command line."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if name.encode() in words:
            found.append(int(line.parent.name))
    return found


def state_of(target):
    canary = Path(target["folder"], "canary")
    kept = canary.stat()
    text = canary.read_text()
    return (kept.st_mode, kept.st_mtime, kept.st_size, flags_of(canary), text)


def flags_of(path):
    """Return the flags of a file, None where its file system has none."""
    found = bytearray(8)
    with path.open() as file, suppress(OSError):
        fcntl.ioctl(file, GET_FLAGS, found)
        return found


def test_the_workers_environment_and_files_stay_unread(attack):
    assert attack("spying") == NOTHING


def test_without_a_sandbox_they_are_read(unheld):
    read = {"its environment", "/proc/<worker>/environ", "the worker's file"}
    assert read <= set(unheld("spying"))


def test_nobody_is_reached_by_any_socket(attack):
    assert attack("reaching") == NOTHING


def test_without_a_sandbox_they_are_reached(unheld):
    reached = {"loopback", "own address", "udp", "path", "abstract", "a pair"}
    reached |= {"half a pair", "connecting again", "sending first"}
    assert reached <= set(unheld("reaching"))


def test_the_kernel_gives_nothing_that_leads_outwards(attack):
    assert attack("kernel") == NOTHING


def test_without_a_sandbox_the_kernel_gives_some_of_it(unheld):
    assert {"netlink", "trace"} <= set(unheld("kernel"))


def test_nothing_is_written_outside(attack, target):
    before = set(Path(target["folder"]).iterdir())

    assert attack("writing") == NOTHING
    assert set(Path(target["folder"]).iterdir()) == before


def test_without_a_sandbox_it_is_written(unheld, target):
    target["name"] = "canary"
    assert {target["folder"], "symlink"} <= set(unheld("writing"))


def test_files_outside_are_not_changed_by_their_paths(attack, target):
    before = state_of(target)

    attack("changing")

    assert state_of(target) == before


def test_without_a_sandbox_they_are_changed(unheld, target):
    unheld("changing")

    assert not Path(target["folder"], "canary").exists()


def test_no_process_outside_gets_a_signal(attack):
    assert attack("killing") == NOTHING


def test_without_a_sandbox_it_gets_one(unheld):
    assert "worker" in unheld("killing")


def test_no_file_sends_a_process_outside_a_signal(attack, target, asked_to_go_on):
    attack("signing_for_others")

    assert not asked_to_go_on


def test_without_a_sandbox_it_sends_one(unheld, asked_to_go_on):
    assert unheld("signing_for_others") == ["worker"]
    assert asked_to_go_on


def test_queues_of_the_machine_are_not_touched(attack, queue):
    assert attack("taking_messages") == NOTHING


def test_without_a_sandbox_they_are(unheld, queue):
    assert unheld("taking_messages") == ["read", "removed"]


def test_a_daemon_does_not_outlive_its_run(attack, target):
    attack("leaving_a_daemon")

    assert gone(target["name"])


def test_without_a_sandbox_it_does(unheld, target):
    unheld("leaving_a_daemon")

    left = named(target["name"])
    assert left
    for pid in left:
        os.kill(pid, signal.SIGKILL)


def test_a_grandchild_that_holds_the_pipe_holds_nobody_up(script):
    done = script("holding_the_pipe")

    assert done.ending is Ending.EXITED
    assert done.seconds < 15


def test_without_a_sandbox_it_does_hold():
    held = subprocess.Popen(
        [sys.executable, str(ATTACKS / "holding_the_pipe.py")],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    held.wait()
    children = named(str(ATTACKS / "holding_the_pipe.py"))
    os.set_blocking(held.stdout.fileno(), False)

    assert held.stdout.read() is None
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    held.stdout.close()


def test_a_fork_bomb_comes_to_nothing(script):
    done = script("multiplying", limits=Limits(wall_s=20, processes=24))

    assert done.ending in (Ending.PROCESSES, Ending.EXITED)
    assert done.exit_code == 1
    made = int(done.stdout.split()[-1])
    assert 0 < made <= 24


def test_memory_has_a_limit_for_one_process(script):
    done = script("growing", "1", "512", limits=Limits(memory_bytes=128 * MIB))

    assert b"held" not in done.stdout
    assert done.ending is Ending.MEMORY or done.exit_code


def test_memory_has_a_limit_for_all_processes_together(script):
    limits = Limits(memory_bytes=192 * MIB, wall_s=20)

    done = script("growing", "8", "96", limits=limits)

    assert done.ending is Ending.MEMORY


def test_memory_within_the_limit_is_given(script):
    done = script("growing", "2", "24", limits=Limits(memory_bytes=256 * MIB))

    assert (done.ending, done.exit_code) == (Ending.EXITED, 0)


def test_endless_output_is_cut_and_ended(script):
    done = script("talking", "1", limits=Limits(output_bytes=100 * KIB))

    assert done.ending is Ending.OUTPUT
    assert len(done.stdout) == 100 * KIB < done.stdout_bytes
    assert done.seconds < 10


def test_endless_output_on_stderr_is_cut_and_ended(script):
    limits = Limits(stdout_bytes=8 * MIB, stderr_bytes=10 * KIB)

    done = script("talking", "2", limits=limits)

    assert done.ending is Ending.OUTPUT
    assert len(done.stderr) == 10 * KIB


def test_who_ignores_signals_is_ended_in_time(script):
    done = script("staying", "idle", limits=Limits(wall_s=1))

    assert (done.ending, done.exit_code) == (Ending.TIMED_OUT, None)
    assert done.seconds < 15


def test_time_on_the_processor_has_a_limit(script):
    done = script("staying", "spin", limits=Limits(wall_s=30, cpu_s=1))

    assert done.ending is Ending.TIMED_OUT
    assert done.seconds < 20


def test_what_can_be_written_has_a_limit(script):
    limits = Limits(writable_bytes=16 * MIB, memory_bytes=512 * MIB, wall_s=20)

    done = script("filling", limits=limits)

    if done.ending is Ending.EXITED:
        # /work, /tmp with the home folder, and what processes share.
        assert int(done.stdout) <= 3 * 16
    else:
        assert done.ending is Ending.OUTPUT


def test_no_process_gains_rights_by_a_program_with_its_owners_rights(script):
    done = script("import ctypes; print(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))")

    assert done.stdout == b"1\n"


def test_terminal_escapes_come_as_bytes(script):
    said = b"\x1b]0;title\x07\x1b[2J\xff\x00"

    done = script(
        "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin=said
    )

    assert done.stdout == said


def gone(name):
    """Wait until no process has a name; the kernel buries what was killed in its time."""
    deadline = time.monotonic() + 5
    while named(name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
