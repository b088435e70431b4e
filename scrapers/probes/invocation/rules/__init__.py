"""The rules by which a failed step's log tells its cause, in the order they are tried.

Each pattern was taken from logs of uv, pip, CPython and connectors. The first that is found
counts, so what is special stands before what is general. All patterns are free of nested
repetition: they search texts that strangers wrote.
"""

from scrapers.probes.invocation.rules.installing import COMPILERS, LIBRARIES, PACKAGES
from scrapers.probes.invocation.rules.pythons import (
    COMPILED,
    PYTHON_2,
    REQUIRED_PYTHON,
    came,
    gone,
)
from scrapers.probes.invocation.rules.rule import INSTALLING, Rule
from scrapers.probes.invocation.rules.running import ASKED, MEMORY, STARTING

__all__ = ["INSTALLING", "RULES", "Rule"]

RULES: tuple[Rule, ...] = (
    *PYTHON_2,
    *REQUIRED_PYTHON,
    *COMPILED,
    *LIBRARIES,
    *COMPILERS,
    *gone(),
    *came(),
    *PACKAGES,
    *STARTING,
    *MEMORY,
    *ASKED,
)
