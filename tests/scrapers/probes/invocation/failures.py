"""Logs of steps that failed, one for each rule, each with one that only looks like it."""

FRAME = 'Traceback (most recent call last):\n  File "{}", line 5, in <module>\n'
SCRIPT = FRAME.format("/opt/connector/bin/tap-alpha") + "    sys.exit(main())\n"
HERE = FRAME.format("/opt/connector/lib/python3.12/site-packages/tap_alpha/a.py")
CHAINED = "\nDuring handling of the above exception, another exception occurred:\n\n"
RAISED_FROM = (
    "\nThe above exception was the direct cause of the following exception:\n\n"
)
UV = """\
  × Failed to build `{package}`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta.{call}` failed (exit status: 1)

      [stderr]
      Traceback (most recent call last):
        File "<string>", line 14, in <module>
      {error}

      hint: This usually indicates a problem with the package or the build environment.
"""


def uv(error, package="foo==1.0", call="get_requires_for_build_wheel"):
    return UV.format(package=package, call=call, error=error)


def missing(name):
    return f"ModuleNotFoundError: No module named '{name}'"


def no_file(name):
    return f"FileNotFoundError: [Errno 2] No such file or directory: '{name}'"


# The code of the rule; the step, the Python and the log that it is about; and those of a log
# that is near it, with the code that this one has.
TABLE = [
    ("open-files",
     ("import", "3.12", HERE + "OSError: [Errno 24] Too many open files: '/opt/x.py'"),
     ("help", "3.12", HERE + "ValueError: too many files to open: 24", "unknown")),
    ("processes",
     ("import", "3.12", HERE + "RuntimeError: can't start new thread"),
     ("import", "3.12", HERE + "RuntimeError: threads can only be started once",
      "unknown")),
    ("processes",
     ("help", "3.12", HERE + "BlockingIOError: [Errno 11] Resource temporarily "
      "unavailable"),
     ("discover", "3.12", HERE + "requests.exceptions.HTTPError: 503 Server Error: "
      "Service Temporarily Unavailable", "unknown")),
    ("processes",
     ("import", "3.12", "OpenBLAS blas_thread_init: pthread_create failed for thread 1 "
      "of 2: Resource temporarily unavailable\n" + HERE + "KeyboardInterrupt"),
     ("import", "3.12", "OpenBLAS warning: no CPU found\n" + HERE + "KeyboardInterrupt",
      "unknown")),
    ("shared-memory",
     ("help", "3.12", FRAME.format("/usr/lib/python3.12/multiprocessing/synchronize.py")
      + "    sl = _multiprocessing.SemLock(\n"
      "PermissionError: [Errno 13] Permission denied"),
     ("help", "3.12", HERE + "PermissionError: [Errno 13] Permission denied", "unknown")),
    ("memory",
     ("import", "3.12", HERE + "MemoryError"),
     ("discover", "3.12", HERE + "tap_alpha.NoMemoryError: the account ran out",
      "unknown")),
    ("memory",
     ("build", "3.12", ("cc1plus: out of memory allocating 65536 bytes\n"
      "error: command '/usr/bin/gcc' failed with exit code 1")),
     ("build", "3.12", ("x.c:1: note: what to do when out of memory\n"
      "error: command '/usr/bin/gcc' failed with exit code 1"), "compiling")),
    ("disk",
     ("help", "3.12", HERE + "OSError: [Errno 27] File too large"),
     ("discover", "3.12", HERE + "HTTPError: 413 Client Error: File too large",
      "unknown")),
    ("disk",
     ("build", "3.12", "OSError: [Errno 28] No space left on device"),
     ("build", "3.12", "ValueError: no space left in the header", "unknown")),
    ("timed-out",
     ("build", "3.12", ("error: could not compile `ring` (build script)\nCaused by: process "
      "didn't exit successfully: (signal: 24, SIGXCPU: CPU time limit exceeded)")),
     ("build", "3.12", ("error: could not compile `ring` (build script)\nCaused by: process "
      "didn't exit successfully: (exit status: 101)"), "compiling")),
    ("crashed",
     ("build", "3.12", ("gcc: fatal error: Killed signal terminated program cc1plus\n"
      "error: command '/usr/bin/gcc' failed with exit code 1")),
     ("build", "3.12", ("x.c:3: error: ‘Killed’ undeclared\n"
      "error: command '/usr/bin/gcc' failed with exit code 1"), "compiling")),
    ("sandbox",
     ("import", "3.12", HERE + "OSError: [Errno 30] Read-only file system: '/opt/cache'"),
     ("import", "3.12", HERE + "OSError: the file system is read-only", "unknown")),
    ("sandbox",
     ("import", "3.12", HERE + "PermissionError: [Errno 13] Permission denied: '/tmp/x'"),
     ("discover-config", "3.12", HERE + "psycopg2.errors.InsufficientPrivilege: permission "
      "denied for table orders", "unknown")),
    ("sandbox",
     ("import", "3.12", HERE + "PermissionError: [Errno 1] Operation not permitted"),
     ("discover", "3.12", HERE + "azure.HttpError: (403) Operation not permitted in "
      "this region", "unknown")),
    ("sandbox",
     ("build", "3.12", ("make: /usr/lib/x: Read-only file system\n"
      "error: command '/usr/bin/make' failed with exit code 2")),
     ("build", "3.12", ("make: *** [Makefile:3: all] Error 2\n"
      "error: command '/usr/bin/make' failed with exit code 2"), "compiling")),
    ("python-2",
     ("import", "3.12", HERE + missing("urllib2")),
     ("import", "3.12", HERE + missing("urllib2_mock"), "missing-module")),
    ("python-2",
     ("import", "3.12", HERE + "SyntaxError: Missing parentheses in call to 'print'"),
     ("import", "3.12", HERE + "SyntaxError: invalid syntax", "syntax")),
    ("python-2",
     ("import", "3.12", HERE + missing("StringIO")),
     ("import", "3.12", HERE + missing("StringIO") + "\n" + CHAINED + HERE
      + missing("pandas"), "missing-module")),
    ("python-2",
     ("build", "3.12", uv(missing("ConfigParser"))),
     ("build", "3.12", "Traceback (most recent call last):\n" + missing("ConfigParser")
      + "\n" + CHAINED + uv(missing("numpy")), "build-dependency")),
    ("python-too-old",
     ("resolve", "3.9", ("Because the requested Python version (>=3.9) does not satisfy "
      "Python>=3.10 and")),
     ("help", "3.9", "Python version (>=3.9) does not satisfy Python>=3.10", "unknown")),
    ("python-too-new",
     ("install", "3.12", ("ERROR: Package 'tap-alpha' requires a different Python: 3.12.1 "
      "not in '<3.12,>=3.8'")),
     ("install", "3.12", "ERROR: Package 'tap-alpha' requires a different platform",
      "unknown")),
    ("python-too-new",
     ("build", "3.12", ("fastavro.c:9: error: ‘_PyErr_StackItem’ has no member named "
      "‘exc_type’\nerror: command '/usr/bin/gcc' failed with exit code 1")),
     ("build", "3.12", ("fastavro.c:9: error: ‘struct row’ has no member named "
      "‘kind’\nerror: command '/usr/bin/gcc' failed with exit code 1"), "compiling")),
    ("system-library",
     ("build", "3.12", uv(no_file("pg_config"))),
     ("build", "3.12", uv(no_file("pg_config.txt")), "unknown")),
    ("system-library",
     ("build", "3.12", uv(no_file("/usr/bin/mysql_config"))),
     ("build", "3.12", uv(no_file("config/VERSION")), "unknown")),
    ("system-library",
     ("build", "3.12", "Error: pg_config executable not found."),
     ("build", "3.12", "Using the pg_config of /usr/bin. KeyError: 'x'", "unknown")),
    ("system-library",
     ("build", "3.12", "fatal error: Python.h: No such file or directory"),
     ("build", "3.12", "warning: Python.h: included twice", "unknown")),
    ("system-library",
     ("build", "3.12", ("x.c:1:10: fatal error: xmlsec/xmlsec.h: No such file or directory\n"
      "error: command '/usr/bin/gcc' failed with exit code 1")),
     ("build", "3.12", ("x.c:1:10: error: xmlsec/xmlsec.h: too old\n"
      "error: command '/usr/bin/gcc' failed with exit code 1"), "compiling")),
    ("system-library",
     ("build", "3.12", "/usr/bin/ld: cannot find -lodbc: No such file or directory"),
     ("build", "3.12", "/usr/bin/ld: warning: -lodbc is old", "unknown")),
    ("system-library",
     ("build", "3.12", "Package 'libxml-2.0' was not found in the pkg-config search path"),
     ("build", "3.12", "Package 'libxml-2.0' was found", "unknown")),
    ("system-library",
     ("import", "3.12", HERE + "ImportError: libodbc.so.2: cannot open shared object file: "
      "No such file or directory"),
     ("import", "3.12", HERE + "ImportError: libodbc.so.2: cannot open shared object file: "
      "Too many open files", "open-files")),
    ("system-library",
     ("import", "3.12", HERE + "ImportError: no pq wrapper available.\nAttempts made:\n"
      "- couldn't import psycopg 'c' implementation: No module named 'psycopg_c'\n"
      "- couldn't import psycopg 'python' implementation: libpq library not found"),
     ("import", "3.12", HERE + "ImportError: the library was not found", "unknown")),
    ("system-library",
     ("import", "3.12", HERE + "oracledb.DatabaseError: DPI-1047: Cannot locate a 64-bit "
      "Oracle Client library"),
     ("discover-config", "3.12", HERE + "oracledb.DatabaseError: the Oracle Client "
      "library refused it", "unknown")),
    ("system-library",
     ("help", "3.12", HERE + "jpype._jvmfinder.JVMNotFoundException: No JVM shared library "
      "file (libjvm.so) found. Try setting up the JAVA_HOME environment variable."),
     ("help", "3.12", HERE + "jpype.JVMError: libjvm.so was found twice", "unknown")),
    ("system-library",
     ("import", "3.12", HERE + "ImportError: /lib/x86_64-linux-gnu/libc.so.6: version "
      "`GLIBC_2.38' not found (required by /x.so)"),
     ("import", "3.12", HERE + "ImportError: version `2.38' not found", "unknown")),
    ("compiler",
     ("build", "3.12", uv(no_file("cmake"))),
     ("build", "3.12", uv(no_file("cmake/modules.txt")), "unknown")),
    ("compiler",
     ("build", "3.12", "error: [Errno 2] No such file or directory: 'gcc'"),
     ("build", "3.12", "error: [Errno 2] No such file or directory: 'gcc.cfg'",
      "unknown")),
    ("compiler",
     ("build", "3.12", "error: command 'gcc' failed: No such file or directory"),
     ("build", "3.12", "error: command 'git' failed: No such file or directory",
      "unknown")),
    ("compiler",
     ("build", "3.12", ("Cargo, the Rust package manager, is not installed or is not on "
      "PATH.")),
     ("build", "3.12", "Cargo, the Rust package manager, is 1.80.", "unknown")),
    ("compiling",
     ("build", "3.12", ("subprocess.CalledProcessError: Command '['/usr/bin/gcc', '-c', "
      "'x.c']' returned non-zero exit status 1.")),
     ("build", "3.12", ("subprocess.CalledProcessError: Command '['git', 'describe']' "
      "returned non-zero exit status 128."), "unknown")),
    ("compiling",
     ("build", "3.12", ("error: command '/usr/bin/x86_64-linux-gnu-gcc-12' failed with exit "
      "code 1")),
     ("build", "3.12", "error: command '/usr/bin/python3' failed with exit code 1",
      "unknown")),
    ("pkg-resources",
     ("import", "3.12", HERE + missing("pkg_resources")),
     ("import", "3.12", HERE + missing("my_pkg_resources"), "missing-module")),
    ("pkg-resources",
     ("build", "3.12", uv(missing("pkg_resources"))),
     ("build", "3.12", uv(missing("my_pkg_resources")), "build-dependency")),
    ("setuptools",
     ("build", "3.10", uv(missing("distutils.msvccompiler"))),
     ("build", "3.12", uv(missing("distutils")), "python-too-new")),
    ("python-too-new",
     ("import", "3.12", HERE + missing("distutils")),
     ("import", "3.10", HERE + missing("distutils.util"), "standard-library")),
    ("python-too-new",
     ("import", "3.12", HERE + missing("urllib3.packages.six.moves")),
     ("import", "3.11", HERE + missing("urllib3.packages.six.moves"), "missing-module")),
    ("python-too-new",
     ("import", "3.13", HERE + missing("six.moves.urllib")),
     ("import", "3.13", HERE + missing("deluxe.moves"), "missing-module")),
    ("python-too-new",
     ("import", "3.13", HERE + missing("cgi")),
     ("import", "3.12", HERE + missing("cgi"), "missing-module")),
    ("python-too-new",
     ("import", "3.12", HERE + missing("imp")),
     ("import", "3.12", HERE + missing("importer"), "missing-module")),
    ("python-too-new",
     ("import", "3.10", HERE + "AttributeError: module 'collections' has no attribute "
      "'Mapping'"),
     ("import", "3.10", HERE + "AttributeError: module 'collections_more' has no "
      "attribute 'Mapping'", "unknown")),
    ("python-too-new",
     ("build", "3.12", uv("AttributeError: module 'pkgutil' has no attribute "
      "'ImpImporter'. Did you mean: 'zipimporter'?")),
     ("build", "3.11", uv("AttributeError: module 'pkgutil' has no attribute "
      "'ImpImporter'. Did you mean: 'zipimporter'?"), "unknown")),
    ("python-too-old",
     ("import", "3.10", HERE + missing("tomllib")),
     ("import", "3.11", HERE + missing("tomllib_more"), "missing-module")),
    ("python-too-old",
     ("import", "3.8", HERE + "TypeError: 'type' object is not subscriptable"),
     ("import", "3.11", HERE + "TypeError: 'type' object is not subscriptable",
      "unknown")),
    ("python-too-old",
     ("import", "3.9", HERE + "TypeError: unsupported operand type(s) for |: 'type' and "
      "'NoneType'"),
     ("import", "3.12", HERE + "TypeError: unsupported operand type(s) for |: 'type' and "
      "'NoneType'", "unknown")),
    ("standard-library",
     ("import", "3.12", HERE + missing("_ctypes")),
     ("import", "3.12", HERE + missing("ctypes_more"), "missing-module")),
    ("no-matching",
     ("install", "3.12", "ERROR: No matching distribution found for singer-pythom==5.0"),
     ("install", "3.12", "ERROR: No distribution was asked for", "unknown")),
    ("no-matching",
     ("resolve", "3.12", "Because tap-core was not found in the package registry and"),
     ("resolve", "3.12", "Because tap-core was found in the package registry", "unknown")),
    ("no-matching",
     ("resolve", "3.12", "Because there is no version of pendulum==9.9 and"),
     ("resolve", "3.12", "Because there is no versioning of pendulum", "unknown")),
    ("no-matching",
     ("install", "3.12", "Because foo==1.0 has no wheels with a matching Python ABI tag"),
     ("install", "3.12", "Because foo==1.0 has wheels", "unknown")),
    ("too-large",
     ("resolve", "3.12", "It asks the index for more than 4 GB: too large to be tried here."),
     ("resolve", "3.12", "The header is too large.", "unknown")),
    ("conflict",
     ("resolve", "3.12", "we can conclude that your requirements are unsatisfiable."),
     ("resolve", "3.12", "Requirement already satisfied: six", "unknown")),
    ("conflict",
     ("help", "3.12", HERE + "pkg_resources.DistributionNotFound: The 'six' distribution "
      "was not found"),
     ("help", "3.12", HERE + "tap_alpha.NotFound: The 'six' distribution", "unknown")),
    ("build-dependency",
     ("build", "3.12", uv(missing("numpy"))),
     ("import", "3.12", HERE + missing("numpy"), "missing-module")),
    ("build-dependency",
     ("resolve", "3.12", uv(missing("Cython"), call="build_wheel")),
     ("resolve", "3.12", uv("ValueError: Cython is old", call="build_wheel"), "unknown")),
    ("syntax",
     ("import", "3.12", HERE + "IndentationError: unexpected indent"),
     ("discover", "3.12", HERE + "tap_alpha.QuerySyntaxError: near SELECT", "unknown")),
    ("circular-import",
     ("import", "3.12", HERE + "ImportError: cannot import name 'main' from partially "
      "initialized module 'tap_x' (most likely due to a circular import) (/x.py)"),
     ("import", "3.12", HERE + "ImportError: cannot import name 'streams' from 'tap_x' "
      "(/x.py)", "missing-name")),
    ("circular-import",
     ("import", "3.12", HERE + "AttributeError: partially initialized module 'tap_x' has "
      "no attribute 'y' (most likely due to a circular import)"),
     ("import", "3.12", HERE + "AttributeError: module 'tap_x' has no attribute 'y'",
      "unknown")),
    ("entry-point",
     ("help", "3.12", SCRIPT + "AttributeError: type object 'TapAlpha' has no attribute "
      "'cli'"),
     ("help", "3.12", HERE + "AttributeError: type object 'TapAlpha' has no attribute "
      "'name'", "unknown")),
    ("entry-point",
     ("import", "3.12", HERE + "ImportError: cannot import name 'main' from 'tap_alpha' "
      "(/x.py)"),
     ("import", "3.12", HERE + "ImportError: cannot import name 'mainly' from 'tap_alpha' "
      "(/x.py)", "missing-name")),
    ("missing-module",
     ("import", "3.12", HERE + missing("requests")),
     ("import", "3.12", HERE + "ModuleNotFoundError: no more modules", "unknown")),
    ("missing-name",
     ("import", "3.12", HERE + "ImportError: cannot import name 'soft_unicode' from "
      "'markupsafe' (/x.py)"),
     ("import", "3.12", HERE + "ImportError: attempted relative import with no known "
      "parent package", "unknown")),
    ("flag",
     ("about", "3.12", "tap-alpha: error: unrecognized arguments: --about --format=json"),
     ("about", "3.12", "tap-alpha: error: unrecognized stream", "unknown")),
    ("credentials",
     ("discover", "3.12", "ERROR Unauthorized"),
     ("discover", "3.12", HERE + "TypeError: unsupported", "unknown")),
    ("credentials",
     ("discover-config", "3.10", HERE + "AttributeError: 'NoneType' object has no attribute "
      "'get_frozen_credentials'"),
     ("discover", "3.10", HERE + "AttributeError: 'NoneType' object has no attribute "
      "'get_credentials'", "unknown")),
    ("python-too-new",
     ("build", "3.13", ("msgspec/_core.c:11254:15: error: too few arguments to function "
      "‘_PyLong_AsByteArray’\nerror: command '/usr/bin/gcc' failed with exit code 1")),
     ("build", "3.13", ("x.c:1:1: error: too few arguments to function ‘mine’\n"
      "error: command '/usr/bin/gcc' failed with exit code 1"), "compiling")),
    ("network",
     ("discover-config", "3.12", HERE + "requests.ConnectionError: HTTPSConnectionPool("
      "host='x', port=443): Max retries exceeded with url: /"),
     ("about", "3.12", "usage: [--retries N]  N tries on Connection refused\n" + HERE
      + "TypeError: x is not callable", "unknown")),
    ("config",
     ("discover", "3.12", ("tap-alpha: error: the following arguments are required: "
      "-c/--config")),
     ("build", "3.12", "ValueError: invalid pyproject.toml config: `project.license`.",
      "unknown")),
    ("config",
     ("discover", "3.12", "ConfigValidationError: 'api_key' is a required property"),
     ("discover", "3.12", HERE + "ValueError: api_key is not required", "unknown")),
    ("config",
     ("discover", "3.12", HERE + "KeyError: 'api_key'"),
     ("import", "3.12", HERE + "KeyError: 'HOME'", "unknown")),
]  # fmt: skip
