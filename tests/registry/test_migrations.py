"""What migrations do to rows that are there."""

from importlib import import_module

import pytest
from django.apps import apps
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
