"""Leave this machine, by addresses outside that are routed; say what came of each."""

import errno
import json
import socket
import sys

target = json.load(sys.stdin)
QUERY = (
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x01b\x00\x00\x01\x00\x01"
)


def connects(address):
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.settimeout(2)
    made.connect(address)


def asks(address):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(2)
    made.connect(address)
    made.send(QUERY)
    made.recv(1)


def what_came_of(attack, address):
    try:
        attack(*address)
    except socket.gaierror:
        return "no name"
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    return "reached"


said = {
    name: what_came_of(connects, [tuple(address)])
    for name, address in target["outside"].items()
}
said["dns"] = what_came_of(asks, [tuple(target["dns"])])
said["name"] = what_came_of(socket.getaddrinfo, ["a.test", 80])
print(json.dumps(said))
