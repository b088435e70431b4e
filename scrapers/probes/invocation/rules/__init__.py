"""The rules by which a failed step's log tells its cause, in the order they are tried.

Each pattern was taken from logs of uv, pip, CPython and connectors. The first that is found
counts, so what is special stands before what is general. All patterns are free of nested
repetition: they search texts that strangers wrote.
"""

from scrapers.probes.invocation.rules.installing import (
    BUILDING,
    COMPILERS,
    COMPILING,
    PACKAGES,
)
from scrapers.probes.invocation.rules.libraries import LIBRARIES
from scrapers.probes.invocation.rules.limits import LIMITS, WALLS
from scrapers.probes.invocation.rules.pythons import (
    COMPILED,
    PYTHON_2,
    REQUIRED_PYTHON,
    SETUPTOOLS,
    SIX,
    STANDARD_LIBRARY,
    came,
    gone,
)
from scrapers.probes.invocation.rules.rule import INSTALLING, Rule
from scrapers.probes.invocation.rules.running import ASKED, STARTING

__all__ = ["INSTALLING", "LIMITED", "RULES", "Rule"]

# What one machine does not give, another one may.
LIMITED = frozenset(rule.code for rule in (*LIMITS, *WALLS))
RULES: tuple[Rule, ...] = (
    *LIMITS,
    *PYTHON_2,
    *REQUIRED_PYTHON,
    *COMPILED,
    *LIBRARIES,
    *COMPILERS,
    *SETUPTOOLS,
    *SIX,
    *gone(),
    *came(),
    *STANDARD_LIBRARY,
    *PACKAGES,
    *BUILDING,
    *STARTING,
    *ASKED,
    *WALLS,
    # Whatever else a log has says more than that a compiler failed.
    *COMPILING,
)
