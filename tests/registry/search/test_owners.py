"""`service:` and `maintainer:` find what connects to a service, and what somebody keeps."""

import pytest

from registry.models import Maintainer, Variant
from registry.search import index


@pytest.fixture
def kept(has):
    """tap-alpha by ada and bo; the variant `bo` of it is kept by cy."""
    plugin = has("tap-alpha", "ada", "bo", default="ada")
    cy = Maintainer.objects.create(name="cy", label="Cy")
    Variant.objects.filter(plugin=plugin, name="bo").update(maintainer=cy)
    index.refresh([plugin.pk])
    return plugin


def test_a_maintainer_is_who_keeps_it_and_not_what_the_variant_is_called(kept, search):
    assert search("maintainer:cy") == search("variant:bo") == ["tap-alpha"]
    assert search("maintainer:bo") == search("variant:cy") == []
    assert search("maintainer:cy is:default") == []
    assert search("maintainer:c*") == search("maintainer:CY") == ["tap-alpha"]


def test_a_service_is_found_by_any_of_its_names(has, search):
    has("tap-postgres")
    has("target-postgres", kind="loaders")
    has("postgres", kind="utilities")
    for name in ("postgres", "PostgreSQL", "pg"):
        assert search(f"service:{name}") == ["tap-postgres", "target-postgres"], name
    assert search("service:postgres type:loader") == ["target-postgres"]
    assert search("-service:postgres") == ["postgres"]


def test_a_service_of_several_words_may_be_written_as_people_do(has, search):
    has("tap-google-sheets")
    for typed in ("google-sheets", '"Google Sheets"', "google_sheets", "gsheets"):
        assert search(f"service:{typed}") == ["tap-google-sheets"], typed


def test_of_several_services_or_maintainers_any_will_do(has, search):
    has("tap-alpha", "ada")
    has("tap-beta", "bo")
    has("tap-gamma", "ada")
    found = ["tap-alpha", "tap-beta"]
    assert search("service:alpha service:beta") == found
    assert search("maintainer:ada maintainer:bo service:alpha service:beta") == found
    assert search("service:alpha maintainer:bo") == []
