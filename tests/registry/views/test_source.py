"""A source's page: what it speaks of."""

import pytest

from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, installed

pytestmark = pytest.mark.django_db


def test_a_variant_of_which_a_source_says_two_things_is_listed_once(read):
    source = packaged()
    ran(source, *installed(about()))
    assert source.statements.filter(gone_at=None).count() == 2
    page = read(f"/sources/{source.pk}")
    assert page.count('href="/extractors/tap-alpha--ada"') == 1
