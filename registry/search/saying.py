"""The facets' values in words for people. Pure."""

from registry.search.facets import UNKNOWN, Facet

UNKNOWN_SAID = {
    "installs": "Not checked", "python": "Not declared", "maintenance": "Not known",
    "license": "Not known", "sdk": "Not known", "auth": "Not known",
    "updated": "Not known",
}  # fmt: skip
SAID = {
    "maintenance": {"active": "Active", "quiet": "Quiet", "seeking": "Seeks a maintainer",
                    "none": "None"},
    "installs": {"yes": "Installs", "limited": "With limits", "no": "Does not install"},
    "license": {"other": "Other", "none": "Names none"},
    "sdk": {"singer-sdk": "Singer SDK", "airbyte": "Wraps an Airbyte image",
            "edk": "Meltano EDK"},
    "auth": {"key": "API key or token", "oauth": "OAuth", "password": "Password",
             "file": "Key file or private key", "none": "None among its settings"},
    "is": {"docker": "Docker"},
    "updated": {"30d": "In the last 30 days", "90d": "In the last 90 days",
                "365d": "In the last year"},
}  # fmt: skip


def said_of(facet: Facet, value: str) -> str:
    """Return a value in words for people."""
    if value == UNKNOWN and facet.values:
        return UNKNOWN_SAID.get(facet.key, "Not known")
    return SAID.get(facet.key, {}).get(value, value)
