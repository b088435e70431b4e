"""What keeps a release from being installed: a compiler, or another package."""

from registry.tried import Answer
from scrapers.probes.invocation.rules.rule import INSTALLING, rule

# Programs that compile, as logs name them: with a path, a platform or a version, if any.
TOOLS = (
    r"(?:[\w./-]{0,60}?[/-])?(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|cmake|make|ninja|meson"
    r"|gfortran|cargo|rustc|swig|ld)(?:-\d{1,2})?"
)
COMPILERS = (
    rule(
        "compiler",
        rf"(?:command '?|execute '|(?:^|[\s:'\"]))(?P<what>{TOOLS})['\"]?(?: failed)?: "
        rf"(?:No such file|not found|command not found)"
        rf"|No such file or directory: ['\"](?P<tool>{TOOLS})['\"]",
        "It is built from source and needs a compiler (`{what}{tool}`).",
        "Publish wheels, or depend on packages that have them.",
        compiles=True,
    ),
    rule(
        "compiler",
        r"(?P<what>can't find Rust compiler|Rust (?:and Cargo|toolchain)[^\n]{0,80}not "
        r"(?:found|installed)|Cargo, the Rust package manager, is not installed"
        r"|No CMAKE_(?:C|CXX)_COMPILER|Unknown compiler\(s\)|Microsoft Visual C\+\+ 14"
        r"|unable to execute '(?:gcc|cc|x86_64-linux-gnu-gcc)')",
        "It is built from source and needs a compiler: {what}.",
        "Publish wheels, or depend on packages that have them.",
        compiles=True,
    ),
)
COMPILING = (
    rule(
        "compiling",
        rf"[Cc]ommand '(?:\['(?P<program>{TOOLS})'[^\n]{{1,8000}} returned non-zero"
        rf"|(?P<what>{TOOLS})' failed with) exit (?:code|status)"
        r"|error: could not compile `[\w-]{1,80}`",
        "It is built from source, and does not compile here.",
        "Publish wheels, or depend on newer versions of what is compiled.",
        answer=Answer.NO,
        compiles=True,
    ),
)
BUILDING = (
    rule(
        "build-dependency",
        r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<what>[\w.]{1,100})",
        "Its build imports `{what}`, which its build system does not require.",
        "Name the package that has `{what}` in `requires` under `[build-system]` of "
        "pyproject.toml, or do without it in setup.py.",
        answer=Answer.NO,
        steps=INSTALLING,
    ),
)
PACKAGES = (
    rule(
        "no-matching",
        r"No matching distribution found for (?P<what>[^\s]{1,120})",
        "The index has nothing that fits `{what}`.",
        "Depend on a version that exists and was not withdrawn.",
        answer=Answer.NO,
    ),
    rule(
        "too-large",
        r"(?P<what>[^\n:]{1,200}): too large to be tried here",
        "It is too large to be tried here. {what}.",
        "Depend on less, where a part of it would do.",
    ),
    rule(
        "no-matching",
        r"(?P<what>[\w.-]{1,100}) was\s+not\s+found\s+in\s+the\s+package\s+registry",
        "The index has no package `{what}`.",
        "Depend on packages of the index only; what is on a forge is no dependency there.",
        answer=Answer.NO,
    ),
    rule(
        "no-matching",
        r"(?:there\s+(?:is|are)\s+no\s+versions?\s+of"
        r"|no\s+versions\s+of|only the following versions of)\s+(?P<what>[^\s]{1,120})",
        "The index has no version that fits `{what}`.",
        "Depend on a version that exists and was not withdrawn.",
        answer=Answer.NO,
    ),
    rule(
        "no-matching",
        r"(?P<what>[\w.-]{1,100}(?:==[^\s]{1,40})?) has\s+no\s+(?:usable\s+)?wheels\b",
        "`{what}` has no wheel that fits this Python and platform.",
        "Depend on a version that has one.",
        answer=Answer.NO,
    ),
    rule(
        "conflict",
        r"(?P<what>ResolutionImpossible|No\s+solution\s+found\s+when\s+resolving"
        r"|conflicting dependencies|your\s+requirements\s+are\s+unsatisfiable)",
        "What it depends on contradicts itself: no set of versions fits.",
        "Loosen the limits of the dependencies that the log names.",
        answer=Answer.NO,
    ),
    rule(
        "conflict",
        r"(?:ContextualVersionConflict|VersionConflict|DistributionNotFound): "
        r"(?P<what>[^\n]{1,200})",
        "A dependency is not there in the version it demands at its start: {what}.",
        "Loosen the limit, or do not check versions at the start.",
        answer=Answer.NO,
    ),
)
