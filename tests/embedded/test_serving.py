import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from embedded.state import ROOT
from tests.embedded.waiting import PATIENCE_S, is_alive, until

# A Songbook in small: two programs and the door of the first.
SUPERVISOR = """
import os, sys, time
from pathlib import Path
from embedded.failure import Failure
from embedded.processes import Process, Processes
from embedded.serving import Serving, StopRequests
from embedded.state import lock
folder, port, web_program = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
web = Process("web", [sys.executable, "-c", web_program, str(folder), str(port)])
last_word = [sys.executable, "-c", sys.argv[4], str(port)]
worker = Process("worker", last_word, stops_first=True)
with lock(folder / "run.lock"):
    processes = Processes([web, worker], folder / "run.lock", folder, os.environ)
    serving = Serving(processes, web, None, port, StopRequests(), time.monotonic())
    try:
        serving.serve()
    except Failure as failure:
        sys.exit(str(failure))
"""
# It has a child in a session of its own, as the worker's programs are, and writes down
# both their process ids once it answers.
WEB = """
import os, subprocess, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
server = HTTPServer(("127.0.0.1", int(sys.argv[2])), Healthy)
child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
new = Path(sys.argv[1], "pids.new")
new.write_text(f"{os.getpid()} {child.pid}")
new.rename(Path(sys.argv[1], "pids"))
print("here I am", flush=True)
server.serve_forever()
"""
# It is not done at once, and needs the other one meanwhile.
LAST_WORD = """
import signal, sys, urllib.request
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("I listen", flush=True)
signal.sigwait([signal.SIGTERM])
for _ in range(50):
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/healthz").close()
print("it was heard", flush=True)
"""
# Below the ports that systems give to outgoing connections.
PORTS, SHARES = range(30_000, 32_000), 64
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WEB


@pytest.fixture
def port(worker_id):
    """Return a port that nobody has, and no other worker's tests nor the system take."""
    share = int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    for one in PORTS[share::SHARES]:
        with contextlib.closing(socket.socket()) as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", one))
            return one
    raise AssertionError("no port is free")


@contextlib.contextmanager
def supervisor(folder, port, *, web=WEB):
    programs = [web, LAST_WORD]
    command = [sys.executable, "-c", SUPERVISOR, str(folder), str(port), *programs]
    said = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdout=said, stderr=said, text=True
    ) as one:
        try:
            yield one
        finally:
            one.kill()


def read_until(process, beginning):
    """Read what a process says up to a line with this beginning, and return that."""
    for line in process.stdout:
        if line.startswith(beginning):
            return line
    raise AssertionError(process.stderr.read())


def healthy(process):
    """Wait until both programs are up, whichever of them is first."""
    missing = {"Songbook is at", "worker  | I listen"}
    while missing:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        missing -= {beginning for beginning in missing if line.startswith(beginning)}


def pids(folder):
    path = folder / "pids"
    until(path.exists, what="the web program starts")
    return [int(word) for word in path.read_text().split()]


def test_words_of_a_process_carry_its_name(tmp_path, port):
    with supervisor(tmp_path, port) as process:
        assert read_until(process, "web") == "web     | here I am\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_leaves_nothing(tmp_path, port, number):
    with supervisor(tmp_path, port) as process:
        healthy(process)
        program, grandchild = pids(tmp_path)
        process.send_signal(number)
        assert process.wait() == 0
        assert not is_alive(program)
        assert not is_alive(grandchild)


def test_who_has_a_last_word_is_heard_by_those_who_stop_after_it(tmp_path, port):
    with supervisor(tmp_path, port) as process:
        healthy(process)
        process.terminate()
        assert read_until(process, "worker") == "worker  | it was heard\n"
        assert process.wait() == 0


def test_killed_it_leaves_nothing_either(tmp_path, port):
    with supervisor(tmp_path, port) as process:
        healthy(process)
        program, grandchild = pids(tmp_path)
        process.kill()
        until(lambda: not is_alive(program), what="the web program stops")
        until(lambda: not is_alive(grandchild), what="its child is gone")


def test_program_that_dies_is_started_again_and_its_children_are_gone(tmp_path, port):
    with supervisor(tmp_path, port) as process:
        healthy(process)
        program, grandchild = pids(tmp_path)
        os.kill(program, signal.SIGKILL)
        until(lambda: pids(tmp_path)[0] != program, what="it is started again")
        assert not is_alive(grandchild)
        address = f"http://127.0.0.1:{port}/healthz"
        with urllib.request.urlopen(address) as response:
            assert response.status == 204


def test_second_request_kills_what_will_not_stop(tmp_path, port):
    with supervisor(tmp_path, port, web=STUBBORN) as process:
        healthy(process)
        program, grandchild = pids(tmp_path)
        process.terminate()
        until(
            lambda: "stopping" in process.stderr.readline(), what="the first is heard"
        )
        assert is_alive(program)
        process.terminate()
        assert process.wait() == 0
        assert not is_alive(program)
        assert not is_alive(grandchild)


def test_web_server_that_never_answers_is_given_up(tmp_path, port):
    with supervisor(tmp_path, port, web="raise SystemExit('broken')") as process:
        said, told = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 1
        assert "web     | broken" in said
        assert "web ended with 1; it is started again in 0.5 s" in told
        assert "the web server does not answer" in told
