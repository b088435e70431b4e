"""Catalogues: one that tests say, and the real one."""

from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import transaction

from registry.models import Plugin, Release, Stream, Variant
from registry.search import index
from tests.registry.cast import NOW, say, source_of, variant


@pytest.fixture
def source(db):
    return source_of("/definitions")


@pytest.fixture
def has(source):
    """Record a plugin with these variants, and bring its entries up to date.

    `variants` are names; `said` are keys of all their definitions.
    """

    def has(name, *variants, kind="extractors", default="", refresh=True, **said):
        said = {"description": "", "keywords": [], "label": "", **said}
        facts = [
            variant(one, plugin=name, kind=kind, is_default=one == default, **said)
            for one in variants or ("ada",)
        ]
        recorded = say(source, *facts, plugin=name, kind=kind)
        if refresh:
            index.refresh([plugin.pk for plugin in recorded.plugins])
        return Plugin.objects.get(name=name, type=kind)

    return has


@pytest.fixture
def release():
    """Give a plugin's default variant a release with streams, `name` to its properties."""

    def release(plugin, *, version="1", days_ago=0, licence="", python="", **streams):
        row = Variant.objects.get(pk=plugin.default_variant_id)
        row.current_release = Release.objects.create(
            variant=row, version=version, license=licence, requires_python=python,
            released_at=NOW - timedelta(days=days_ago),
        )  # fmt: skip
        row.save()
        for name, properties in streams.items():
            schema = {"properties": properties}
            Stream.objects.create(
                release=row.current_release, tap_stream_id=name, schema=schema
            )
        index.refresh([plugin.pk])

    return release


@pytest.fixture(scope="module")
def recorded_once(
    django_db_setup, django_db_blocker, real_definitions, tmp_path_factory
):
    """Record the real catalogue for all tests of a module; it is gone after them."""
    before = project.PUBLISHED_ROOT
    with django_db_blocker.unblock(), transaction.atomic():
        project.PUBLISHED_ROOT = tmp_path_factory.mktemp("published")
        call_command("crawl", str(real_definitions))
        project.PUBLISHED_ROOT = before
        yield {row.pk: f"{row.type}/{row.name}" for row in Plugin.objects.all()}
        transaction.set_rollback(True)


@pytest.fixture
def real_catalogue(recorded_once, db):
    """Return the real catalogue's plugins as `type/name`, by key."""
    return recorded_once
