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
    worker = json.load(sys.stdin)
    attacks = {
        "is root": lambda: os.geteuid() == 0 or None,
        "became root": lambda: os.setuid(0) or True,
        "read the worker's file": lambda: open(worker["file"]).read(),
        "read the worker's environment": lambda: environment(worker),
        "reached a port of the machine": lambda: connect(worker["port"]),
        "reached an abstract socket": lambda: abstract(worker["abstract"]),
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
    print(json.dumps([name for name, attack in attacks.items() if succeeds(attack)]))


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


def connect(port):
    """Reach a port of the machine that the worker listens at."""
    return socket.create_connection(("127.0.0.1", port), timeout=0.5)


def abstract(name):
    """Reach a socket without a path."""
    made = socket.socket(socket.AF_UNIX)
    made.connect("\0" + name)
    return made


def called(result):
    """Tell whether a system call was carried out."""
    return result >= 0


def write(path):
    """Leave a file."""
    with open(path, "w") as file:
        return file.write("x")


if __name__ == "__main__":
    main()
