"""A package that its index quarantined: nowhere is anybody told to install it."""

import pytest

from registry.catalog.rating import rate_variants
from registry.models import Source, Variant
from registry.publishing import publish_changed
from registry.vocabulary import ProjectStatus
from tests.registry.cast import NOW
from tests.registry.views.runs import packaged, ran, row

pytestmark = pytest.mark.django_db
PAGE = "/extractors/tap-alpha"
COMMANDS = ("meltano add", "uv tool install", "pipx install", "pip_url")
BACK = "No command is shown: the index holds it back from installation."


def quarantine(*sources):
    """Have an index quarantine packages, and the catalogue take notice."""
    for source in sources:
        Source.objects.filter(pk=source.pk).update(
            facts={"status": ProjectStatus.QUARANTINED}
        )
    Variant.objects.update(is_rated=False)
    rate_variants(now=NOW)
    publish_changed(now=NOW)


@pytest.fixture
def withheld(db):
    """The only variant of tap-alpha, which runs and is quarantined."""
    [ada] = packaged("ada")
    ran(ada)
    quarantine(ada)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}--ada", f"{PAGE}--ada/versions/1.1"])
def test_no_page_has_a_command_for_it(withheld, read, address):
    page = " ".join(read(address).split())
    assert BACK in page
    assert [one for one in COMMANDS if one in page] == []


@pytest.mark.parametrize(
    "address", [PAGE, f"{PAGE}--ada", "/search?q=alpha", "/extractors?all=1"]
)
def test_wherever_it_is_listed_it_is_said(withheld, read, address):
    page = read(address)
    assert "Quarantined · <time" in page
    assert 'href="/extractors/tap-alpha--ada#notices"' in page or address.endswith(
        "ada"
    )


def test_beside_others_it_alone_has_no_command_and_is_offered_by_none(read):
    ada, bo = packaged("ada", "bo")
    for source in (ada, bo):
        ran(source)
    quarantine(ada)
    page = read(f"{PAGE}/compare?v=ada,bo")
    assert "meltano add tap-alpha --variant bo" in page
    assert "--variant ada" not in page
    assert page.count(BACK) == 1
    ran(bo, "1.1", "3.13", starts="no", why="It wants a compiler.")
    notices = read(f"{PAGE}--bo").partition('id="notices"')[2].partition("</div>")[0]
    assert "tap-alpha--ada" not in notices


def test_its_badges_say_so(withheld, client):
    for fact in ("python", "release"):
        said = client.get(f"{PAGE}--ada/badges/{fact}.svg").content.decode()
        assert "× Quarantined | 2026-01-01" in said


def test_what_is_allowed_again_has_its_commands_again(withheld, read):
    Source.objects.update(facts={"status": ProjectStatus.ACTIVE})
    Variant.objects.update(is_rated=False)
    rate_variants(now=NOW)
    assert row("ada").withheld_at is None
    assert "uv tool install" in read(f"{PAGE}--ada")
