"""A program, not a module: start a command behind Landlock, and end all that it leaves.

It is started by `sandbox/landlock.py` with the number of a file that holds the order, and
imports the standard library alone. The command's process gives up its rights for ever before
it becomes the command. This process stays outside as the one to whom orphans fall: it kills
them when the command ends, or when the worker closes its end of the lifeline by dying.

Source: Linux, Documentation/userspace-api/landlock.rst, and linux/prctl.h.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import struct
import sys
from pathlib import Path
from typing import Any

PDEATHSIG, SECCOMP, SUBREAPER, NO_NEW_PRIVILEGES = 1, 22, 36, 38
SECCOMP_FILTER = 2
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
SIGNAL_BASE = 128
CANT_START = 126

libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Carry out the order, and exit as the command did."""
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        order = json.load(file)
    _checked(libc.prctl(SUBREAPER, 1, 0, 0, 0))
    if _word() != b"go":
        sys.exit(CANT_START)
    child = os.fork()
    if child == 0:
        _become(order)
    code = _code_of(child, order["lifeline"])
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


def _become(order: dict[str, Any]) -> None:
    """Give up all rights and become the command."""
    try:
        os.setsid()
        _limit(order)
        _change_account(order["account"])
        # After the change of account, which forgets it.
        _checked(libc.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        os.umask(0o022)
        os.chdir(order["folder"])
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _checked(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _restrict(order["landlock"], order["readable"], order["writable"])
        _filter(bytes.fromhex(order["rules"]))
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


def _filter(rules: bytes) -> None:
    held = ctypes.create_string_buffer(rules, len(rules))
    # struct sock_fprog: how many instructions of 8 bytes, and where they are.
    program = struct.pack("HP", len(rules) // 8, ctypes.addressof(held))
    _checked(libc.prctl(SECCOMP, SECCOMP_FILTER, program, 0, 0))


def _code_of(child: int, lifeline: int) -> int:
    """Return how the command ended; if the worker lets go first, end it."""
    ended = os.pidfd_open(child)
    ready, _, _ = select.select([ended, lifeline], [], [])
    if ended not in ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return SIGNAL_BASE - code if code < 0 else code


def _kill_the_rest() -> None:
    """Kill whoever is left; each death makes its children ours, until there are none."""
    while True:
        for pid in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listed.read_text().split()]


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


if __name__ == "__main__":
    main()
