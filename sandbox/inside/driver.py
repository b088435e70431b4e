"""Inside the sandbox: call a connector as we are told, and report each call.

`driver.py SOCKET`: at the socket is whoever started the sandbox. It says, in lines of JSON,
first what the connector is, then call after call:

    {"zygote": [command…] or null, "executable": "/…/bin/tap-x", "limit_s": 60,
     "output_limit": 4000000}
    {"args": […], "config": {…} or null, "limit_s": 30}

With a zygote, the connector is imported once, in a process that forks for each call; without
one, or where it can't import, each call is a process from the start. A report is a line of
JSON with the lengths of what follows it: stdout and stderr.

The connector's code has our user and may try to pass for us. So this process starts without
the connector's environment (its `.pth` files would run here), can't be looked into, and has
the only connection that the socket takes, made before any other code is there.
"""

import ctypes
import json
import os
import select
import signal
import socket
import sys
import time

TYPE_CHECKING = False  # Importing typing would cost the start of every sandbox.
if TYPE_CHECKING:
    from typing import Any

PR_SET_DUMPABLE = 4
GRACE_S = 0.5  # How long what a call has left behind may keep its pipes open.
WORD_S = 10.0  # How long who forks for calls may take to say that one is over.
PIECE_BYTES = 262_144
PEAK_LIMIT = 1 << 40
SLOTS = 12  # Calls that a zygote can make: it is born with their pipes.


def main() -> None:
    """Make the calls that we are told of, until there are no more."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    channel = Channel(sys.argv[1])
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    plan = channel.read()
    limit, zygote = plan["output_limit"], None
    if plan["zygote"]:
        zygote = Zygote(plan["zygote"], limit)
        imported = zygote.watch(zygote.pipes, plan["limit_s"])
        channel.report(imported)
        if imported["exit_code"] != 0:
            kill(zygote.pid)
            zygote = None
    number = 0
    while call := channel.read():
        args = arguments(call, number)
        if zygote and number < SLOTS:
            channel.report(zygote.call(number, args, call["limit_s"]))
        else:
            process = Process([plan["executable"], *args], limit)
            channel.report(process.watch(process.pipes, call["limit_s"]))
        number += 1


def arguments(call: "dict[str, Any]", number: int) -> list[str]:
    """Return the arguments of a call; its config is a file where they say `{config}`."""
    args: list[str] = call["args"]
    if call["config"] is None:
        return args
    path = os.path.join(os.getcwd(), f"config-{number}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(call["config"], file)
    return [path if arg == "{config}" else arg for arg in args]


class Channel:
    """The connection to whoever started the sandbox: by any port, where paths lead nowhere."""

    def __init__(self, path: str) -> None:
        try:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(path)
        except OSError:
            self.socket = socket.create_connection(("127.0.0.1", 1))
        self.lines = self.socket.makefile("rb")

    def read(self) -> "Any":
        """Return what is said next, or None if nothing more will be."""
        line = self.lines.readline()
        return json.loads(line) if line else None

    def report(self, outcome: "dict[str, Any]") -> None:
        """Send what came of a call; its texts follow it."""
        texts = outcome.pop("stdout"), outcome.pop("stderr")
        outcome["lengths"] = [len(text) for text in texts]
        self.socket.sendall(json.dumps(outcome).encode() + b"\n" + b"".join(texts))


class Pipes:
    """The stdout and stderr of one call: our ends, and theirs."""

    def __init__(self) -> None:
        (out, self.out), (err, self.err) = os.pipe(), os.pipe()
        self.ours = {out: "stdout", err: "stderr"}

    def inherited(self) -> tuple[int, int]:
        """Return their ends, made fit to be inherited."""
        os.set_inheritable(self.out, True)
        os.set_inheritable(self.err, True)
        return self.out, self.err

    def close_theirs(self) -> None:
        """Close their ends, which others have by now."""
        os.close(self.out)
        os.close(self.err)


class Process:
    """A command that we start, in a session of its own."""

    # What tells that something happened, besides its output.
    news: tuple[int, ...] = ()

    def __init__(self, command: list[str], output_limit: int) -> None:
        self.output_limit = output_limit
        self.is_over, self.status, self.cpu_s, self.peak_kib = False, 0, 0.0, 0
        self.pipes = Pipes()
        self.pid = os.fork()
        if not self.pid:
            self.become(command)
        self.pipes.close_theirs()

    def become(self, command: list[str]) -> None:
        """Be the command, in the new process."""
        try:
            os.setsid()
            os.dup2(self.pipes.out, 1)
            os.dup2(self.pipes.err, 2)
            os.execv(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127)

    def watch(self, pipes: Pipes, limit_s: float) -> "dict[str, Any]":
        """Return what came of a call, which is ended at its limits."""
        began = time.monotonic()
        kept = {"stdout": bytearray(), "stderr": bytearray()}
        counts = {"stdout": 0, "stderr": 0}
        talking, ending, last = dict(pipes.ours), "", began + limit_s
        while talking or not self.is_over:
            left = last - time.monotonic()
            if left <= 0:
                ending = "" if self.is_over else "timed-out"
                break
            self.listen(talking, min(left, 0.2), kept, counts)
            if max(counts.values()) > self.output_limit:
                ending = "output"
                break
            if not self.is_over and self.look():
                # Who inherited the pipes may still write to them.
                last = min(last, time.monotonic() + GRACE_S)
        seconds = time.monotonic() - began
        if ending:
            self.stop()
        for fd in pipes.ours:
            os.close(fd)
        sizes = {f"{name}_bytes": count for name, count in counts.items()}
        return self.outcome(ending, seconds) | kept | sizes

    def listen(self, talking: "Any", wait_s: float, kept: "Any", counts: "Any") -> None:
        """Take what was printed; what is over the limit is counted, not kept."""
        if not talking and not self.news:
            wait_s = 0.005
        ready, _, _ = select.select([*talking, *self.news], [], [], wait_s)
        for fd in ready:
            if fd not in talking:
                continue
            name, piece = talking[fd], os.read(fd, PIECE_BYTES)
            if not piece:
                del talking[fd]
            counts[name] += len(piece)
            kept[name] += piece[: max(0, self.output_limit - len(kept[name]))]

    def look(self) -> bool:
        """Return whether it is over."""
        pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        if pid:
            self.take(status, usage)
        return self.is_over

    def stop(self) -> None:
        """End it, and take what it was."""
        kill(self.pid)
        if not self.is_over:
            self.take(*os.wait4(self.pid, 0)[1:])

    def take(self, status: int, usage: "Any") -> None:
        """Keep how it ended, and what it took."""
        self.is_over, self.status = True, status
        self.cpu_s, self.peak_kib = usage.ru_utime + usage.ru_stime, usage.ru_maxrss

    def outcome(self, ending: str, seconds: float) -> "dict[str, Any]":
        """Return how a call ended, in the words of a report."""
        is_killed = os.WIFSIGNALED(self.status)
        is_exit = os.WIFEXITED(self.status) and not ending
        return {
            "ending": ending or ("signalled" if is_killed else "exited"),
            "exit_code": os.WEXITSTATUS(self.status) if is_exit else None,
            "signal": os.WTERMSIG(self.status) if is_killed else None,
            "seconds": round(seconds, 4),
            "cpu_seconds": round(self.cpu_s, 4),
            "peak_bytes": min(self.peak_kib * 1024, PEAK_LIMIT),
        }


class Zygote(Process):
    """A process that imports the connector and forks for each call.

    It says in lines of numbers how far it is. It runs foreign code and may lie, which gains
    it nothing but wrong numbers on its own calls.
    """

    def __init__(self, command: list[str], output_limit: int) -> None:
        self.slots = [Pipes() for _ in range(SLOTS)]
        told, self.telling = os.pipe()
        heard, saying = os.pipe()
        slots = [slot.inherited() for slot in self.slots]
        given = json.dumps({"told": told, "saying": saying, "slots": slots})
        os.set_inheritable(told, True)
        os.set_inheritable(saying, True)
        super().__init__([*command, given], output_limit)
        os.close(told)
        os.close(saying)
        for slot in self.slots:
            slot.close_theirs()
        self.news, self.text, self.child = (heard,), b"", 0

    def call(self, number: int, args: list[str], limit_s: float) -> "dict[str, Any]":
        """Have a call made; return what came of it."""
        # With what is found where it went away without a word.
        self.is_over, self.child, self.status = False, 0, int(signal.SIGKILL)
        self.cpu_s, self.peak_kib = 0.0, 0
        try:
            os.write(self.telling, json.dumps(args).encode() + b"\n")
        except OSError:
            self.is_over = True
        return self.watch(self.slots[number], limit_s)

    def look(self) -> bool:
        """Hear what it says; return whether the call is over."""
        ready, _, _ = select.select(self.news, [], [], 0)
        if ready:
            piece = os.read(self.news[0], 4096)
            self.text = (self.text + piece)[-4096:]
            if not piece:
                self.gone()
        while b"\n" in self.text and not self.is_over:
            line, _, self.text = self.text.partition(b"\n")
            self.hear(line.split())
        return self.is_over

    def hear(self, words: list[bytes]) -> None:
        """Take one line that it said, if it makes sense."""
        if not all(word.isdigit() and len(word) < 10 for word in words):
            return
        if len(words) == 1:
            self.child = int(words[0])
        elif len(words) == 3:
            status, cpu_ms, self.peak_kib = map(int, words)
            self.is_over, self.status, self.cpu_s = True, status, cpu_ms / 1000

    def gone(self) -> None:
        """Take that it went away in the middle of a call."""
        self.is_over = True
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        self.status = (status or 1 << 8) if pid else self.status

    def stop(self) -> None:
        """End the call, and it with it if it never said whose process that is."""
        self.look()
        kill(self.child or self.pid)
        # It says that the call is over once more, and that belongs to this call.
        # Late, it would be taken for the end of the next one.
        last = time.monotonic() + WORD_S
        while not self.is_over and time.monotonic() < last:
            time.sleep(0.002)
            self.look()


def kill(pid: int) -> None:
    """End a process and its session. What it hid elsewhere ends with the sandbox."""
    for end in (os.killpg, os.kill) if pid > 1 and pid != os.getpid() else ():
        try:
            end(pid, signal.SIGKILL)
        except OSError:
            pass


if __name__ == "__main__":
    main()
