"""The scrapers app: no tables, no views."""

from django.apps import AppConfig
from django.conf import settings

from sandbox import choose_runtime


class ScrapersConfig(AppConfig):
    """Goes out, looks and reasons."""

    name = "scrapers"

    def ready(self) -> None:
        """Register the checks, and choose what holds foreign code in this process."""
        from scrapers import checks  # noqa: F401, PLC0415  registered by being imported

        choose_runtime(settings.SANDBOX_RUNTIME)
