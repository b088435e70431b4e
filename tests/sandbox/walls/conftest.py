"""What attacks aim at, and the levels of this machine they run at."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from functools import lru_cache
from pathlib import Path

import pytest

from sandbox import Level, Limits, landlock, run
from sandbox.accounts import account
from sandbox.levels import why_not
from sandbox.selftest import interpreter

ATTACKS = Path(__file__).parent / "attacks"
CANARY = "SONGBOOK_TEST_CANARY"
HOLDING = (Level.CONTAINER, Level.BUBBLEWRAP, Level.LANDLOCK)


# Landlock as Linux 6.8 has it: signals are not kept in, and are sent for who may.
OLDER = 4
LANDLOCKS = (Level.LANDLOCK, f"{Level.LANDLOCK} {OLDER}")


@lru_cache
def reason_against(level, _known):
    return why_not(level, account())


@pytest.fixture(params=[*HOLDING, *LANDLOCKS[1:]])
def level(request, monkeypatch):
    """Each level that this machine offers, and Landlock as on an older one."""
    name, _, known = str(request.param).partition(" ")
    if known:
        monkeypatch.setattr(landlock, "NEWEST", int(known))
    if reason := reason_against(Level(name), known):
        pytest.skip(f"{request.param}: {reason}")
    return Level(name)


@pytest.fixture(scope="session")
def python():
    """A Python that the sandbox's account can run."""
    with ExitStack() as held:
        yield interpreter(account(), held)


@pytest.fixture
def script(level, python):
    """Run one of the attacks, or a line of Python, at a level."""

    def runs(source, *arguments, limits=None, **more):
        path = ATTACKS / f"{source}.py"
        code = path.read_text() if source.isidentifier() else source
        return run(
            [str(python.executable), "-I", "-S", "-c", code, *arguments],
            readable=python.readable,
            environment=python.environment,
            limits=limits or Limits(wall_s=20),
            level=level,
            **more,
        )

    return runs


@pytest.fixture
def target(monkeypatch):
    """Listeners, a canary and a folder, open to every account of this machine."""
    monkeypatch.setenv(CANARY, "secret")
    folder = Path(tempfile.mkdtemp(prefix="songbook-target-"))
    folder.chmod(0o777)
    canary = folder / "canary"
    canary.write_text("secret")
    canary.chmod(0o666)
    # The account's own: what its owner may do with it has to be refused by the sandbox.
    os.chown(canary, account().uid, account().gid)
    name = f"songbook-{secrets.token_hex(8)}"
    with ExitStack() as held:
        held.callback(shutil.rmtree, folder)
        port = _listen_by_tcp(held)
        udp_port = _echo_by_udp(held)
        for address in (f"\0{name}", str(folder / "socket")):
            made = held.enter_context(socket.socket(socket.AF_UNIX))
            made.bind(address)
            made.listen()
        taking = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        taking.bind(str(folder / "datagrams"))
        for socket_file in ("socket", "datagrams"):
            (folder / socket_file).chmod(0o777)
        yield {
            "pid": os.getpid(),
            "canary": CANARY,
            "folder": str(folder),
            "port": port,
            "udp_port": udp_port,
            "own": _own_address(),
            "abstract": name,
            "name": name,
        }


@pytest.fixture
def door(target):
    """A socket to be lent, and those who came to it; each of them hears where he is."""
    came = []
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(Path(target["folder"], "door")))
        Path(target["folder"], "door").chmod(0o777)
        made.listen(128)
        thread = threading.Thread(target=_greet, args=(made, came))
        thread.start()
        yield Path(target["folder"], "door"), came
        made.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def attack(script, target):
    """Return what an attack says that it could do."""

    def attacks(name, **more):
        done = script(name, stdin=json.dumps(target).encode(), **more)
        assert done.exit_code == 0, done
        return json.loads(done.stdout)

    return attacks


@pytest.fixture
def unheld(target):
    """Return what an attack could do without any sandbox."""

    def attacks(name):
        done = subprocess.run(
            [sys.executable, "-S", str(ATTACKS / f"{name}.py")],
            input=json.dumps(target).encode(),
            capture_output=True,
            timeout=60,
            check=True,
        )
        return json.loads(done.stdout)

    return attacks


def _greet(made, came):
    while True:
        try:
            near, _ = made.accept()
        except OSError:
            return
        with near, suppress(OSError):
            came.append(near)
            near.sendall(b"door")


def _listen_by_tcp(held):
    """Listen at all addresses, of both families where there are both."""
    if socket.has_dualstack_ipv6():
        made = socket.create_server(
            ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
        )
    else:
        made = socket.create_server(("0.0.0.0", 0))  # noqa: S104
    return held.enter_context(made).getsockname()[1]


def _echo_by_udp(held):
    made = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    made.bind(("127.0.0.1", 0))

    def echo():
        while True:
            message, sender = made.recvfrom(64)
            if message == b"end":
                return
            made.sendto(message, sender)

    def end():
        made.sendto(b"end", made.getsockname())
        thread.join()

    thread = threading.Thread(target=echo)
    thread.start()
    held.callback(end)
    return made.getsockname()[1]


def _own_address():
    """Return this machine's address in its network, or loopback's without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        try:
            made.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return made.getsockname()[0]
