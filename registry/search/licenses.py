"""Which licence a package means by what its metadata says. Pure."""

import re

from registry.search.facets import LICENSE, NONE, UNKNOWN

# What authors write before or beside SPDX, in the order in which it is looked for.
WRITTEN = (
    (r"affero|agpl", "AGPL-3.0"),
    (r"lesser|lgpl", "LGPL-3.0"),
    (r"gpl.{0,4}2|general public.*2", "GPL-2.0"),
    (r"gpl|general public", "GPL-3.0"),
    (r"apache", "Apache-2.0"),
    (r"elastic|elv2", "ELv2"),
    (r"business source|busl|bsl-1", "BUSL-1.1"),
    (r"mozilla|mpl", "MPL-2.0"),
    (r"european union|eupl", "EUPL-1.2"),
    (r"bsd.*2|simplified bsd", "BSD-2-Clause"),
    (r"bsd", "BSD-3-Clause"),
    (r"unlicense", "Unlicense"),
    (r"\bisc\b", "ISC"),
    (r"\bmit\b", "MIT"),
)


def license_of(said: str) -> str:
    """Return the SPDX identifier that is meant, "other" or, where none is named, "none".

    Older tools write "UNKNOWN" for none.
    Source: https://spdx.org/licenses/ for the identifiers.
    """
    said = said.strip().casefold()[:200]
    if not said or said == UNKNOWN:
        return NONE
    for identifier in LICENSE.values[2:]:
        if said in {identifier.casefold(), f"{identifier.casefold()}-only"}:
            return identifier
    found = (name for pattern, name in WRITTEN if re.search(pattern, said))
    return next(found, "other")
