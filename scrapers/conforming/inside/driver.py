"""Runs the cases of a job one after another, inside the sandbox, and tells of each.

It is handed over as text and is run by a Python that no connector has touched. The job
comes on stdin, one line of JSON for each case goes to stdout, beginning with a word that
only the caller knows. The connector can't write there: its processes get other pipes, and
the kernel closes our /proc entry to them (PR_SET_DUMPABLE). Whatever a case leaves
running is ended before the next begins.
"""

import base64
import contextlib
import ctypes
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36
CHUNK = 65_536
# Between the end of a process and that of what it left behind in its pipes.
DRAIN_S = 0.5
PORT = 8765
READ_S = 30


def main():
    """Run the job on stdin; report each case as soon as it is over."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    job = json.loads(sys.stdin.buffer.read())
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if job["answers"]:
        # Where nobody may listen, nothing answers, as without any answers.
        with contextlib.suppress(OSError):
            serve(job["answers"])
    server = server_of(job)
    until = time.monotonic() + job["seconds"]
    for number, case in enumerate(job["cases"]):
        if time.monotonic() > until:
            break
        told = run_case(job, case, Path(job["root"]) / str(number), server)
        line = job["word"] + json.dumps({"name": case["name"], **told})
        print(line, file=report, flush=True)


def server_of(job):
    """Return the database server of the cases, or None. Exits where it does not start."""
    if not job["server"]:
        return None
    module = types.ModuleType("server")
    exec(job["server"]["source"], vars(module))
    server = module.Server(job["server"])
    if problem := server.renewed():
        sys.exit(problem)
    return server


def run_case(job, case, root, server):
    """Return what came of a case in a fresh folder, and with a fresh database."""
    if server and (problem := server.renewed()):
        return {"ending": "lost", "stderr": encoded(problem.encode())}
    places = {"{work}": root / "inner" / "work", "{control}": root / "control"}
    for folder in (*places.values(), root / "tmp", root / "home"):
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in case["files"].items():
        content = base64.b64decode(text)
        (places["{control}"] / name).write_bytes(filled(content, places))
    told = {}
    for _ in range(case["times"]):
        told = run_once(job, case, root, places)
    if case["read_back"]:
        told["output"] = read_back(job, root, places["{work}"])
        if server:
            told["output"] = server.laid_over(told["output"], job["needles"])
    shutil.rmtree(root, ignore_errors=True)
    return told


def run_once(job, case, root, places):
    """Return the ending and the output of one process."""
    args = [filled(arg.encode(), places).decode() for arg in case["args"]]
    stdin = filled(base64.b64decode(case["stdin"]), places)
    own = {"HOME": str(root / "home"), "TMPDIR": str(root / "tmp")}
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            args,
            cwd=places["{work}"],
            env={**job["environment"], **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return {"ending": "lost", "stderr": encoded(str(error).encode())}
    talk = Talk(process, case, stdin, began + case["seconds"])
    ending = talk.hold()
    return {
        "ending": ending,
        "code": process.returncode,
        "stdout": encoded(talk.said[0]),
        "stderr": encoded(talk.said[1]),
        "seconds": time.monotonic() - began,
    }


class Talk:
    """Feeds a process and hears it, until it or its time is over."""

    def __init__(self, process, case, stdin, until):
        self.process, self.case, self.until = process, case, until
        self.left = memoryview(stdin)
        self.said = [bytearray(), bytearray()]
        self.selector = selectors.DefaultSelector()
        for place, stream in enumerate((process.stdout, process.stderr)):
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream, selectors.EVENT_READ, place)
        os.set_blocking(process.stdin.fileno(), False)
        self.selector.register(process.stdin, selectors.EVENT_WRITE)

    def hold(self):
        """Return how it ended: exited, timed-out, too-much-output or killed."""
        ending = ""
        while not ending and self.process.poll() is None:
            self.step(0.02)
            ending = self.reason_to_end()
        if ending:
            self.process.kill()
        self.process.wait()
        end_descendants()
        drained = time.monotonic() + DRAIN_S
        while self.selector.get_map() and time.monotonic() < drained:
            if not self.step(0.01):
                break
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except OSError:
                pass
        self.selector.close()
        return ending or ("exited" if self.process.returncode >= 0 else "signalled")

    def reason_to_end(self):
        """Return the limit that is reached, or nothing."""
        if self.case["kill_when_heard"] and self.said[0].count(b"\n"):
            return "killed"
        if max(map(len, self.said)) > self.case["output_limit"]:
            return "too-much-output"
        if time.monotonic() > self.until:
            return "killed" if self.case["kill_when_heard"] else "timed-out"
        return ""

    def step(self, seconds):
        """Move what can be moved; say whether anything could."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            if key.fileobj is self.process.stdin:
                self.feed()
            else:
                self.hear(key)
        if not ready:
            time.sleep(0)
        return bool(ready)

    def feed(self):
        """Write on; close stdin at the end, unless the case holds it open."""
        try:
            written = os.write(self.process.stdin.fileno(), self.left[:CHUNK])
            self.left = self.left[written:]
        except BlockingIOError:
            return
        except OSError:
            self.left = self.left[:0]
        if not self.left:
            self.selector.unregister(self.process.stdin)
            if not self.case["kill_when_heard"]:
                try:
                    self.process.stdin.close()
                except OSError:
                    pass

    def hear(self, key):
        """Take what was said; forget the pipe when it is closed."""
        try:
            heard = os.read(key.fileobj.fileno(), CHUNK)
        except OSError:
            return
        if not heard:
            self.selector.unregister(key.fileobj)
        elif len(self.said[key.data]) <= self.case["output_limit"]:
            self.said[key.data] += heard


def end_descendants():
    """Kill everything that descends from us, until nothing is left."""
    for _ in range(1000):
        below = descendants()
        for pid in below:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        if not below:
            return
        time.sleep(0.001)


def descendants():
    """Return the ids of all processes below us, orphans included: we adopt them.

    Where they can't be listed, all that may be signalled is below us: that is -1.
    """
    parents = {}
    try:
        listed = os.listdir("/proc")
    except OSError:
        return {-1}
    for entry in filter(str.isdigit, listed):
        place = "/proc/%s/stat" % entry
        with contextlib.suppress(OSError), open(place, "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
            parents[int(entry)] = int(fields[1])
    found, before = {os.getpid()}, 0
    while len(found) > before:
        before = len(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found - {os.getpid()}


def read_back(job, root, work):
    """Return what a case left on disk, as the reader tells it."""
    asked = {key: job[key] for key in ("needles", "libraries")}
    asked |= {"root": str(root), "work": str(work)}
    try:
        done = subprocess.run(
            job["reader"],
            input=json.dumps(asked).encode(),
            env=job["environment"],
            capture_output=True,
            timeout=READ_S,
            start_new_session=True,
        )
        told = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return {"unread": "the reader failed: %s" % type(error).__name__}
    finally:
        end_descendants()
    return told if isinstance(told, dict) else {"unread": "the reader said nothing"}


def serve(answers):
    """Answer GET requests on the loopback device: a type and a text by path."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.partition("?")[0]
            kind, text = answers.get(path, ("application/json", "{}"))
            body = text.encode()
            self.send_response(200 if path in answers else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", PORT), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def filled(content, places):
    """Return bytes with the case's folders in place of {work} and {control}."""
    for word, folder in places.items():
        content = content.replace(word.encode(), str(folder).encode())
    return content


def encoded(content):
    """Return bytes as a text that JSON can carry."""
    return base64.b64encode(bytes(content)).decode()


main()
