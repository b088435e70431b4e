"""What keeps a release from being installed: a library, a compiler, another package."""

from registry.tried import Answer
from scrapers.probes.invocation.rules.rule import rule

LIBRARIES = (
    rule(
        "system-library",
        r"(?P<what>pg_config|mysql_config|krb5-config|nc-config|odbc_config|xml2-config"
        r"|xslt-config|curl-config|geos-config|gdal-config)\b[^\n]{0,60}"
        r"(?:not found|No such file|is required)",
        "It is built from source and needs `{what}` of a system library to be.",
        "Depend on a package that has wheels, or name the system library in the README.",
    ),
    rule(
        "system-library",
        r"fatal error: '?(?P<what>Python\.h)'?(?: file not found|: No such file)",
        "It is built from source and needs the headers of Python (`{what}`).",
        "Publish wheels, or depend on a package that has them.",
    ),
    rule(
        "system-library",
        r"fatal error: '?(?P<what>[\w./+-]{1,80}\.h(?:pp)?)'?"
        r"(?: file not found|: No such file)",
        "It is built from source and needs the system header `{what}`.",
        "Depend on a package that has wheels, or name the system library in the README.",
    ),
    rule(
        "system-library",
        r"cannot find -l(?P<what>[\w.+-]{1,60})",
        "It is linked against the system library `{what}`, which is not there.",
        "Depend on a package that has wheels, or name the system library in the README.",
    ),
    rule(
        "system-library",
        r"Package '?(?P<what>[\w.+-]{1,60})'?,? (?:required by [^\n]{1,80}, )?(?:was )?not "
        r"found in the pkg-config search path|Can not find valid pkg-config name",
        "It is built from source and needs a system library that pkg-config knows.",
        "Depend on a package that has wheels, or name the system library in the README.",
    ),
    rule(
        "system-library",
        r"(?P<what>lib[\w.+-]{1,60}\.so[\w.]{0,20}): cannot open shared object file",
        "It needs the system library `{what}` to run.",
        "Name the system library in the README.",
    ),
)
COMPILERS = (
    rule(
        "compiler",
        r"(?:command '?|execute '|(?:^|[\s:'\"]))(?P<what>[\w./-]{0,60}?(?:gcc|g\+\+|clang|cc"
        r"|c\+\+|cmake|make|gfortran))['\"]?(?: failed)?: (?:No such file|not found|command "
        r"not found)",
        "It is built from source and needs a compiler (`{what}`).",
        "Publish wheels, or depend on packages that have them.",
    ),
    rule(
        "compiler",
        r"(?P<what>can't find Rust compiler|Rust (?:and Cargo|toolchain)[^\n]{0,80}not "
        r"(?:found|installed)|Cargo, the Rust package manager, is not installed"
        r"|No CMAKE_(?:C|CXX)_COMPILER|Unknown compiler\(s\)|Microsoft Visual C\+\+ 14"
        r"|unable to execute '(?:gcc|cc|x86_64-linux-gnu-gcc)')",
        "It is built from source and needs a compiler: {what}.",
        "Publish wheels, or depend on packages that have them.",
    ),
    rule(
        "compiling",
        r"[Cc]ommand '(?:\['(?P<program>[\w./+-]{1,80})'[^\n]{1,8000} returned non-zero"
        r"|(?P<what>[\w./+-]{1,80})' failed with) exit (?:code|status)",
        "It is built from source, and does not compile here.",
        "Publish wheels, or depend on newer versions of what is compiled.",
        answer=Answer.NO,
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
