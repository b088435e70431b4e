"""The environment as settings read it: a bad value names its variable."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv


class Environment(FileAwareEnv):  # type: ignore[misc]  # untyped
    """Typed variables; each can come from the file that `NAME_FILE` names instead."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the value of `var`, without the newline that ends most files.

        Raises ImproperlyConfigured for a value that is not of the wanted kind.
        """
        try:
            value = super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var}: {error}") from error
        if isinstance(value, list):
            return [part.strip() for part in value]
        return value.rstrip("\n") if isinstance(value, str) else value
