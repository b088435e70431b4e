"""The registry app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """What is known, and everyone who reads or edits it."""

    name = "registry"
