"""Filters of system calls, as the kernel's own small programs.

What namespaces leave open is closed here: kinds of sockets that no network namespace
holds (vsock, netlink), rings that make calls past every filter (io_uring), the kernel's
keys, other processes' memory, new namespaces, and what only an administrator needs.

The filter lists what is refused, not what is allowed: a connector may be any program, with
compilers and language runtimes below it. A refused call fails with an error that programs
know, so that they go on without it. Another architecture's calls, whose numbers mean other
things, end the process.

The programs are written by hand, so that nothing but the standard library is needed.
Source: Linux, Documentation/userspace-api/seccomp_filter.rst and linux/filter.h.
"""

import errno
import platform
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.syscalls import (
    ADDRESSES,
    ADMINISTRATION,
    CLONE,
    CLONE3,
    CONNECT,
    DONE_IN_NAME,
    FCNTL,
    IOCTL,
    KERNEL,
    NAMESPACES,
    OF_A_PROCESS,
    PROCESSES,
    RARE_SIGNALS,
    SETSOCKOPT,
    SHARED_BY_KEY,
    SIGNALS,
    SOCKET,
    SOCKETPAIR,
    TRUNCATE,
    UTIMENSAT,
    WATCHING,
    Numbers,
)

# Instructions of the classic BPF machine, and what a program may return.
LOAD, EQUAL, HAS_BITS, AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
KEEP_BITS = 0x54
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
# The call waits for what somebody outside makes of it; without him it fails.
ASK = 0x7FC00000
# Where `struct seccomp_data` has the number, the architecture, and the arguments.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
# From here on, numbers of x86_64 are those of its 32-bit pointers form (x32).
X32 = 0x40000000
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWTIME.
NEW_NAMESPACES = 0x7E020080
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
# Kinds of sockets, and the bits that say them: the others are flags. What sends datagrams
# can send them to any address, a pair's end as well.
STREAM, SEQPACKET, KIND = 1, 5, 0xF
# Levels of options: those of IPv4, of TCP and of IPv6.
OF_NETWORKS = (0, 6, 41)
# They put characters into a terminal's input.
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
# They have a file send signals, and name the process: F_SETOWN, F_SETSIG, F_SETOWN_EX; and
# FIOSETOWN and SIOCSPGRP.
SENDS_SIGNALS, SENDS_SIGNALS_TOO = (8, 10, 15), (0x8901, 0x8902)

# The versions of Landlock that hold these themselves.
SCOPES_SINCE, TRUNCATE_SINCE = 6, 3

# Calls that fail at every level.
REFUSED = (ADMINISTRATION, NAMESPACES, PROCESSES, KERNEL)
# The kinds of sockets that a network namespace holds.
FAMILIES = (AF_UNIX, AF_INET, AF_INET6)

Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Machine:
    """An architecture: its number for the kernel, and its column in the tables."""

    audit: int
    column: int


MACHINES = {"x86_64": Machine(0xC000003E, 0), "aarch64": Machine(0xC00000B7, 1)}


def machine() -> Machine | None:
    """Return this machine's architecture, or None where there is no filter for it."""
    return MACHINES.get(platform.machine())


def in_namespaces(of: Machine) -> bytes:
    """Return the filter for code that has namespaces of its own.

    Sockets of the network namespace stay: it has a loopback device and no other.
    """
    return _program(
        of,
        [
            *_everywhere(of),
            *_only(_number(SOCKET, of), 0, FAMILIES, errno.EAFNOSUPPORT),
            *_only(_number(SOCKETPAIR, of), 0, FAMILIES, errno.EAFNOSUPPORT),
        ],
    )


def without_namespaces(of: Machine, landlock: int, *, door: bool) -> bytes:
    """Return the filter for code that shares the machine's namespaces.

    `landlock` is the version of Landlock that stands beside it. There are no sockets but
    pairs. Calls that change a file's mode, owner or times by its path do nothing and say that
    they did: unpacking goes on, and nobody's file changes.

    With a `door`, who wants a socket for TCP asks for it outside, and gets one that is
    connected with the door already. Connecting it does nothing and says that it did: the
    address is never looked at.
    """
    rules = [
        *_everywhere(of, SENDS_SIGNALS_TOO),
        *_never(_number(FCNTL, of), 1, SENDS_SIGNALS),
        *_refused(SHARED_BY_KEY.values(), of, errno.EPERM),
        *_refused(WATCHING.values(), of, errno.EACCES),
        *(_led_to_the_door(of) if door else _without_network(of)),
        *_sockets(SOCKETPAIR, of, (AF_UNIX,), (STREAM, SEQPACKET), ALLOW),
        *_refused(ADDRESSES.values(), of, errno.EACCES),
        *_refused(DONE_IN_NAME.values(), of, 0),
        # With no path it is about an open file, which is one that could be opened.
        *_only_without(_number(UTIMENSAT, of), 1, 0),
    ]
    for numbers in OF_A_PROCESS.values():
        rules += _only(_number(numbers, of), 0, (0,), errno.EPERM)
    if landlock < SCOPES_SINCE:
        rules += _refused(RARE_SIGNALS.values(), of, errno.EPERM)
        rules += _returned(SIGNALS.values(), of, ASK)
    if landlock < TRUNCATE_SINCE:
        rules += _refused([TRUNCATE], of, errno.EPERM)
    return _program(of, rules)


def asks(landlock: int, *, door: bool) -> bool:
    """Return whether that filter has somebody outside decide about some calls."""
    return door or landlock < SCOPES_SINCE


def _led_to_the_door(of: Machine) -> list[Instruction]:
    return [
        # No others: libraries ask for a name service by its path, and would wait for the
        # answer of a door that knows nothing of it.
        *_sockets(SOCKET, of, (AF_INET, AF_INET6), (STREAM,), ASK),
        *_refused([CONNECT], of, 0),
        # What programs set for TCP means nothing there, and some take a refusal ill.
        *_about(
            _number(SETSOCKOPT, of), 1, OF_NETWORKS, matching=FAIL | 0, other=ALLOW
        ),
    ]


def _without_network(of: Machine) -> list[Instruction]:
    # What programs hear on a machine without a network, too.
    unreachable = FAIL | errno.ENETUNREACH
    closed = FAIL | errno.EAFNOSUPPORT
    families = (AF_INET, AF_INET6)
    return [
        *_about(_number(SOCKET, of), 0, families, matching=unreachable, other=closed),
        *_refused([CONNECT], of, errno.ENETUNREACH),
    ]


def _everywhere(of: Machine, ioctls: Sequence[int] = ()) -> list[Instruction]:
    numbers = [each for table in REFUSED for each in table.values()]
    return [
        *_refused(numbers, of, errno.EPERM),
        # Its flags lie in memory, where a filter cannot look. The C library then takes
        # `clone`, whose flags are an argument.
        *_refused([CLONE3], of, errno.ENOSYS),
        *_never_with_bits(_number(CLONE, of), 0, NEW_NAMESPACES),
        *_never(_number(IOCTL, of), 1, (TIOCSTI, TIOCLINUX, *ioctls)),
    ]


def _program(of: Machine, rules: Sequence[Instruction]) -> bytes:
    made: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, of.audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if of is MACHINES["x86_64"]:
        made += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    made += [*rules, (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *each) for each in made)


def _number(numbers: Numbers, of: Machine) -> int:
    number = numbers[of.column]
    if number is None:
        raise LookupError(f"no such call on this architecture: {numbers}")
    return number


def _refused(calls: Iterable[Numbers], of: Machine, error: int) -> list[Instruction]:
    """Return rules that let each of the calls fail with an error (0: do nothing)."""
    return _returned(calls, of, FAIL | error)


def _returned(
    calls: Iterable[Numbers], of: Machine, decision: int
) -> list[Instruction]:
    """Return rules that decide the same about each of the calls."""
    found = [numbers[of.column] for numbers in calls]
    return [
        instruction
        for number in found
        if number is not None
        for instruction in ((EQUAL, 0, 1, number), (RETURN, 0, 0, decision))
    ]


def _sockets(
    call: Numbers,
    of: Machine,
    families: Sequence[int],
    kinds: Sequence[int],
    decision: int,
) -> list[Instruction]:
    """Return a rule that decides so about sockets of these; all others fail."""
    block = [
        (LOAD, 0, 0, ARGUMENTS),
        *_any_of(families),
        (RETURN, 0, 0, FAIL | errno.EAFNOSUPPORT),
        (LOAD, 0, 0, ARGUMENTS + 8),
        (KEEP_BITS, 0, 0, KIND),
        *_any_of(kinds),
        (RETURN, 0, 0, FAIL | errno.EPROTONOSUPPORT),
        (RETURN, 0, 0, decision),
    ]
    return [(EQUAL, 0, len(block), _number(call, of)), *block]


def _only(
    number: int, argument: int, values: Sequence[int], error: int
) -> list[Instruction]:
    """Return a rule that allows a call with one of these values only."""
    return _about(number, argument, values, matching=ALLOW, other=FAIL | error)


def _never(number: int, argument: int, values: Sequence[int]) -> list[Instruction]:
    """Return a rule that allows a call with all values but these."""
    return _about(number, argument, values, matching=FAIL | errno.EPERM, other=ALLOW)


def _about(
    number: int, argument: int, values: Sequence[int], *, matching: int, other: int
) -> list[Instruction]:
    # The lower half of the argument: the kernel reads no more of an `int`.
    block = [
        (LOAD, 0, 0, ARGUMENTS + 8 * argument),
        *_any_of(values),
        (RETURN, 0, 0, other),
        (RETURN, 0, 0, matching),
    ]
    return [(EQUAL, 0, len(block), number), *block]


def _any_of(values: Sequence[int]) -> list[Instruction]:
    """Return comparisons that pass over the instruction behind them for these values."""
    last = len(values) - 1
    return [(EQUAL, last - place + 1, 0, value) for place, value in enumerate(values)]


def _only_without(number: int, pointer: int, error: int) -> list[Instruction]:
    """Return a rule that allows a call only if this argument points nowhere."""
    # Both halves: memory can be had at an address whose lower half is 0.
    place = ARGUMENTS + 8 * pointer
    block = [
        (LOAD, 0, 0, place),
        (EQUAL, 0, 3, 0),
        (LOAD, 0, 0, place + 4),
        (EQUAL, 0, 1, 0),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL | error),
    ]
    return [(EQUAL, 0, len(block), number), *block]


def _never_with_bits(number: int, argument: int, bits: int) -> list[Instruction]:
    block = [
        (LOAD, 0, 0, ARGUMENTS + 8 * argument),
        (HAS_BITS, 0, 1, bits),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return [(EQUAL, 0, len(block), number), *block]
