"""The parts of an address: a plugin type, a plugin's or a variant's name, a version."""

from registry.vocabulary import PluginType


class PluginTypeConverter:
    """One of the eight plugin types."""

    regex = "|".join(PluginType)

    def to_python(self, value: str) -> PluginType:
        """Return the type named in an address."""
        return PluginType(value)

    def to_url(self, value: str) -> str:
        """Return a type, or its name from a row, as it stands in an address."""
        return str(value)


class NameConverter:
    """A name, up to a double dash: that is what parts a plugin from its variant."""

    regex = r"[A-Za-z0-9](?:(?!--)[A-Za-z0-9._-])*"

    def to_python(self, value: str) -> str:
        """Return the name as it stands in an address."""
        return value

    def to_url(self, value: str) -> str:
        """Return the name as it stands in an address."""
        return value


class VersionConverter:
    """A version, in whatever signs its source writes it, but none that a text may not hold."""

    regex = r"[^\x00-\x1f\x7f]+"

    def to_python(self, value: str) -> str:
        """Return the version as it stands in an address."""
        return value

    def to_url(self, value: str) -> str:
        """Return the version as it stands in an address."""
        return value
