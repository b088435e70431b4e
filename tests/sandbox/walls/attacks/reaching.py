"""Reach somebody by any kind of socket."""

import json
import socket
import sys

target = json.load(sys.stdin)
REFERENCE = (
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x01b\x00\x00\x01\x00\x01"
)


def connects(family, address):
    made = socket.socket(family, socket.SOCK_STREAM)
    made.settimeout(1)
    made.connect(address)
    return True


def sends(address, message):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(1)
    made.connect(address)
    made.send(message)
    return bool(made.recv(1))


attacks = {
    "loopback": lambda: connects(socket.AF_INET, ("127.0.0.1", target["port"])),
    "loopback 6": lambda: connects(socket.AF_INET6, ("::1", target["port"])),
    "own address": lambda: connects(socket.AF_INET, (target["own"], target["port"])),
    "udp": lambda: sends(("127.0.0.1", target["udp_port"]), b"x"),
    "path": lambda: connects(socket.AF_UNIX, target["folder"] + "/socket"),
    "abstract": lambda: connects(socket.AF_UNIX, "\0" + target["abstract"]),
    "private": lambda: connects(socket.AF_INET, ("10.0.0.1", 80)),
    "public": lambda: connects(socket.AF_INET, ("1.1.1.1", 443)),
    "metadata": lambda: connects(socket.AF_INET, ("169.254.169.254", 80)),
    "dns": lambda: sends(("8.8.8.8", 53), REFERENCE),
    "name": lambda: socket.getaddrinfo("example.org", 80),
}
done = []
for name, attack in attacks.items():
    try:
        if attack():
            done.append(name)
    except OSError:
        pass
print(json.dumps(done))
