"""What migrations do to rows that are there."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db.migrations import AddField
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED
from django.utils import timezone

from registry.models import Plugin

pytestmark = pytest.mark.django_db
NAMES = (
    ("extractors", "tap-postgres", "postgres"),
    ("loaders", "target-postgres", "postgres"),
    ("extractors", "singer-tap-zenhub", "zenhub"),
    ("utilities", "tap-dance", ""),
)


@pytest.fixture
def give():
    module = import_module("registry.migrations.0013_services_given")
    return lambda: module.give(apps, None)


def test_plugins_from_before_get_their_service_and_only_once(
    give, django_assert_num_queries
):
    Plugin.objects.bulk_create(
        Plugin(type=kind, name=name, changed_at=timezone.now())
        for kind, name, _ in NAMES
    )
    give()
    found = set(Plugin.objects.values_list("type", "name", "service"))
    assert found == set(NAMES)
    with django_assert_num_queries(1):
        give()


def test_code_of_before_can_write_rows_beside_newer_columns():
    # Since when old code runs on while a newer version's migrations are applied.
    since = "0020"
    added = [
        apps.get_model("registry", step.model_name)._meta.get_field(step.name)
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app == "registry" and name > since
        for step in migration.operations
        if isinstance(step, AddField)
    ]
    assert added
    refusing = [one for one in added if not one.null and one.db_default is NOT_PROVIDED]
    assert refusing == []
