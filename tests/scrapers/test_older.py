"""Older releases are tried as time allows: after all else, a few at a time."""

import pytest

from registry.models import ProbeTicket, Source
from registry.vocabulary import Origin, SourceKind
from scrapers import older as drawing
from scrapers.older import DRAWN, LATELY, issue_older
from tests.registry.cast import NOW, release_of, say, variant
from tests.registry.views.runs import packaged as several
from tests.registry.views.tries import packaged

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _probing(settings, monkeypatch):
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.14", "3.12", "3.11"]
    # What tests before have undone still takes pages.
    monkeypatch.setattr(drawing, "PAGES", 1_000_000)


def tried(source, version="1.1", pythons=("3.12", "3.11")):
    """Have a release tried, which is the current one."""
    ProbeTicket.objects.issue(source, {version: pythons}, now=NOW)
    ProbeTicket.objects.filter(source=source).update(tried_at=NOW, due_at=None)


def older():
    rows = ProbeTicket.objects.filter(is_current=False).order_by("pk")
    return list(rows.values_list("version", "python"))


def draw():
    return issue_older(now=NOW)


def test_older_releases_are_tried_one_after_another_on_one_python_each():
    tried(packaged(versions=("0.9", "1.0", "1.1")))
    for version in ("1.0", "0.9"):
        assert draw() == 1
        assert older()[-1] == (version, "3.12")
        # While it waits there is something to do.
        assert draw() == 0
        ProbeTicket.objects.filter(version=version).update(tried_at=NOW, due_at=None)
    assert draw() == 0


def test_they_come_after_everything_else():
    source = packaged()
    tried(source)
    assert draw() == 1
    ProbeTicket.objects.filter(version="1.1").update(due_at=NOW, priority=-1000)
    taken = [ProbeTicket.objects.lease(NOW).version for _ in range(3)]
    assert taken == ["1.1", "1.1", "1.0"]


def test_none_is_made_while_anything_is_due():
    source = packaged()
    tried(source)
    ProbeTicket.objects.filter(python="3.11").update(due_at=NOW)
    assert draw() == 0


def test_what_waits_for_a_python_that_nobody_has_holds_up_nothing():
    source = packaged()
    tried(source)
    ProbeTicket.objects.issue(source, {"1.1": ["3.14"]}, now=NOW)
    assert draw() == 1
    assert older() == [("1.0", "3.12")]


def test_a_python_that_no_machine_has_any_more_is_not_waited_for():
    source = packaged()
    tried(source)
    ProbeTicket.objects.filter(python="3.12").update(
        tried_at=NOW - 2 * LATELY, due_at=NOW
    )
    assert draw() == 1
    assert older() == [("1.0", "3.11")]


def test_a_release_is_tried_on_a_python_that_it_says_it_is_for():
    source = packaged(versions=("1.1",))
    old = release_of("0.8", requires_python=">=3.9,<3.12")
    none = release_of("0.9", requires_python="<3.9")
    gone = release_of("1.0", yanked=True)
    says = variant("package", settings=..., releases=(old, none, gone))
    say(source, says, origin=Origin.PACKAGE)
    tried(source)
    assert draw() == 1
    assert older() == [("0.8", "3.11")]


def test_the_tags_of_its_repository_are_no_releases_of_a_package():
    source = packaged()
    tag = release_of("1.0.5")
    tag.artifacts.clear()
    tag.artifacts["commit"] = "c" * 40
    says = variant("package", settings=..., releases=(tag,))
    say(source, says, origin=Origin.PACKAGE)
    tried(source)
    assert draw() == 1
    assert older() == [("1.0", "3.12")]


def test_a_tag_is_tried_at_its_commit():
    address = "https://example.org/ada/tap-beta"
    source = Source.objects.enrol(SourceKind.REPOSITORY, address, found_by="test")
    tag = release_of("0.3")
    tag.artifacts.clear()
    tag.artifacts["commit"] = "c" * 40
    says = variant("ada", plugin="tap-beta", pip_url=f"git+{address}", releases=(tag,))
    say(source, says, plugin="tap-beta", origin=Origin.REPOSITORY)
    tried(source, "HEAD")
    assert draw() == 1
    row = ProbeTicket.objects.get(version="0.3")
    assert (row.revision, row.is_current) == ("c" * 40, False)


def test_it_can_be_switched_off(settings):
    tried(packaged())
    settings.PROBE_OLDER = False
    assert draw() == 0


def test_a_few_are_made_at_once_however_many_there_are(
    django_assert_max_num_queries,
):
    for source in several(*(f"ada{number}" for number in range(2 * DRAWN))):
        tried(source, pythons=("3.12",))
    with django_assert_max_num_queries(7):
        assert draw() == DRAWN
    assert set(older()) == {("1.0", "3.12")}


def test_where_nothing_was_tried_yet_there_is_nothing_to_do():
    packaged()
    assert draw() == 0
