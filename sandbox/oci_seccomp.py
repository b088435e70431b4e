"""The filter of system calls for code with namespaces of its own, as OCI runtimes take it.

The decisions are those of `sandbox.seccomp.in_namespaces`, from the same tables. Here they are
rules by name, of which a runtime's libseccomp makes the program: a name that it does not know
is left out. The calls of other architectures, and those of x32, end the process there, too.

A runtime compares all 64 bits of an argument, and the kernel reads 32 of an `int`. So a
comparison is masked, or refuses whatever has more bits.
Source: OCI runtime specification 1.0, config-linux.md, "Seccomp".
"""

import errno
from collections.abc import Iterator, Sequence
from typing import NotRequired, TypedDict

from sandbox.seccomp import (
    FAMILIES,
    MACHINES,
    NEW_NAMESPACES,
    REFUSED,
    TIOCLINUX,
    TIOCSTI,
    Machine,
)

ARCHITECTURES = {
    MACHINES["x86_64"]: "SCMP_ARCH_X86_64",
    MACHINES["aarch64"]: "SCMP_ARCH_AARCH64",
}
LOWER_HALF = 0xFFFFFFFF


class Argument(TypedDict):
    """A condition on one argument of a call."""

    index: int
    value: int
    valueTwo: NotRequired[int]
    op: str


class Rule(TypedDict):
    """What happens to calls of these names, if the argument is so."""

    names: list[str]
    action: str
    errnoRet: int
    args: NotRequired[list[Argument]]


class Filter(TypedDict):
    """The value of `linux.seccomp` in a configuration."""

    defaultAction: str
    architectures: list[str]
    syscalls: list[Rule]


def in_namespaces(of: Machine, *, names_errors: bool = True) -> Filter:
    """Return the filter for code that has namespaces of its own.

    Where a runtime knows no error but EPERM, `clone3` stays: for it, no program would take
    `clone` instead.
    """
    names = [
        name
        for table in REFUSED
        for name, numbers in table.items()
        if numbers[of.column] is not None
    ]
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": [ARCHITECTURES[of]],
        "syscalls": [
            _fails(names, errno.EPERM),
            *([_fails(["clone3"], errno.ENOSYS)] if names_errors else []),
            *_never_with_bits("clone", 0, NEW_NAMESPACES),
            *_never("ioctl", 1, (TIOCSTI, TIOCLINUX)),
            *_only(["socket", "socketpair"], 0, FAMILIES, errno.EAFNOSUPPORT),
        ],
    }


def _fails(names: list[str], error: int, *args: Argument) -> Rule:
    rule: Rule = {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error}
    if args:
        rule["args"] = list(args)
    return rule


def _never_with_bits(name: str, index: int, bits: int) -> Iterator[Rule]:
    """Return rules that refuse a call with any of these bits: one for each."""
    for place in range(bits.bit_length()):
        bit = bits & 1 << place
        if bit:
            yield _fails([name], errno.EPERM, _masked(index, bit, bit))


def _never(name: str, index: int, values: Sequence[int]) -> Iterator[Rule]:
    """Return rules that refuse a call with one of these values."""
    for value in values:
        yield _fails([name], errno.EPERM, _masked(index, LOWER_HALF, value))


def _only(
    names: list[str], index: int, values: Sequence[int], error: int
) -> Iterator[Rule]:
    """Return rules that refuse calls with all values but these.

    Rules are joined by "or", and one of them can't name an argument twice: each gap between
    the values is a rule.
    """
    least, most = min(values), max(values)
    yield _fails(names, error, {"index": index, "value": least, "op": "SCMP_CMP_LT"})
    for value in sorted({*range(least, most)} - {*values}):
        yield _fails(
            names, error, {"index": index, "value": value, "op": "SCMP_CMP_EQ"}
        )
    yield _fails(names, error, {"index": index, "value": most, "op": "SCMP_CMP_GT"})


def _masked(index: int, mask: int, value: int) -> Argument:
    return {
        "index": index,
        "value": mask,
        "valueTwo": value,
        "op": "SCMP_CMP_MASKED_EQ",
    }
