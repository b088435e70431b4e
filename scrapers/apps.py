"""The scrapers app: no tables, no views."""

from django.apps import AppConfig


class ScrapersConfig(AppConfig):
    """Goes out, looks and reasons."""

    name = "scrapers"
