"""System libraries that are missing, and what each is called by.

A log names a program that tells where a library is, a header, a file to link or to load. The
names are those of the projects that make them, as package managers of all systems know them.
"""

import re
from collections.abc import Mapping

from scrapers.probes.invocation.rules.rule import Rule, rule

CODE = "system-library"
NAMES: Mapping[str, str] = {
    # Programs that tell where a library is.
    "pg_config": "libpq", "mysql_config": "libmysqlclient",
    "mariadb_config": "libmariadb", "krb5-config": "krb5", "nc-config": "netcdf",
    "odbc_config": "unixODBC", "xml2-config": "libxml2", "xslt-config": "libxslt",
    "curl-config": "libcurl", "geos-config": "geos", "gdal-config": "gdal",
    "freetype-config": "freetype", "icu-config": "icu", "net-snmp-config": "net-snmp",
    # Headers, by the file or the folder.
    "Python.h": "Python's headers", "ffi.h": "libffi", "libpq-fe.h": "libpq",
    "mysql.h": "libmysqlclient", "my_config.h": "libmysqlclient", "sql.h": "unixODBC",
    "sqlext.h": "unixODBC", "sqlfront.h": "FreeTDS", "sybdb.h": "FreeTDS",
    "lber.h": "OpenLDAP", "ldap.h": "OpenLDAP", "jpeglib.h": "libjpeg", "zlib.h": "zlib",
    "snappy-c.h": "snappy", "gmp.h": "gmp", "lzma.h": "xz", "bzlib.h": "bzip2",
    "libxml": "libxml2", "libxslt": "libxslt", "xmlsec": "xmlsec1", "openssl": "OpenSSL",
    "sasl": "cyrus-sasl", "gssapi": "krb5", "librdkafka": "librdkafka",
    "leveldb": "leveldb", "curl": "libcurl", "unicode": "icu",
    # Files to link or to load, and libraries' own words.
    "odbc": "unixODBC", "libodbc": "unixODBC", "pq": "libpq", "mysqlclient": "libmysqlclient",
    "ssl": "OpenSSL", "libssl": "OpenSSL", "libcrypto": "OpenSSL", "crypto": "OpenSSL",
    "libjvm": "Java", "java": "Java", "libldap": "OpenLDAP", "libsybdb": "FreeTDS",
    "libgssapi_krb5": "krb5", "libkrb5": "krb5", "libgdal": "gdal", "libgeos_c": "geos",
    "Oracle Client": "Oracle Client", "libclntsh": "Oracle Client", "GLIBC": "glibc",
}  # fmt: skip
WHEELS = (
    "Depend on a package that has wheels, or name the system library in the README."
)
NAMED = "Name the system library in the README."
PROGRAMS = (
    r"(?P<what>(?:pg|mysql|mariadb|odbc)_config"
    r"|(?:krb5|nc|xml2|xslt|curl|geos|gdal|freetype|icu|net-snmp)-config)"
)
VERSION = re.compile(r"(?:\.so|[_-]?\d+\.\d).*", re.DOTALL)

LIBRARIES = (
    rule(
        CODE,
        rf"\b{PROGRAMS}\b[^\n]{{0,60}}(?:not found|No such file|is required)"
        rf"|No such file or directory: ['\"](?:/[\w./-]{{0,100}}/)?"
        rf"{PROGRAMS.replace('what', 'tool')}['\"]",
        "It is built from source and needs `{what}{tool}` of a system library to be.",
        WHEELS,
        compiles=True,
    ),
    rule(
        CODE,
        r"fatal error: '?(?P<what>Python\.h)'?(?: file not found|: No such file)",
        "It is built from source and needs the headers of Python (`{what}`).",
        "Publish wheels, or depend on a package that has them.",
        compiles=True,
    ),
    rule(
        CODE,
        r"fatal error: '?(?P<what>[\w./+-]{1,80}\.h(?:pp)?)'?"
        r"(?: file not found|: No such file)",
        "It is built from source and needs the system header `{what}`.",
        WHEELS,
        compiles=True,
    ),
    rule(
        CODE,
        r"cannot find -l(?P<what>[\w.+-]{1,60})",
        "It is linked against the system library `{what}`, which is not there.",
        WHEELS,
        compiles=True,
    ),
    rule(
        CODE,
        r"Package '?(?P<what>[\w.+-]{1,60})'?,? (?:required by [^\n]{1,80}, )?(?:was )?not "
        r"found in the pkg-config search path|Can not find valid pkg-config name",
        "It is built from source and needs a system library that pkg-config knows.",
        WHEELS,
        compiles=True,
    ),
    rule(
        CODE,
        r"(?P<what>lib[\w.+-]{1,60}\.so[\w.]{0,20}): cannot open shared object file",
        "It needs the system library `{what}` to run.",
        NAMED,
    ),
    rule(
        CODE,
        r"(?P<what>lib[\w+-]{1,60}) library not found"
        r"|Cannot locate a (?:32|64)-bit (?P<client>Oracle Client) library"
        r"|No JVM shared library file \((?P<java>libjvm\.so)\) found",
        "It needs the system library `{what}{client}{java}` to run.",
        NAMED,
    ),
    rule(
        CODE,
        r"version `(?P<what>GLIBC_[\d.]{1,10})' not found",
        "It holds compiled code that needs a newer system: `{what}`.",
        "Depend on a version with wheels for older systems.",
    ),
)


def library_of(found: Rule, groups: Mapping[str, str]) -> str:
    """Return the name of the system library that a rule found missing, "" where it has none.

    Of one that is in no list it is what the log calls it, without its version.
    """
    if found.code != CODE:
        return ""
    said = "".join(groups.values())
    stem = VERSION.sub("", said)
    parts = (said, said.partition("/")[0], stem)
    return next((NAMES[part] for part in parts if part in NAMES), stem)
