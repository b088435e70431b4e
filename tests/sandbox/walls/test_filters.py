"""Both forms of a filter decide the same about every call."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import oci_seccomp, seccomp, syscalls

# Names of calls that are no table of their own.
NAMED = {
    "clone": syscalls.CLONE,
    "clone3": syscalls.CLONE3,
    "ioctl": syscalls.IOCTL,
    "socket": syscalls.SOCKET,
    "socketpair": syscalls.SOCKETPAIR,
}
HIGHEST = 480
COMPARED = {
    "SCMP_CMP_LT": lambda argument, rule: argument < rule["value"],
    "SCMP_CMP_EQ": lambda argument, rule: argument == rule["value"],
    "SCMP_CMP_GT": lambda argument, rule: argument > rule["value"],
    "SCMP_CMP_MASKED_EQ": lambda argument, rule: (
        argument & rule["value"] == rule["valueTwo"]
    ),
}
machines = pytest.mark.parametrize(
    "machine", seccomp.MACHINES.values(), ids=seccomp.MACHINES
)
# What programs pass, what they must not, and anything else that an `int` holds.
arguments = st.one_of(
    st.integers(0, 64),
    st.sampled_from((seccomp.TIOCSTI, seccomp.TIOCLINUX, 0x5413)),
    st.sampled_from([1 << bit for bit in range(32)]),
    st.integers(0, 2**32 - 1),
)


def by_program(program, machine, number, values):
    """Return the error that the kernel's program gives to a call, 0 for none."""
    data = struct.pack("<IIQ6Q", number, machine.audit, 0, *values)
    instructions = list(struct.iter_unpack("HBBI", program))
    place, register = 0, 0
    while True:
        code, then, otherwise, value = instructions[place]
        place += 1
        match code:
            case seccomp.LOAD:
                [register] = struct.unpack_from("<I", data, value)
            case seccomp.RETURN:
                return 0 if value == seccomp.ALLOW else value & 0xFFFF
            case seccomp.EQUAL:
                place += then if register == value else otherwise
            case seccomp.HAS_BITS:
                place += then if register & value else otherwise
            case seccomp.AT_LEAST:
                place += then if register >= value else otherwise


def by_rules(rules, names, number, values):
    """Return the error that rules by name give to a call, 0 for none."""
    for rule in rules["syscalls"]:
        if number in {names[name] for name in rule["names"]} and all(
            COMPARED[one["op"]](values[one["index"]], one)
            for one in rule.get("args", [])
        ):
            return rule["errnoRet"]
    return 0


def numbers_of(machine):
    tables = {**NAMED, **{k: v for table in seccomp.REFUSED for k, v in table.items()}}
    return {name: numbers[machine.column] for name, numbers in tables.items()}


@machines
@given(values=st.lists(arguments, min_size=6, max_size=6))
def test_both_forms_decide_the_same(machine, values):
    program, names = seccomp.in_namespaces(machine), numbers_of(machine)
    rules = oci_seccomp.in_namespaces(machine)

    for number in range(HIGHEST):
        assert by_rules(rules, names, number, values) == by_program(
            program, machine, number, values
        )


@machines
def test_more_than_an_int_opens_nothing(machine):
    """A runtime compares 64 bits; the kernel then reads the lower half."""
    names, rules = numbers_of(machine), oci_seccomp.in_namespaces(machine)
    upper = 1 << 32

    def error(name, *values):
        padded = [*values, *[0] * (6 - len(values))]
        return by_rules(rules, names, names[name], padded)

    assert error("ioctl", 0, upper | seccomp.TIOCSTI) == errno.EPERM
    assert error("clone", upper | seccomp.NEW_NAMESPACES) == errno.EPERM
    assert error("socket", upper | seccomp.AF_INET) == errno.EAFNOSUPPORT


@machines
def test_without_other_errors_programs_keep_starting_threads(machine):
    rules = oci_seccomp.in_namespaces(machine, names_errors=False)

    assert (
        by_rules(rules, numbers_of(machine), machine_number("clone3", machine), [0] * 6)
        == 0
    )


def machine_number(name, machine):
    return NAMED[name][machine.column]
