"""Each rule of the table: a log that it is about, and one that looks like it and is not."""

import re

import pytest

from registry.tried import Answer
from scrapers.probes.invocation.causes import cause_of, missing_library, was_compiling
from scrapers.probes.invocation.record import Step
from scrapers.probes.invocation.rules import LIMITED, RULES
from scrapers.probes.invocation.rules.pythons import CAME, GONE, REMOVED
from tests.scrapers.probes.invocation.failures import (
    HERE,
    RAISED_FROM,
    TABLE,
    missing,
    no_file,
    uv,
)

NO, UNKNOWN = Answer.NO, Answer.UNKNOWN


def step(name, log, **said):
    return Step(name=name, **{"ending": "exited", "exit_code": 1, "stderr": log} | said)


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, case, _ in TABLE])
def test_a_log_tells_its_cause_on_its_python(code, case):
    name, python, log = case

    assert cause_of(step(name, log), python=python).code == code


@pytest.mark.parametrize("case", [near for *_, near in TABLE])
def test_what_is_near_a_rule_is_not_taken_for_it(case):
    name, python, log, code = case

    assert cause_of(step(name, log), python=python).code == code


@pytest.mark.parametrize("rule", [
    one for one in RULES if not (one.gone_in or one.came_in)
], ids=lambda one: one.code)  # fmt: skip
def test_each_rule_has_a_case(rule):
    logs = [(step, log) for _, (step, _, log), _ in TABLE]

    assert [
        log
        for step, log in logs
        if rule.is_about(step, "") and rule.pattern.search(log)
    ]


def before(python):
    return f"3.{int(python.removeprefix('3.')) - 1}"


@pytest.mark.parametrize(("module", "since"), REMOVED.items())
def test_a_module_is_gone_only_where_its_python_is_new_enough(module, since):
    told = step("import", HERE + missing(module))

    cause = cause_of(told, python=since)
    assert (cause.code, cause.answer) == (
        "python-too-new",
        NO,
    ) and since in cause.message
    assert cause_of(told, python=before(since)).code != "python-too-new"


@pytest.mark.parametrize(("error", "since", "code"), [
    ("module 'collections' has no attribute 'Mapping'", "3.10", "python-too-new"),
    ("cannot import name 'Mapping' from 'collections' (/x.py)", "3.10", "python-too-new"),
    ("module 'asyncio' has no attribute 'coroutine'", "3.11", "python-too-new"),
    ("module 'inspect' has no attribute 'getargspec'", "3.11", "python-too-new"),
    ("cannot import name 'gcd' from 'fractions' (/x.py)", "3.9", "python-too-new"),
    ("module 'time' has no attribute 'clock'", "3.8", "python-too-new"),
    ("module 'pkgutil' has no attribute 'ImpLoader'", "3.12", "python-too-new"),
    ("'HTMLParser' object has no attribute 'unescape'", "3.9", "python-too-new"),
    ("module 'configparser' has no attribute 'SafeConfigParser'", "3.12",
     "python-too-new"),
    ("No module named 'tomllib'", "3.11", "python-too-old"),
    ("No module named 'zoneinfo'", "3.9", "python-too-old"),
    ("cannot import name 'UTC' from 'datetime' (/x.py)", "3.11", "python-too-old"),
    ("cannot import name 'StrEnum' from 'enum' (/x.py)", "3.11", "python-too-old"),
    ("cannot import name 'Self' from 'typing' (/x.py)", "3.11", "python-too-old"),
    ("cannot import name 'override' from 'typing' (/x.py)", "3.12", "python-too-old"),
    ("cannot import name 'ParamSpec' from 'typing' (/x.py)", "3.10", "python-too-old"),
    ("unsupported operand type(s) for |: 'type' and 'NoneType'", "3.10",
     "python-too-old"),
    ("'type' object is not subscriptable", "3.9", "python-too-old"),
])  # fmt: skip
def test_what_came_or_went_counts_on_its_side_of_that_python(error, since, code):
    told = step("import", HERE + "Error: " + error)
    there, not_there = since, before(since)
    if code == "python-too-old":
        there, not_there = not_there, there

    assert cause_of(told, python=there).code == code
    assert cause_of(told, python=not_there).code != code


def test_cases_exist_for_all_that_came_or_went():
    marks = test_what_came_or_went_counts_on_its_side_of_that_python.pytestmark
    errors = [error for error, *_ in marks[0].args[1]]

    for pattern in (*GONE, *CAME):
        assert [error for error in errors if re.search(pattern, error)], pattern


@pytest.mark.parametrize(("code", "case"), [
    (code, case) for code, case, _ in TABLE if code in LIMITED
])  # fmt: skip
def test_what_the_sandbox_does_not_give_is_nobody_s_fault(code, case):
    name, python, log = case
    cause = cause_of(step(name, log), python=python)

    assert cause.answer is UNKNOWN and not cause.remedy


@pytest.mark.parametrize(("signal", "word"), [
    (24, "processor"), (25, "file's size"), (31, "sandbox forbids"), (9, "a kill"),
])  # fmt: skip
@pytest.mark.parametrize("ended", ["signal", "exit_code"])
def test_a_signal_of_the_sandbox_is_nobody_s_fault(signal, word, ended):
    said = {"exit_code": 128 + signal}
    if ended == "signal":
        said = {"ending": "signalled", "exit_code": None, "signal": signal}
    cause = cause_of(step("help", HERE + missing("six"), **said))

    assert (cause.code, cause.answer, cause.remedy) == ("crashed", UNKNOWN, "")
    assert word in cause.message


def test_nobody_is_sent_to_the_specification_for_what_only_the_sdk_has():
    refused = "tap-x: error: unrecognized arguments: --version"

    assert "SDK" in cause_of(step("version", refused)).remedy
    assert "specification" in cause_of(step("discover", refused)).remedy


def test_a_missing_build_dependency_is_mended_in_the_build_system():
    cause = cause_of(step("build", uv(missing("numpy"))), python="3.12")

    assert "`requires` under `[build-system]`" in cause.remedy
    assert cause.message.startswith("foo==1.0: Its build imports `numpy`")
    assert cause.answer is NO


def test_the_last_error_counts_and_not_what_it_was_raised_upon():
    log = HERE + missing("simplejson") + "\n" + RAISED_FROM + HERE

    assert cause_of(step("help", log + missing("pandas"))).message.count("pandas") == 1
    # Where the last error tells nothing, the one below it does.
    upon = cause_of(step("help", log + "RuntimeError: it can't start"))
    assert upon.message.count("simplejson") == 1


def test_an_error_that_was_logged_and_survived_is_no_cause():
    log = HERE + missing("ujson") + "\nINFO going on without it\n" + HERE

    cause = cause_of(step("help", log + "RuntimeError: it went wrong"))
    assert (cause.code, cause.message) == (
        "unknown", "It ended with 1: RuntimeError: it went wrong",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "code"), [
    ("discover", "unknown"), ("discover-config", "unknown"), ("about", "unknown"),
    ("help", "credentials"), ("version", "credentials"),
])  # fmt: skip
def test_what_a_catalog_lists_is_no_error(name, code):
    catalog = '{"streams": [{"stream": "Unauthorized logins"}]}'

    assert cause_of(step(name, "", stdout=catalog)).code == code


@pytest.mark.parametrize(("name", "log", "library"), [
    ("build", uv(no_file("pg_config")), "libpq"),
    ("build", "/bin/sh: 1: mysql_config: not found", "libmysqlclient"),
    ("build", "x.c:1: fatal error: Python.h: No such file or directory",
     "Python's headers"),
    ("build", "x.h:17:10: fatal error: xmlsec/xmlsec.h: No such file or directory",
     "xmlsec1"),
    ("build", "x.h:1:10: fatal error: 'sql.h' file not found", "unixODBC"),
    ("build", "x.h:1:10: fatal error: strange/of_mine.h: No such file or directory",
     "strange/of_mine.h"),
    ("build", "/usr/bin/ld: cannot find -lodbc", "unixODBC"),
    ("build", "Package 'libxml-2.0' was not found in the pkg-config search path",
     "libxml2"),
    ("import", HERE + "ImportError: libodbc.so.2: cannot open shared object file: No such "
     "file or directory", "unixODBC"),
    ("import", HERE + "ImportError: libstrange.so.1.2: cannot open shared object file: No "
     "such file or directory", "libstrange"),
    ("import", HERE + "ImportError: no pq wrapper available.\n- libpq library not found",
     "libpq"),
    ("import", HERE + "DPI-1047: Cannot locate a 64-bit Oracle Client library",
     "Oracle Client"),
    ("discover", HERE + "DatabaseError: DPI-1047: libclntsh.so: cannot open shared object "
     "file: No such file or directory", "Oracle Client"),
    ("import", HERE + "No JVM shared library file (libjvm.so) found", "Java"),
    ("import", HERE + "ImportError: version `GLIBC_2.38' not found", "glibc"),
    ("build", "error: command 'gcc' failed: No such file or directory", ""),
    ("import", HERE + missing("psycopg2"), ""),
    ("import", HERE + "ImportError: libx.so.1: cannot open shared object file: Too many "
     "open files", ""),
])  # fmt: skip
def test_a_missing_system_library_is_named(name, log, library):
    assert missing_library(step(name, log), python="3.12") == library


def test_what_went_well_lacks_nothing():
    fine = step("build", uv(no_file("pg_config")), exit_code=0)

    assert missing_library(fine) == "" and not was_compiling(fine)
