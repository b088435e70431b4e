"""`manage.py hook PLACE`: print a source's webhook address and secret."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from registry.hooks import secret_of
from registry.models import Source
from registry.places import parse


class Command(BaseCommand):
    """Tell whoever runs this Songbook what a maintainer needs."""

    help = "Print the address and the secret with which a release can be announced."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source."""
        parser.add_argument("source", metavar="PLACE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print both, for a source that is known."""
        try:
            place = parse(options["source"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        row = Source.objects.filter(kind=place.kind, address=place.address).first()
        if row is None:
            raise CommandError(f"{options['source']} is not enrolled: crawl it first.")
        self.stdout.write(f"{settings.PUBLIC_URL}{reverse('hook', args=[row.pk])}")
        self.stdout.write(secret_of(row.pk))
