"""Inside the sandbox: run a command that finds the package index at 127.0.0.1.

`relay.py SOCKET PORT -- COMMAND…`: what connects to the port, in the sandbox's own network,
is connected to the gateway's socket. Where it has no network of its own, whatever is
connected is led to the gateway anyway, and nobody may listen.

Runs on every Python that connectors are tried on, and starts fast: the standard library
alone, and little of it.
"""

import _thread
import os
import socket
import sys


def main() -> None:
    """Listen, run the command, and end as it does."""
    path, port, command = sys.argv[1], int(sys.argv[2]), sys.argv[4:]
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except PermissionError:
        os.execvp(command[0], command)
    listening.listen(128)
    _thread.start_new_thread(accept, (listening, path))
    _, status = os.waitpid(os.spawnvp(os.P_NOWAIT, command[0], command), 0)
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def accept(listening: socket.socket, path: str) -> None:
    """Connect whoever comes with the gateway."""
    while True:
        near, _ = listening.accept()
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(path)
        except OSError:
            near.close()
            continue
        _thread.start_new_thread(pump, (near, far))
        _thread.start_new_thread(pump, (far, near))


def pump(source: socket.socket, target: socket.socket) -> None:
    """Hand on what comes until there is no more; the other direction goes on."""
    try:
        while piece := source.recv(262_144):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            end.close()


if __name__ == "__main__":
    main()
