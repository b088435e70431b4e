"""Attack from within the sandbox, and print a JSON list of what succeeded.

Stdin has the place of the worker and of its canaries, as JSON. See `sandbox/selftest.py`.
"""

import ctypes
import json
import os
import socket
import sys

IO_URING_SETUP, CLONE_NEWUSER, CLONE_NEWNET = 425, 0x10000000, 0x40000000
AF_NETLINK, AF_VSOCK = 16, 40
libc = ctypes.CDLL(None, use_errno=True)


def main():
    """Try everything, each for itself."""
    attacks = attacks_on(json.load(sys.stdin))
    print(json.dumps([name for name, attack in attacks.items() if succeeds(attack)]))


def attacks_on(worker):
    """Return what is tried, by what would be said of it."""
    return {
        "is root": lambda: os.geteuid() == 0 or None,
        "became root": lambda: os.setuid(0) or True,
        "read the worker's file": lambda: open(worker["file"]).read(),
        "read the worker's environment": lambda: environment(worker),
        "reached a port of the machine": lambda: reach(
            worker, socket.AF_INET, ("127.0.0.1", worker["port"])
        ),
        "reached an abstract socket": lambda: reach(
            worker, socket.AF_UNIX, "\0" + worker["abstract"]
        ),
        "reached a socket by its path": lambda: reach(
            worker, socket.AF_UNIX, worker["path"]
        ),
        "sent a datagram by a pair": lambda: datagram(worker["path"]),
        "found its door closed": lambda: worker["door"] and not enters(worker["door"]),
        "opened a netlink socket": lambda: socket.socket(
            AF_NETLINK, socket.SOCK_RAW, 0
        ),
        "opened a vsock": lambda: socket.socket(AF_VSOCK, socket.SOCK_STREAM),
        "reached the worker": lambda: os.kill(worker["pid"], 0) or True,
        "made a user namespace": lambda: called(libc.unshare(CLONE_NEWUSER)),
        "made a network namespace": lambda: called(libc.unshare(CLONE_NEWNET)),
        "made an io_uring": lambda: called(
            libc.syscall(IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
        ),
        "traced": lambda: called(libc.ptrace(0, 0, 0, 0)),
        "wrote beside the worker": lambda: write(worker["file"] + ".written"),
        "wrote to /etc": lambda: write("/etc/written"),
        "wrote to /usr": lambda: write("/usr/written"),
        "opened the kernel's settings": lambda: open(
            "/proc/sys/kernel/core_pattern", "r+"
        ),
    }


def succeeds(attack):
    """Tell whether an attack came to something."""
    try:
        return bool(attack())
    except (OSError, ValueError):
        return False


def environment(worker):
    """Look for the canary in what belongs to the worker."""
    path = "/proc/%d/environ" % worker["pid"]
    return worker["canary"] in os.environ or bool(open(path, "rb").read())


def reach(worker, family, address):
    """Reach somebody who says the word."""
    made = socket.socket(family)
    made.settimeout(5)
    made.connect(address)
    return made.recv(64).decode() == worker["word"]


def datagram(path):
    """Have the kernel look for a peer that a pair's end was never given."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        ends[0].sendto(b"x", path)
    except (PermissionError, FileNotFoundError):
        return False
    except OSError:
        # The peer is of another kind: it was found.
        return True
    return True


def enters(path):
    """Tell whether the socket that was lent is there, by its path or by any port."""
    for family, address in ((socket.AF_UNIX, path), (socket.AF_INET, ("127.0.0.1", 1))):
        try:
            made = socket.socket(family)
            made.settimeout(5)
            made.connect(address)
            return made.recv(64) == b"door"
        except OSError:
            continue
    return False


def called(result):
    """Tell whether a system call was carried out."""
    return result >= 0


def write(path):
    """Leave a file."""
    with open(path, "w") as file:
        return file.write("x")


if __name__ == "__main__":
    main()
