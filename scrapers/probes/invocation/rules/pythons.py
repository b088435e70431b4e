"""What fails because a Python is newer or older than the code, or is another Python."""

from collections.abc import Iterator, Mapping

from registry.tried import Answer
from scrapers.probes.invocation.rules.rule import INSTALLING, Rule, rule

# In which Python a module went. Source: PEP 594, PEP 632, "What's New" of 3.12 and 3.13.
REMOVED: Mapping[str, str] = {
    **dict.fromkeys(("imp", "distutils", "asyncore", "asynchat", "smtpd"), "3.12"),
    **dict.fromkeys((
        "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3",
        "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd",
        "sunau", "telnetlib", "uu", "xdrlib",
    ), "3.13"),
}  # fmt: skip
# Attributes that went with a Python, as the log writes them.
GONE: Mapping[str, str] = {
    r"module 'collections' has no attribute '(?P<what>\w+)'": "3.10",
    r"cannot import name '(?P<what>\w+)' from 'collections'": "3.10",
    r"module 'asyncio' has no attribute '(?P<what>coroutine)'": "3.11",
    r"module 'inspect' has no attribute '(?P<what>getargspec)'": "3.11",
    r"cannot import name '(?P<what>gcd)' from 'fractions'": "3.9",
    r"module 'time' has no attribute '(?P<what>clock)'": "3.8",
    r"module 'pkgutil' has no attribute '(?P<what>ImpImporter|ImpLoader)'": "3.12",
    r"'HTMLParser' object has no attribute '(?P<what>unescape)'": "3.9",
    r"module 'configparser' has no attribute '(?P<what>SafeConfigParser)'": "3.12",
}
# What came with a Python: a connector that needs it does not run before.
CAME: Mapping[str, str] = {
    r"No module named '(?P<what>tomllib)'": "3.11",
    r"No module named '(?P<what>zoneinfo|graphlib)'": "3.9",
    r"cannot import name '(?P<what>UTC)' from 'datetime'": "3.11",
    r"cannot import name '(?P<what>StrEnum)' from 'enum'": "3.11",
    r"cannot import name '(?P<what>Self|assert_never|LiteralString|NotRequired|Required"
    r"|Never|reveal_type)' from 'typing'": "3.11",
    r"cannot import name '(?P<what>override)' from 'typing'": "3.12",
    r"cannot import name '(?P<what>ParamSpec|TypeAlias|TypeGuard)' from 'typing'": "3.10",
    r"unsupported operand type\(s\) for (?P<what>\|): 'type' and 'NoneType'": "3.10",
    r"'type' object is not (?P<what>subscriptable)": "3.9",
}
# What setuptools no longer has, on whatever Python.
SETUPTOOLS = (
    rule(
        "pkg-resources",
        r"No module named '?(?P<what>pkg_resources)",
        "Its build needs `pkg_resources`, which setuptools has not had since 82.",
        'Do without, or say `requires = ["setuptools<81"]` under `[build-system]`.',
        answer=Answer.NO,
        steps=INSTALLING,
    ),
    rule(
        "setuptools",
        r"No module named '?(?P<what>distutils\.msvccompiler)",
        "Its build needs `{what}`, which setuptools has not had since 74.",
        'Do without, or say `requires = ["setuptools<74"]` under `[build-system]`.',
        answer=Answer.NO,
        steps=INSTALLING,
    ),
    rule(
        "pkg-resources",
        r"No module named '?(?P<what>pkg_resources)",
        "It needs `pkg_resources`, which setuptools has not had since 82.",
        "Use `importlib.metadata` and `importlib.resources`, or depend on `setuptools<81`.",
        answer=Answer.NO,
    ),
)
# Copies of six from before 1.16 find their modules in a way that went with Python 3.12.
SIX = (
    rule(
        "python-too-new",
        r"No module named '(?P<what>(?:[\w.]{1,100}\.)?six\.moves\b[\w.]{0,100})",
        "It holds a copy of six that is too old for Python 3.12: there is no `{what}`.",
        'Depend on a newer version of it, or say `requires-python = "<3.12"` until then.',
        answer=Answer.NO,
        gone_in="3.12",
    ),
)


def gone() -> Iterator[Rule]:
    """Yield what fails because the Python is newer than the code."""
    remedy = 'Replace it, or say `requires-python = "<{since}"` until then.'
    for module, since in REMOVED.items():
        yield rule(
            "python-too-new",
            rf"No module named '?(?P<what>{module})\b",
            f"It needs the module `{{what}}`, which Python has not had since {since}.",
            remedy.format(since=since),
            answer=Answer.NO,
            gone_in=since,
        )
    for pattern, since in GONE.items():
        yield rule(
            "python-too-new",
            pattern,
            f"It needs `{{what}}` of the standard library, which went with Python {since}.",
            remedy.format(since=since),
            answer=Answer.NO,
            gone_in=since,
        )


def came() -> Iterator[Rule]:
    """Yield what fails because the Python is older than the code."""
    for pattern, since in CAME.items():
        yield rule(
            "python-too-old",
            pattern,
            f"It needs `{{what}}`, which Python has had only since {since}.",
            f'Say `requires-python = ">={since}"`.',
            answer=Answer.NO,
            came_in=since,
        )


PYTHON_2 = (
    rule(
        "python-2",
        r"SyntaxError: (?P<what>Missing parentheses in call to 'print'|multiple exception "
        r"types must be parenthesized)",
        "It is written for Python 2: {what}.",
        "Port it to Python 3.",
        answer=Answer.NO,
    ),
    rule(
        "python-2",
        r"No module named '?(?P<what>urllib2|urlparse|ConfigParser|StringIO|Queue)\b",
        "It is written for Python 2: it imports `{what}`.",
        "Port it to Python 3.",
        answer=Answer.NO,
    ),
)
# Systems have parts of it in packages of their own; `gone` and `came` know what no Python has.
STANDARD_LIBRARY = (
    rule(
        "standard-library",
        r"No module named '?(?P<what>distutils\b[\w.]{0,60}|tkinter\b|ensurepip\b|idlelib\b"
        r"|_(?:ctypes|sqlite3|bz2|lzma|curses|tkinter|ssl|hashlib|uuid|dbm|gdbm)\b)",
        "It needs `{what}` of the standard library, which the Python of that machine lacks.",
        "",
    ),
)
# uv names the Python it was asked for; pip names the package's demand alone.
REQUIRED_PYTHON = (
    rule(
        "requires-python",
        r"Python version \([^()\n]{1,60}\) does\s+not\s+satisfy\s+Python(?P<what>[<>=!~][^\s]"
        r"{1,60})",
        "A package it needs, or it itself, asks for Python {what}.",
        "Depend on versions that fit this Python, or narrow `requires-python` to {what}.",
        answer=Answer.NO,
        steps=INSTALLING,
    ),
    rule(
        "requires-python",
        r"requires a different Python: [\d.]{1,20} not in '(?P<what>[^'\n]{1,80})'",
        "A package it needs, or it itself, asks for Python {what}.",
        "Depend on versions that fit this Python, or narrow `requires-python` to {what}.",
        answer=Answer.NO,
        steps=INSTALLING,
    ),
)
# C code of before an interpreter's structures changed: mostly generated by old Cython.
COMPILED = (
    rule(
        "python-too-new",
        r"(?P<what>longintrepr\.h: No such file"
        r"|Py_TYPE\([^\n]{1,80}\) = "
        r"|too (?:few|many) arguments to function [‘'](?:_Py\w|PyCode_New)"
        r"|has no member named [‘'](?:exc_type|exc_traceback|tp_print|ob_digit|use_tracing"
        r"|f_code|curexc_type|recursion_depth|cframe)[’'])",
        "It is built from source that is older than this Python, and does not compile.",
        "Depend on a newer version of it, or say in `requires-python` where it still does.",
        answer=Answer.NO,
        steps=INSTALLING,
        compiles=True,
    ),
)
