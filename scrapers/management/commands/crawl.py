"""`manage.py crawl PLACE`: look at any source now, and say what came of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry.models import Source
from registry.places import Place, is_local, parse
from registry.vocabulary import Outcome, Severity, SourceKind
from scrapers.http import CrawlError
from scrapers.line import Passage, follow
from scrapers.looking import holds_definitions
from scrapers.rounds import fail


class Command(BaseCommand):
    """Crawl, record and publish one source in the foreground."""

    help = "Crawl one source now, and print what was found, changed and rejected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source, and whether what it would be held for is meant."""
        parser.add_argument(
            "source",
            metavar="PLACE",
            help="a Git repository of a connector or of plugin definitions, a folder of "
            "definitions, pypi:NAME, or index:URL; definitions:URL says what it is",
        )
        parser.add_argument(
            "--accept",
            action="store_true",
            help="apply what would be held: many plugins gone, or another repository",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Crawl and tell; exit with 1 where the source can't be looked at or is held."""
        now = timezone.now()
        try:
            source = _enrolled(options["source"])
        except (ValueError, CrawlError) as error:
            raise CommandError(str(error)) from error
        try:
            passage = follow(source, now=now, accept=options["accept"])
        except CrawlError as error:
            minutes = fail(source, error, now=now).total_seconds() / 60
            message = (
                f"{source.last_error}\n"
                f"Nothing was changed; the next try is in {minutes:.0f} min."
            )
            raise CommandError(message) from error
        if passage.crawl.look is None:
            due = {source.pk: source.next_look(now)}
            Source.objects.ended_quietly(source.lease, due, began=now, now=now)
        self._tell(source, passage)
        if passage.crawl.outcome is Outcome.HELD:
            raise CommandError(
                "The source is held. Crawl it with --accept to apply it."
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


def _enrolled(text: str) -> Source:
    """Return the source that a person means, made if it is new.

    Raises ValueError for what is no place, and a CrawlError where only looking can tell
    whether an unknown repository holds a connector or definitions, and that fails.
    """
    if is_local(text) or Path(text).is_dir():
        text = text if "://" in text else str(Path(text).resolve())
    known = Source.objects.filter(
        kind=SourceKind.DEFINITIONS, address=text.rstrip("/")
    ).first()
    if known is not None:
        return known
    place = Place(SourceKind.DEFINITIONS, text) if _is_folder(text) else parse(text)
    is_new = not Source.objects.filter(kind=place.kind, address=place.address).exists()
    if place.kind is SourceKind.REPOSITORY and is_new and holds_definitions(text):
        place = Place(SourceKind.DEFINITIONS, text.rstrip("/"))
    return Source.objects.enrol(place.kind, place.address, found_by="crawl")


def _is_folder(text: str) -> bool:
    """Say whether this is a plain folder, and no repository in its bare form."""
    return Path(text).is_dir() and not (Path(text) / "HEAD").exists()
