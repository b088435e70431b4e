"""Why a step failed, told from logs as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tried import Answer
from scrapers.probes.invocation.causes import cause_of
from scrapers.probes.invocation.record import Step

NO, UNKNOWN = Answer.NO, Answer.UNKNOWN
PG_CONFIG = """\
      running egg_info
      Error: pg_config executable not found.

      pg_config is required to build psycopg2 from source.  Please add the directory
      containing pg_config to the $PATH or specify the full executable path with the
error: metadata-generation-failed
"""
MYSQL = """\
      /bin/sh: 1: pkg-config: not found
      /bin/sh: 1: mysql_config: not found
      Exception: Can not find valid pkg-config name.
"""
XMLSEC = """\
  src/xmlsec/common.h:17:10: fatal error: xmlsec/xmlsec.h: No such file or directory
     17 | #include <xmlsec/xmlsec.h>
  compilation terminated.
  error: command '/usr/bin/gcc' failed with exit code 1
"""
SEMAPHORE = """\
  File "/usr/lib/python3.12/multiprocessing/synchronize.py", line 57, in __init__
    sl = self._semlock = _multiprocessing.SemLock(
                         ^^^^^^^^^^^^^^^^^^^^^^^^^
PermissionError: [Errno 13] Permission denied
"""
TOO_LARGE = """\
error: Request failed after 0 retries
It asks the index for more than 4 GB of files: too large to be tried here.
"""
NO_GCC = """\
      building 'pandas._libs.algos' extension
      error: command 'gcc' failed: No such file or directory
"""
NO_CC = """\
  building '_cffi_backend' extension
  unable to execute 'x86_64-linux-gnu-gcc': No such file or directory
  error: command 'x86_64-linux-gnu-gcc' failed with exit status 1
"""
RUST = """\
        Cargo, the Rust package manager, is not installed or is not on PATH.
        This package requires Rust and Cargo to compile extensions.
"""
COMPILING = """\
      Cython/Compiler: longintrepr.h changed in this Python
      error: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1
"""
SETUPTOOLS = """\
psycopg/pg.c:17:10: error: unknown type name ‘PGresultX’
error: Command '['gcc', '-O3', '-c', 'psycopg/pg.c']' returned non-zero exit status 1.
"""
OLD_CYTHON = """\
fastavro/_read.c:28346:22: error: ‘_PyErr_StackItem’ has no member named ‘exc_type’
error: Command '['gcc', '-O3', {flags}'fastavro/_read.c']' returned non-zero exit status 1.
""".format(flags="'-I/usr/include/python3.11', " * 30)
OLD_C = """\
psycopg/psycopgmodule.c:921:36: error: lvalue required as left operand of assignment
  921 |         Py_TYPE(typetable[i].type) = &PyType_Type;
      |                                    ^
error: Command '['gcc', '-c', 'psycopg/psycopgmodule.c']' returned non-zero exit status 1.
"""
UV_FAILED = """\
error: Failed to build `/opt/source/psycopg2-2.8.5.tar.gz`
  cause: The build backend returned an error
  cause: Call to `setuptools.build_meta:__legacy__.build_wheel` failed (exit status: 1)

hint: Build failures usually indicate a problem with the package or the build environment
"""
UV_PYTHON_OLD = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because the requested Python version (>=3.9) does not satisfy Python>=3.10
      and singer-sdk==0.54.9 depends on Python>=3.10, we can conclude that
      singer-sdk==0.54.9 cannot be used.
"""
UV_PYTHON_NEW = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because the current Python version (3.12.1) does not satisfy Python>=3.7,<3.11
      and tap-alpha==1.0 depends on Python>=3.7,<3.11, your requirements are
      unsatisfiable.
"""
PIP_PYTHON = """\
ERROR: Package 'tap-alpha' requires a different Python: 3.12.1 not in '<3.12,>=3.8'
"""
UV_CONFLICT = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because singer-python==5.9.0 depends on jsonschema==2.6.0 and tap-alpha==1.0
      depends on jsonschema>=3, we can conclude that your requirements are
      unsatisfiable.
"""
UV_NO_PACKAGE = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because tap-alpha-core was not found in the package registry and tap-alpha==1.0
      depends on tap-alpha-core, we can conclude that your requirements are unsatisfiable.
"""
UV_NO_VERSION = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of pendulum==9.9 and tap-alpha==1.0 depends on
      pendulum==9.9, we can conclude that your requirements are unsatisfiable.
"""
PIP_NO_MATCH = "ERROR: No matching distribution found for singer-pythom==5.0\n"
UV_OFFLINE = """\
error: Failed to fetch: `http://index.invalid/simple/tap-alpha/`
  Caused by: error sending request for url
  Caused by: dns error: failed to lookup address information
"""
TRACE = (
    'Traceback (most recent call last):\n  File "{file}", line 5, in <module>\n{last}\n'
)
SCRIPT, MODULE = "/venv/bin/tap-alpha", "/venv/lib/python3.12/site-packages/tap/a.py"


def trace(last, file=MODULE):
    return TRACE.format(file=file, last=last)


def step(name="import", log="", **said):
    return Step(name=name, **{"ending": "exited", "exit_code": 1, "stderr": log} | said)


@pytest.mark.parametrize(("name", "log", "code", "answer", "word"), [
    ("build", PG_CONFIG, "system-library", UNKNOWN, "pg_config"),
    ("build", MYSQL, "system-library", UNKNOWN, "mysql_config"),
    ("build", XMLSEC, "system-library", UNKNOWN, "xmlsec/xmlsec.h"),
    ("build", "fatal error: Python.h: No such file or directory", "system-library",
     UNKNOWN, "headers of Python"),
    ("build", "/usr/bin/ld: cannot find -lodbc: No such file", "system-library", UNKNOWN,
     "odbc"),
    ("help", SEMAPHORE, "shared-memory", UNKNOWN, "shared memory"),
    ("resolve", TOO_LARGE, "too-large", UNKNOWN, "4 GB of files"),
    ("build", NO_GCC, "compiler", UNKNOWN, "gcc"),
    ("build", NO_CC, "compiler", UNKNOWN, "compiler"),
    ("build", "/bin/sh: 1: cc: not found", "compiler", UNKNOWN, "cc"),
    ("build", RUST, "compiler", UNKNOWN, "Cargo"),
    ("build", COMPILING, "compiling", NO, "compile"),
    ("build", SETUPTOOLS, "compiling", NO, "compile"),
    ("build", OLD_CYTHON, "python-too-new", NO, "older than this Python"),
    ("build", OLD_C, "python-too-new", NO, "older than this Python"),
    ("build", "fatal error: longintrepr.h: No such file", "python-too-new", NO, "older"),
    ("build", "KeyError: 'x'\n" + UV_FAILED, "unknown", UNKNOWN, "KeyError: 'x'"),
    ("import", trace("ImportError: libpq.so.5: cannot open shared object file: No such "
     "file or directory"), "system-library", UNKNOWN, "libpq.so.5"),
    ("resolve", UV_PYTHON_OLD, "requires-python", NO, ">=3.10"),
    ("resolve", UV_PYTHON_NEW, "requires-python", NO, "<3.11"),
    ("install", PIP_PYTHON, "requires-python", NO, "<3.12"),
    ("resolve", UV_CONFLICT, "conflict", NO, "contradicts"),
    ("resolve", UV_NO_PACKAGE, "no-matching", NO, "tap-alpha-core"),
    ("resolve", UV_NO_VERSION, "no-matching", NO, "pendulum"),
    ("install", PIP_NO_MATCH, "no-matching", NO, "singer-pythom==5.0"),
    ("resolve", UV_OFFLINE, "network", UNKNOWN, "network"),
    ("import", trace("ModuleNotFoundError: No module named 'pkg_resources'"),
     "pkg-resources", NO, "setuptools"),
    ("import", trace("ModuleNotFoundError: No module named 'imp'"), "python-too-new", NO,
     "3.12"),
    ("build", trace("ModuleNotFoundError: No module named 'distutils.util'"),
     "python-too-new", NO, "3.12"),
    ("import", trace("ModuleNotFoundError: No module named 'asyncore'"), "python-too-new",
     NO, "3.12"),
    ("import", trace("ModuleNotFoundError: No module named 'cgi'"), "python-too-new", NO,
     "3.13"),
    ("import", trace("AttributeError: module 'collections' has no attribute 'Mapping'"),
     "python-too-new", NO, "3.10"),
    ("import", trace("ImportError: cannot import name 'MutableMapping' from 'collections' "
     "(/usr/lib/python3.11/collections/__init__.py)"), "python-too-new", NO, "3.10"),
    ("import", trace("ModuleNotFoundError: No module named 'tomllib'"), "python-too-old",
     NO, "3.11"),
    ("import", trace("ImportError: cannot import name 'UTC' from 'datetime' "
     "(/usr/lib/python3.9/datetime.py)"), "python-too-old", NO, "3.11"),
    ("import", trace("TypeError: unsupported operand type(s) for |: 'type' and "
     "'NoneType'"), "python-too-old", NO, "3.10"),
    ("import", trace("    print 'a'\n          ^\nSyntaxError: Missing parentheses in call "
     "to 'print'. Did you mean print('a')?"), "python-2", NO, "Python 2"),
    ("import", trace("ModuleNotFoundError: No module named 'urllib2'"), "python-2", NO,
     "urllib2"),
    ("import", trace("    def f(self, async=False):\n                ^^^^^\nSyntaxError: "
     "invalid syntax"), "syntax", NO, "invalid syntax"),
    ("import", trace("ModuleNotFoundError: No module named 'requests'"), "missing-module",
     NO, "requests"),
    ("import", trace("ModuleNotFoundError: No module named 'imports_of_mine'"),
     "missing-module", NO, "imports_of_mine"),
    ("import", trace("ImportError: cannot import name 'Undefined' from 'jinja2.utils' "
     "(/x.py)"), "missing-name", NO, "jinja2.utils"),
    ("help", trace("    from tap_alpha import main\nImportError: cannot import name "
     "'main' from 'tap_alpha' (/x.py)", SCRIPT), "entry-point", NO, "main"),
    ("help", trace("    sys.exit(TapAlpha.cli())\n             ^^^^^^^^\nAttributeError: "
     "type object 'TapAlpha' has no attribute 'cli'", SCRIPT), "entry-point", NO, "cli"),
    ("help", trace("pkg_resources.DistributionNotFound: The 'six' distribution was not "
     "found"), "conflict", NO, "six"),
    ("version", "tap-alpha: error: the following arguments are required: -c/--config",
     "config", NO, "--config"),
    ("version", "tap-alpha: error: unrecognized arguments: --version", "flag", NO,
     "--version"),
    ("about", "Error: No such option: --about", "flag", NO, "--about"),
    ("help", trace("requests.exceptions.ConnectionError: Max retries exceeded with url"),
     "network", NO, "network"),
    ("discover", "the following arguments are required: -c/--config", "config", UNKNOWN,
     "--config"),
    ("discover", "Exception: Config is missing required keys: ['client_id', 'start_date']",
     "config", UNKNOWN, "client_id"),
    ("discover", "ConfigValidationError: 'api_key' is a required property", "config",
     UNKNOWN, "api_key"),
    ("discover", trace("KeyError: 'client_id'"), "config", UNKNOWN, "client_id"),
    ("discover", trace("google.auth.exceptions.DefaultCredentialsError: Your default "
     "credentials were not found."), "credentials", UNKNOWN, "credentials"),
    ("discover-config", trace("requests.exceptions.HTTPError: 401 Client Error: "
     "Unauthorized for url"), "credentials", UNKNOWN, "credentials"),
    ("discover-config", trace("urllib3.exceptions.NameResolutionError: Failed to resolve "
     "'example.invalid' ([Errno -2] Name or service not known)"), "network", UNKNOWN,
     "network"),
    ("discover-config", trace("MemoryError"), "memory", UNKNOWN, "memory"),
    ("build", "OSError: [Errno 28] No space left on device", "disk", UNKNOWN, "disk"),
    ("help", trace("RuntimeError: it went wrong"), "unknown", NO, "it went wrong"),
    ("discover", trace("RuntimeError: it went wrong"), "unknown", UNKNOWN, "went wrong"),
    ("build", "\x1b[31merror\x1b[0m: strange\n", "unknown", UNKNOWN, "error: strange"),
    ("import", "", "unknown", NO, "said nothing"),
])  # fmt: skip
def test_a_log_tells_its_cause(name, log, code, answer, word):
    cause = cause_of(step(name, log))

    assert (cause.code, cause.answer) == (code, answer)
    assert word in cause.message


@pytest.mark.parametrize(("log", "python", "code"), [
    (UV_PYTHON_OLD, "3.9", "python-too-old"),
    (UV_PYTHON_NEW, "3.12", "python-too-new"),
    (PIP_PYTHON, "3.12", "python-too-new"),
    (PIP_PYTHON, "3.7", "python-too-old"),
])  # fmt: skip
def test_a_demand_for_another_python_is_told_by_its_direction(log, python, code):
    assert cause_of(step("resolve", log), python=python).code == code


@pytest.mark.parametrize(("ending", "code"), [
    ("timed-out", "timed-out"), ("memory", "memory"), ("output", "output"),
    ("processes", "processes"), ("refused", "refused"),
])  # fmt: skip
def test_a_limit_is_no_fault(ending, code):
    log = trace("ModuleNotFoundError: No module named 'six'")
    cause = cause_of(step("help", log, ending=ending, exit_code=None))

    assert (cause.code, cause.answer) == (code, UNKNOWN)


@pytest.mark.parametrize(("said", "answer", "word"), [
    ({"ending": "signalled", "exit_code": None, "signal": 11}, NO, "segmentation fault"),
    ({"ending": "signalled", "exit_code": None, "signal": 9}, UNKNOWN, "a kill"),
    ({"ending": "signalled", "exit_code": None, "signal": None}, NO, "a signal"),
    ({"exit_code": 139}, NO, "segmentation fault"),
    ({"exit_code": -6}, NO, "an abort"),
])  # fmt: skip
def test_a_crash_is_named_by_its_signal(said, answer, word):
    cause = cause_of(step("help", **said))

    assert (cause.code, cause.answer) == ("crashed", answer)
    assert word in cause.message


def test_a_build_that_failed_names_its_package():
    cause = cause_of(step("build", PG_CONFIG + UV_FAILED))

    assert cause.code == "system-library"
    assert cause.message.startswith("psycopg2-2.8.5: It is built from source")


def test_the_error_that_ended_it_counts_and_not_one_that_was_handled():
    handled = trace("ModuleNotFoundError: No module named 'ujson'")
    log = handled + "INFO starting\n" * 100 + trace("KeyError: 'client_id'")

    assert cause_of(step("discover", log)).code == "config"


def test_what_ended_well_has_no_cause():
    assert cause_of(step(exit_code=0)) is None


@given(
    st.text(),
    st.sampled_from(["build", "help", "discover", ""]),
    st.none() | st.integers(-200, 300),
    st.sampled_from(["exited", "signalled", "output", ""]),
)
def test_any_log_has_a_cause(log, name, code, ending):
    made = step(name, log, ending=ending, exit_code=code, stdout=log[::-1])
    cause = cause_of(made, python=log[:4])

    assert made.is_ok == (cause is None)
    assert cause is None or (cause.code and cause.message)


def test_a_long_log_is_read_at_once():
    log = "command '['gcc' " * 5_000 + "a.b-c" * 100_000 + "\n" + "cc " * 100_000

    assert cause_of(step("build", log)).code == "unknown"
