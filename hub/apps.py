"""The project as an app: it brings the checks of its own settings."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Wiring only."""

    name = "hub"

    def ready(self) -> None:
        """Register the checks."""
        from hub import checks  # noqa: F401, PLC0415  registered by being imported
