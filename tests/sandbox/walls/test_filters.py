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
    decision = decided(program, machine, number, values)
    return 0 if decision == seccomp.ALLOW else decision & 0xFFFF


def decided(program, machine, number, values=(0, 0, 0, 0, 0, 0)):
    """Return what the kernel's program says of a call."""
    data = struct.pack("<IIQ6Q", number, machine.audit, 0, *values)
    instructions = list(struct.iter_unpack("HBBI", program))
    place, register = 0, 0
    while True:
        code, then, otherwise, value = instructions[place]
        place += 1
        match code:
            case seccomp.LOAD:
                [register] = struct.unpack_from("<I", data, value)
            case seccomp.KEEP_BITS:
                register &= value
            case seccomp.RETURN:
                return value
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


# Families and kinds of sockets, with flags, as programs ask for them.
UNIX, INET, INET6 = 1, 2, 10
STREAM, DATAGRAM, RAW, SEQPACKET, FLAGS = 1, 2, 3, 5, 0o2004000


def without_namespaces(machine, *, door, known=6):
    program = seccomp.without_namespaces(machine, known, door=door)

    def decision(numbers, *values):
        padded = [*values, *[0] * (6 - len(values))]
        return decided(program, machine, numbers[machine.column], padded)

    return decision


@machines
@given(family=st.integers(0, 50), kind=st.integers(0, 15), flags=st.booleans())
def test_only_streams_of_two_families_are_led_to_a_door(machine, family, kind, flags):
    said = kind | (FLAGS if flags else 0)
    closed = without_namespaces(machine, door=False)
    door = without_namespaces(machine, door=True)

    found = door(syscalls.SOCKET, family, said)

    is_led = family in (INET, INET6) and kind == STREAM
    assert (found == seccomp.ASK) == is_led
    assert is_led or found & seccomp.FAIL == seccomp.FAIL
    assert closed(syscalls.SOCKET, family, said) & seccomp.FAIL == seccomp.FAIL


@machines
@pytest.mark.parametrize("door", [False, True])
def test_no_pair_sends_to_addresses(machine, door):
    decision = without_namespaces(machine, door=door)

    for kind in (STREAM, SEQPACKET, STREAM | FLAGS):
        assert decision(syscalls.SOCKETPAIR, UNIX, kind) == seccomp.ALLOW
    for kind in (DATAGRAM, RAW, DATAGRAM | FLAGS):
        assert decision(syscalls.SOCKETPAIR, UNIX, kind) & 0xFFFF
    assert decision(syscalls.SOCKETPAIR, INET, STREAM) & 0xFFFF


@machines
@pytest.mark.parametrize("door", [False, True])
def test_no_address_reaches_the_kernel(machine, door):
    decision = without_namespaces(machine, door=door)

    assert decision(syscalls.CONNECT) & seccomp.FAIL == seccomp.FAIL
    for numbers in syscalls.ADDRESSES.values():
        assert decision(numbers) == seccomp.FAIL | errno.EACCES


@machines
def test_signals_are_asked_about_where_landlock_does_not_keep_them_in(machine):
    older = without_namespaces(machine, door=False, known=5)
    newer = without_namespaces(machine, door=False, known=6)

    for numbers in syscalls.SIGNALS.values():
        assert older(numbers) == seccomp.ASK
        assert newer(numbers) == seccomp.ALLOW
    for numbers in syscalls.RARE_SIGNALS.values():
        assert older(numbers) == seccomp.FAIL | errno.EPERM


@machines
def test_a_filter_without_namespaces_refuses_what_every_other_refuses(machine):
    decision = without_namespaces(machine, door=True)
    tables = (*seccomp.REFUSED, syscalls.SHARED_BY_KEY, syscalls.WATCHING)

    for table in tables:
        for numbers in table.values():
            if numbers[machine.column] is not None:
                assert decision(numbers) & 0xFFFF, numbers


def test_calls_of_another_architecture_end_the_process():
    x86, arm = seccomp.MACHINES["x86_64"], seccomp.MACHINES["aarch64"]
    program = seccomp.without_namespaces(x86, 6, door=True)

    assert decided(program, arm, 0) == seccomp.KILL
    assert decided(program, x86, seccomp.X32 | 41) == seccomp.KILL
