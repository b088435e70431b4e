"""What a run gives to a command, and what it tells of its end."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Ending, Level, Limits, landlock, run
from sandbox.accounts import account
from sandbox.watching import Stream

# Landlock gives no network of one's own.
only_namespaces = pytest.mark.parametrize(
    "level", [Level.CONTAINER, Level.BUBBLEWRAP], indirect=True
)
only_landlock = pytest.mark.parametrize("level", [Level.LANDLOCK], indirect=True)
PROJECT = Path(__file__).parents[3]
# A worker that is killed while its run goes on.
WORKER = """
import sys
from sandbox import Level, run
run(["/bin/sh", "-c", "exec sleep 98765.{token}"], level=Level(sys.argv[1]))
"""


@pytest.fixture
def lent():
    """A folder that every account can read."""
    with tempfile.TemporaryDirectory(prefix="songbook-lent-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "file").write_text("lent")
        (folder / "file").chmod(0o644)
        yield folder


def shell(script, **more):
    return run(["/bin/sh", "-c", script], **more)


def test_a_run_tells_how_it_exited_and_what_it_said(level):
    done = shell("cat; echo aside >&2; exit 7", stdin=b"said\n", level=level)

    assert (done.ending, done.exit_code, done.signal) == (Ending.EXITED, 7, None)
    assert (done.stdout, done.stderr) == (b"said\n", b"aside\n")
    assert (done.stdout_bytes, done.stderr_bytes) == (5, 6)
    assert done.command[0] == "/bin/sh"


def test_a_run_tells_which_signal_ended_it(script):
    done = script("import ctypes; ctypes.string_at(0)")

    assert (done.ending, done.exit_code) == (Ending.SIGNALLED, None)
    assert done.signal == signal.SIGSEGV


def test_a_run_tells_what_it_used(script):
    done = script("x = bytearray(b'x' * (30 << 20)); sum(range(10_000_000))")

    assert done.peak_bytes > 20 << 20
    assert done.cpu_seconds > 0.05
    assert done.seconds > 0.05


def test_a_large_input_is_read_whole(level):
    done = run(["/usr/bin/wc", "-c"], stdin=b"x" * 3_000_000, level=level)

    assert done.stdout.strip() == b"3000000"


def test_an_input_that_nobody_reads_holds_nobody_up(level):
    done = run(["/bin/true"], stdin=b"x" * 3_000_000, level=level)

    assert (done.ending, done.exit_code) == (Ending.EXITED, 0)


def test_a_command_that_is_not_there_is_no_success(level):
    done = run(["/no/such/command"], level=level)

    assert done.exit_code in (126, 127)
    assert b"/no/such/command" in done.stderr


def test_the_environment_is_what_was_given_and_a_fixed_rest(level, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "ours")

    done = run(["/usr/bin/env"], environment={"GIVEN": "a b", "TZ": "X"}, level=level)

    found = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
    assert found["GIVEN"] == "a b"
    assert found["TZ"] == "X"
    expected = {"PATH", "HOME", "LANG", "TMPDIR", "TERM", "COLUMNS", "NO_COLOR", "TZ"}
    assert set(found) - {"PWD"} == expected | {"GIVEN"}


def test_what_is_lent_is_read_and_not_written(level, lent):
    command = f"cat {lent}/file; echo x > {lent}/file; echo x > {lent}/new; true"

    done = shell(command, readable={lent: str(lent)}, level=level)

    assert done.stdout == b"lent"
    assert [path.name for path in lent.iterdir()] == ["file"]
    assert (lent / "file").read_text() == "lent"


def test_a_run_begins_in_a_folder_that_it_may_write_to(level):
    done = shell(
        "echo x > a && cat a > $HOME/b && cat $HOME/b > $TMPDIR/c && ls", level=level
    )

    assert done.stdout == b"a\n"


def test_what_one_run_wrote_is_not_there_for_the_next(level):
    shell("echo x > a; echo x > $TMPDIR/a", level=level)

    assert shell("ls . $HOME $TMPDIR", level=level).stdout.count(b"a\n") == 0


def test_a_lent_folder_is_seen_at_another_path(level, lent):
    done = shell(
        "cat /venv/file; cat file; cat",
        readable={lent: "/venv"},
        folder="/venv",
        stdin=b" /venv/file\n",
        level=level,
    )

    seen = done.stdout.removeprefix(b"lentlent ").strip().decode()
    assert Path(seen) in (lent / "file", Path("/venv/file"))


def test_what_a_run_says_is_told_in_our_paths(level, lent):
    done = shell(
        "ls /venv/none /work/none $TMPDIR/none $HOME/none",
        readable={lent: "/venv"},
        level=level,
    )

    for path in ("/venv/none", "/work/none", "/tmp/none", "/tmp/home/none"):  # noqa: S108
        assert f"'{path}'".encode() in done.stderr
    assert done.stderr_bytes == len(done.stderr)


@only_landlock
@pytest.mark.parametrize("name", ["two words", 'quo"te', "back\\slash", "line\nfeed"])
def test_paths_that_scripts_misread_are_refused_where_they_would_be_said(
    level, lent, name
):
    (lent / name).mkdir()

    done = run(["/bin/true"], readable={lent / name: "/venv"}, level=level)

    assert done.ending is Ending.REFUSED
    assert b"characters" in done.stderr


@only_landlock
def test_a_landlock_that_builds_can_not_live_with_is_refused(level, monkeypatch):
    monkeypatch.setattr(landlock, "NEWEST", 1)

    done = run(["/bin/true"], level=level)

    assert done.ending is Ending.REFUSED
    assert b"5.19" in done.stderr


@only_landlock
def test_a_disk_that_is_nearly_full_is_left_alone(level, monkeypatch):
    monkeypatch.setattr(landlock, "DISK_RESERVE_BYTES", 1 << 62)

    done = run(["/bin/true"], level=level)

    assert done.ending is Ending.REFUSED
    assert b"room" in done.stderr


def test_what_the_account_cannot_read_is_refused_with_a_reason(level):
    # Neither nobody nor an ordinary user may follow it.
    closed = Path("/proc/1/cwd")

    done = run(["/bin/true"], readable={closed: str(closed)}, level=level)

    assert done.ending is Ending.REFUSED
    assert account().name in done.stderr.decode()


def test_nobody_runs_as_root(level):
    done = run(["/usr/bin/id", "-u"], level=level)

    assert int(done.stdout) != 0


@only_namespaces
def test_servers_inside_are_reached_from_inside(script):
    done = script(
        "import socket; s = socket.create_server(('127.0.0.1', 8080));"
        "c = socket.create_connection(('127.0.0.1', 8080)); print('reached')"
    )

    assert done.stdout == b"reached\n"


def test_threads_and_processes_are_started(script):
    done = script(
        "import threading, subprocess;"
        "t = threading.Thread(target=lambda: print(1, flush=True)); t.start(); t.join();"
        "subprocess.run(['/bin/echo', '2'], check=True)"
    )

    assert done.stdout == b"1\n2\n"


@pytest.mark.parametrize(
    "send", ["child.kill()", "os.killpg(child.pid, 9)", "os.kill(-child.pid, 9)"]
)
def test_who_started_a_process_may_end_it(script, send):
    done = script(
        "import os, subprocess;"
        "child = subprocess.Popen(['/bin/sleep', '99'], start_new_session=True);"
        f"{send}; print(child.wait())"
    )

    assert done.stdout == b"-9\n", done.stderr


def test_who_ends_everybody_ends_none_but_his_own(script):
    done = script(
        "import os, subprocess, time;"
        "child = subprocess.Popen(['/bin/sleep', '99'], start_new_session=True);"
        "os.kill(-1, 9); print(child.wait())"
    )

    assert done.stdout == b"-9\n", done.stderr


def test_who_gives_up_is_told_so(script):
    done = script("import os; os.abort()")

    assert (done.ending, done.signal) == (Ending.SIGNALLED, signal.SIGABRT)


def test_a_process_that_is_gone_can_not_be_ended(script):
    done = script(
        "import os, subprocess;"
        "child = subprocess.Popen(['/bin/true']); child.wait();"
        "os.kill(child.pid, 9)"
    )

    assert b"ProcessLookupError" in done.stderr


def test_runs_beside_each_other_do_not_meet(level):
    found = {}

    def one(number):
        found[number] = shell(f"echo {number} > a; cat a", level=level).stdout

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: b"%d\n" % number for number in range(6)}


def test_nothing_of_a_run_is_left(level):
    files, runs = open_files(), folders_of_runs()

    run(["/bin/true"], level=level)

    assert open_files() == files
    assert not folders_of_runs() - runs
    assert not list(Path("/sys/fs/cgroup").rglob(f"songbook-{os.getpid()}-*"))


def test_a_run_does_not_outlive_its_worker(level, tmp_path):
    token = f"{os.getpid()}{time.monotonic_ns()}"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(token=token), level],
        cwd=PROJECT,
    )
    wait_for(lambda: running(f"98765.{token}"))

    worker.kill()
    worker.wait()

    wait_for(lambda: not running(f"98765.{token}"))


@given(st.integers(0, 50), st.lists(st.binary(max_size=20)))
def test_a_stream_keeps_the_beginning_and_counts_all(limit, chunks):
    stream = Stream(limit)

    for chunk in chunks:
        stream.take(chunk)

    assert stream.kept == b"".join(chunks)[:limit]
    assert stream.seen == len(b"".join(chunks))


@given(st.integers(0, 9), st.integers(0, 9))
def test_limits_of_one_stream_win(of_all, of_one):
    limits = Limits(output_bytes=of_all, stdout_bytes=of_one)

    assert (limits.of_stdout, limits.of_stderr) == (of_one, of_all)


def open_files():
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def folders_of_runs():
    """Return those of our own account; other runs are none of ours."""
    made = Path(tempfile.gettempdir()).glob(f"songbook-run-{os.getpid()}-*")
    return {path.name for path in made}


def running(name):
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", name.encode()]:
            found.append(line)
    return found


def wait_for(condition):
    """Wait until a condition holds; fail when it does not in time."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
