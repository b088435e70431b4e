"""The scrapers app: no tables, no views."""

from django.apps import AppConfig


class ScrapersConfig(AppConfig):
    """Goes out, looks and reasons."""

    name = "scrapers"

    def ready(self) -> None:
        """Register the checks."""
        from scrapers import checks  # noqa: F401, PLC0415  registered by being imported
