"""Nobody leaves this machine, though it has a way to everywhere.

Where a test may, it makes a network of its own in which the addresses outside are its own
listeners': what is refused there, the walls refuse, and not a machine without a network.
"""

import ctypes
import json
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

OUTSIDE = {
    "private": ("10.0.0.1", 80),
    "public": ("1.1.1.1", 443),
    "metadata": ("169.254.169.254", 80),
}
DNS = ("8.8.8.8", 53)
# There is no way there; there are no such sockets; they may not be used.
REFUSED = {"ENETUNREACH", "EAFNOSUPPORT", "EACCES", "EPERM"}
CLONE_NEWNET = 0x40000000
ADDRESS = bytes([10, 0, 0, 1])


@pytest.fixture
def routed():
    """A network for this thread in which all of it is answered; skips where none can be."""
    libc, ip = ctypes.CDLL(None, use_errno=True), shutil.which("ip")
    with ExitStack() as held:
        before = held.enter_context(Path("/proc/thread-self/ns/net").open())
        if not ip or libc.unshare(CLONE_NEWNET):
            pytest.skip("no network can be made here: that takes root, and `ip`")
        held.callback(libc.setns, before.fileno(), CLONE_NEWNET)
        hosts = {host for host, _ in (*OUTSIDE.values(), DNS)} | nameservers()
        subprocess.run([ip, "link", "set", "lo", "up"], check=True)
        for host in hosts - {"127.0.0.1"}:
            subprocess.run(
                [ip, "address", "add", f"{host}/32", "dev", "lo"], check=True
            )
        for address in OUTSIDE.values():
            held.enter_context(socket.create_server(address))
        for host in {DNS[0], *nameservers()}:
            answer_at((host, DNS[1]), held)
        yield


@pytest.fixture
def leave(script):
    """Return what came of each way out, at a level."""

    def leaves():
        done = script("leaving", stdin=said().encode())
        assert done.exit_code == 0, done
        return json.loads(done.stdout)

    return leaves


def said():
    return json.dumps({"outside": OUTSIDE, "dns": DNS})


def nameservers():
    rows = Path("/etc/resolv.conf").read_text().splitlines()
    words = [row.split() for row in rows if row.startswith("nameserver ")]
    return {row[1] for row in words if "." in row[1]}


def answer_at(address, held):
    """Answer each query for a name, by UDP."""
    made = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    made.bind(address)

    def answers():
        with suppress(OSError):
            while True:
                query, sender = made.recvfrom(512)
                if not query:
                    return
                question = query[12:].partition(b"\0")[2][:4]
                is_known = question[:2] == b"\0\x01"
                name = query[12:].partition(b"\0")[0] + b"\0"
                row = b"\xc0\x0c" + question + bytes(4) + b"\0\x04" + ADDRESS
                head = query[:2] + b"\x81\x80\0\x01\0" + bytes([is_known]) + bytes(4)
                made.sendto(head + name + question + row * is_known, sender)

    def end():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", address)
        thread.join()

    thread = threading.Thread(target=answers)
    thread.start()
    held.callback(end)


def refused(came):
    """Return what was not refused as walls do."""
    name = came.pop("name")
    left = {way: how for way, how in came.items() if how not in REFUSED}
    return left if name == "no name" else left | {"name": name}


def test_nobody_leaves_by_any_address(leave):
    assert refused(leave()) == {}


def test_nobody_leaves_where_every_address_answers(leave, routed):
    assert refused(leave()) == {}


def test_without_a_sandbox_they_leave(routed):
    done = subprocess.run(
        [sys.executable, "-S", str(Path(__file__).parent / "attacks" / "leaving.py")],
        input=said().encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    came = json.loads(done.stdout)
    assert set(came.values()) == {"reached"}, came
