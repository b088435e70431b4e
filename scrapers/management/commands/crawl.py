"""`manage.py crawl URL_OR_PATH`: look at any source now, and say what came of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry.models import Source
from registry.vocabulary import Severity
from scrapers.crawl import Outcome, locate
from scrapers.http import CrawlError
from scrapers.tasks import Passage, follow


class Command(BaseCommand):
    """Crawl, record and publish one source in the foreground."""

    help = "Crawl one source now, and print what was found, changed and rejected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source, and whether a shrunken tree is meant."""
        parser.add_argument(
            "source",
            metavar="URL_OR_PATH",
            help="a Git repository or folder of plugin definitions, or pypi:NAME",
        )
        parser.add_argument(
            "--accept-loss",
            action="store_true",
            help="apply a tree although many of its plugins are gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Crawl and tell; exit with 1 where the source can't be looked at or is held."""
        kind, address = locate(options["source"])
        now = timezone.now()
        source = Source.objects.enrol(kind, address, found_by="crawl")
        try:
            passage = follow(source, now=now, accept_loss=options["accept_loss"])
        except CrawlError as error:
            wait = source.crawl_failed(now, str(error))
            minutes = wait.total_seconds() / 60
            message = (
                f"{error}\nNothing was changed; the next try is in {minutes:.0f} min."
            )
            raise CommandError(message) from error
        if passage.crawl.outcome is Outcome.UNCHANGED and source.failures:
            source.crawl_changed_nothing(now)
        self._tell(source, passage)
        if passage.crawl.outcome is Outcome.HELD:
            raise CommandError(
                "The tree is held. Crawl it with --accept-loss to apply it."
            )

    def _tell(self, source: Source, passage: Passage) -> None:
        crawl, recorded, published = passage.crawl, passage.recorded, passage.published
        for finding in passage.findings:
            word = "rejected" if finding.severity is Severity.ERROR else "noted"
            self.stdout.write(f"{word}: {finding}")
        if crawl.look is None:
            self.stdout.write(f"{source}: {crawl.outcome}")
            return
        rejected = sum(f.severity is Severity.ERROR for f in passage.findings)
        self.stdout.write(
            f"{source} at {crawl.look.revision[:12] or 'an unnamed revision'}: "
            f"{crawl.look.found} plugins found, {len(crawl.snapshots)} differ, "
            f"{rejected} findings reject something\n"
            f"recorded: {recorded.added} variants added, {recorded.changed} changed, "
            f"{recorded.gone} gone\n"
            f"published: {published.written} documents written, "
            f"{published.held} variants held back"
        )
