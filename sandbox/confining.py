"""A program, not a module: start a command behind Landlock, and end all that it leaves.

It is started by `sandbox/landlock.py` with the number of a file that holds the order, and
imports the standard library alone. The command's process gives up its rights for ever before
it becomes the command. This process stays outside as the one to whom orphans fall: it kills
them when the command ends, or when the worker closes its end of the lifeline by dying.

Meanwhile it decides about the calls that the filter leaves to it. It looks at nothing but
numbers that the kernel copied: what lies in the caller's memory may change after a look.

Source: Linux, Documentation/userspace-api/landlock.rst and seccomp_filter.rst, linux/prctl.h
and linux/seccomp.h.
"""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

PDEATHSIG, SECCOMP, SUBREAPER, NO_NEW_PRIVILEGES = 1, 22, 36, 38
SECCOMP_FILTER, SET_FILTER, NEW_LISTENER = 2, 1, 8
# What is asked: its number, the thread, flags, the call, the architecture, where it is, and
# the arguments. What is said: the number, the value, an error, flags. A file that is handed
# over: the number, flags, our descriptor, theirs, and its flags.
ASKED, SAID = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
HANDED = struct.Struct("=QIIII")
RECEIVE, SEND, HAND = 0xC0502100, 0xC0182101, 0x40182103
# The call goes on as if there were no filter.
GO_ON = 1
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
BENEATH_PATH = 1
# How many rights to files each version of Landlock knows, from the first on.
RIGHTS = (13, 14, 15, 15, 16, 16)
# Later ones know two to TCP ports, and scopes for abstract sockets and for signals.
TCP, TCP_SINCE, SCOPES, SCOPES_SINCE = 3, 4, 3, 6
EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER, TRUNCATE = 1, 2, 4, 8, 1 << 14
READING = EXECUTE | READ_FILE | READ_FOLDER
# The rights that there are for something that is no folder.
OF_ONE_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | 1 << 15
SIGNAL_BASE, CANT_START = 128, 126
# As seconds and their millionths: how long is waited at a door where many wait, and for ever.
AT_DOOR, FOR_EVER = struct.pack("@ll", 5, 0), struct.pack("@ll", 0, 0)

libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Carry out the order, and exit as the command did."""
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        order = json.load(file)
    _checked(libc.prctl(SUBREAPER, 1, 0, 0, 0))
    if _word() != b"go":
        sys.exit(CANT_START)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        _become(order, theirs)
    theirs.close()
    # None where the filter asks nobody, or the command never began.
    questions = socket.recv_fds(ours, 1, 1)[1]
    code = _code_of(child, order, questions)
    _kill_the_rest()
    with contextlib.suppress(OSError):
        os.write(order["status"], json.dumps({"exit-code": code}).encode() + b"\n")
    sys.exit(min(code, 255))


def _word() -> bytes:
    """Return the first line of stdin; the rest is the command's."""
    word = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        word += byte
    return word


def _become(order: dict[str, Any], theirs: socket.socket) -> None:
    """Give up all rights and become the command."""
    try:
        os.setsid()
        _limit(order)
        _change_account(order["account"])
        # After the change of account, which forgets it.
        _checked(libc.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        os.umask(0o022)
        os.chdir(order["folder"])
        os.closerange(3, theirs.fileno())
        os.closerange(theirs.fileno() + 1, 1 + max(order["status"], order["lifeline"]))
        _checked(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _restrict(order["landlock"], order["readable"], order["writable"])
        _filter(order, theirs)
        os.execvpe(order["command"][0], order["command"], order["environment"])
    except OSError as error:
        os.write(2, f"{order['command'][0]}: {error}\n".encode())
    os._exit(CANT_START)


def _change_account(account: list[int] | None) -> None:
    if account:
        uid, gid = account
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    if os.geteuid() == 0:
        raise OSError("root runs no foreign code")


def _limit(order: dict[str, Any]) -> None:
    for which, (soft, hard) in order["limits"]:
        resource.setrlimit(which, (soft, hard))
    wanted = order["processes"]
    if wanted is None:
        return
    most = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NPROC, (wanted, wanted))


def _restrict(version: int, readable: list[str], writable: list[str]) -> None:
    every = (1 << RIGHTS[version - 1]) - 1
    attributes = [every]
    if version >= TCP_SINCE:
        attributes.append(TCP)
    if version >= SCOPES_SINCE:
        attributes.append(SCOPES)
    # An older kernel takes a shorter structure.
    wanted = struct.pack(f"{len(attributes)}Q", *attributes)
    rules = _checked(libc.syscall(CREATE_RULESET, wanted, len(wanted), 0))
    for paths, allowed in ((readable, READING), (writable, every)):
        for path in paths:
            _allow(rules, path, allowed)
    _checked(libc.syscall(RESTRICT_SELF, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not Path(path).is_dir():
        rights &= OF_ONE_FILE
    rule = struct.pack("=Qi", rights, place)
    _checked(libc.syscall(ADD_RULE, rules, BENEATH_PATH, rule, 0))
    os.close(place)


def _filter(order: dict[str, Any], theirs: socket.socket) -> None:
    rules = bytes.fromhex(order["rules"])
    held = ctypes.create_string_buffer(rules, len(rules))
    # struct sock_fprog: how many instructions of 8 bytes, and where they are.
    program = struct.pack("HP", len(rules) // 8, ctypes.addressof(held))
    if not order["asks"]:
        _checked(libc.prctl(SECCOMP, SECCOMP_FILTER, program, 0, 0))
    else:
        call = order["calls"]["seccomp"]
        made = _checked(libc.syscall(call, SET_FILTER, NEW_LISTENER, program))
        socket.send_fds(theirs, [b"?"], [made])
        os.close(made)
    theirs.close()


def _code_of(child: int, order: dict[str, Any], questions: list[int]) -> int:
    """Return how the command ended; if the worker lets go first, end it."""
    ended, lifeline = os.pidfd_open(child), order["lifeline"]
    watched, ready = select.poll(), set[int]()
    for file in (ended, lifeline, *questions):
        watched.register(file, select.POLLIN)
    while not {ended, lifeline} & ready:
        for question in {*questions} & ready:
            _answer(question, order)
        ready = {file for file, _ in watched.poll()}
    if ended not in ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return SIGNAL_BASE - code if code < 0 else code


def _answer(questions: int, order: dict[str, Any]) -> None:
    """Decide about one call that waits for it."""
    asked = bytearray(ASKED.size)
    # Who asks may be gone at any moment.
    with contextlib.suppress(OSError):
        fcntl.ioctl(questions, RECEIVE, asked)
        number, thread, _, call, _, _, *arguments = ASKED.unpack(asked)
        value = error = flags = 0
        try:
            if call == order["calls"]["socket"]:
                value = _lead(questions, number, arguments[1], order["door"])
            else:
                flags = _send_signal(call, thread, arguments, order["calls"])
        except OSError as refused:
            error = -(refused.errno or errno.EPERM)
        fcntl.ioctl(questions, SEND, bytearray(SAID.pack(number, value, error, flags)))


def _lead(questions: int, number: int, kind: int, door: str) -> int:
    """Give the caller a socket that is connected with the door; return its descriptor."""
    with socket.socket(socket.AF_UNIX) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, AT_DOOR)
        try:
            made.connect(door)
        except OSError as closed:
            raise OSError(errno.ENETUNREACH, "the door is closed") from closed
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, FOR_EVER)
        made.setblocking(not kind & socket.SOCK_NONBLOCK)
        flags = os.O_CLOEXEC if kind & socket.SOCK_CLOEXEC else 0
        handed = HANDED.pack(number, 0, made.fileno(), 0, flags)
        return int(fcntl.ioctl(questions, HAND, bytearray(handed)))


def _send_signal(
    call: int, thread: int, arguments: list[int], calls: dict[str, int]
) -> int:
    """Send a signal for the caller to those of its own run; return flags of the answer.

    By files that stand for processes: a number may by then be another one's.
    """
    first, second, _, *_ = (ctypes.c_int(argument).value for argument in arguments)
    own = first == thread if call == calls["tkill"] else _is_of(thread, first)
    if call != calls["kill"]:
        if own:
            return GO_ON
        raise PermissionError(errno.EPERM, "a thread of another process")
    with contextlib.ExitStack() as held:
        meant = {}
        for pid in [first] if first > 0 else _below():
            with contextlib.suppress(ProcessLookupError):
                if _is_meant(pid, first, thread):
                    meant[pid] = os.pidfd_open(pid)
                    held.callback(os.close, meant[pid])
        # Looked at once they are held.
        if not meant.keys() & {*_below()}:
            raise OSError(errno.EPERM if meant else errno.ESRCH, "nobody of this run")
        for pid in meant.keys() & {*_below()}:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(meant[pid], second)
    return 0


def _is_meant(pid: int, said: int, thread: int) -> bool:
    """Tell whether the first argument of `kill` names a process."""
    if said == -1:
        return not _is_of(thread, pid)
    group = os.getpgid(thread) if said == 0 else -said
    return said == pid or os.getpgid(pid) == group


def _is_of(thread: int, process: int) -> bool:
    return Path(f"/proc/{process}/task/{thread}").exists()


def _below() -> list[int]:
    """Return all processes of this run."""
    found = _children(os.getpid())
    for pid in found:
        found += _children(pid)
    return found


def _kill_the_rest() -> None:
    """Kill whoever is left; each death makes its children ours, until there are none."""
    while True:
        for pid in _children(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children(parent: int) -> list[int]:
    found: list[int] = []
    # Who ended meanwhile has none any more.
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


if __name__ == "__main__":
    main()
