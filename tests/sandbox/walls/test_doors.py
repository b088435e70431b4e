"""A door is lent: one socket, and it leads nowhere else, whatever address is named."""

from pathlib import Path

import pytest

from sandbox import Level
from tests.sandbox.walls.conftest import LANDLOCKS

HEARS = """
import socket
made = socket.socket({family})
made.settimeout(5)
made.connect({address!r})
print(made.recv(16).decode())
"""
ELSEWHERE = [
    ("socket.AF_INET", ("127.0.0.1", 8118)),
    ("socket.AF_INET", ("10.0.0.1", 80)),
    ("socket.AF_INET", ("1.1.1.1", 443)),
    ("socket.AF_INET6", ("::1", 80)),
]
only_landlock = pytest.mark.parametrize("level", LANDLOCKS, indirect=True)


@pytest.mark.parametrize("level", [Level.CONTAINER, Level.BUBBLEWRAP], indirect=True)
def test_the_door_is_found(script, door):
    path, came = door

    done = script(
        HEARS.format(family="socket.AF_UNIX", address="/run/index.sock"), socket=path
    )

    assert done.stdout == b"door\n", done.stderr
    assert len(came) == 1


@only_landlock
def test_nobody_asks_the_door_for_names(script, door):
    """Libraries ask a name service by its path; a door would leave them waiting."""
    done = script(
        HEARS.format(family="socket.AF_UNIX", address="/run/nscd/socket"),
        socket=door[0],
    )

    assert b"Address family not supported" in done.stderr
    assert not door[1]


def test_a_door_leads_to_nobody_else(attack, door):
    assert attack("reaching", socket=door[0]) == []


def test_a_door_gives_nothing_of_the_kernel(attack, door):
    assert attack("kernel", socket=door[0]) == []


@only_landlock
@pytest.mark.parametrize(("family", "address"), ELSEWHERE)
def test_every_address_is_the_doors(script, door, family, address):
    done = script(HEARS.format(family=family, address=address), socket=door[0])

    assert done.stdout == b"door\n", done.stderr


@only_landlock
def test_nobody_listens(script, door):
    done = script(
        "import socket; socket.create_server(('127.0.0.1', 0))", socket=door[0]
    )

    assert b"Permission denied" in done.stderr


@only_landlock
def test_a_door_that_is_closed_is_no_network(script, target):
    done = script(
        HEARS.format(family="socket.AF_INET", address=("127.0.0.1", target["port"])),
        socket=Path(target["folder"], "nobody-listens"),
    )

    assert b"Network is unreachable" in done.stderr


@only_landlock
def test_many_connections_at_once_are_all_the_doors(script, door):
    done = script(
        "import socket\n"
        "made = [socket.create_connection(('127.0.0.1', 1)) for _ in range(60)]\n"
        "print({one.recv(16) for one in made})",
        socket=door[0],
    )

    assert done.stdout == b"{b'door'}\n", done.stderr


@only_landlock
def test_who_has_no_room_for_a_socket_gets_none_and_goes_on(script, door):
    done = script(
        "import socket\n"
        "made = []\n"
        "try:\n"
        "    while True: made.append(socket.socket())\n"
        "except OSError as error: print(error.strerror)\n"
        "made.clear()\n"
        "made = socket.create_connection(('127.0.0.1', 1))\n"
        "print(made.recv(16))",
        socket=door[0],
    )

    assert done.stdout == b"Too many open files\nb'door'\n", done.stderr
