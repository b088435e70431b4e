"""A Python that a release drops: seen in a run, or said by its `Requires-Python`."""

import pytest

from registry.models import Event
from registry.vocabulary import EventVerb, Origin
from tests.registry.cast import release_of, say, variant
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import (
    about,
    failed,
    helped,
    installed,
    step,
)

pytestmark = pytest.mark.django_db
BROKEN = failed("help", "ModuleNotFoundError: No module named 'requests'")


@pytest.fixture
def package():
    """A package whose 1.0 runs on Python 3.11 and 3.12, and whose 1.1 came later."""
    source = packaged(versions=("1.0",))
    for python in ("3.11", "3.12"):
        ran(source, *installed(helped(), about()), version="1.0", python=python)
    releases = (release_of("1.0"), release_of("1.1", day=1))
    says = variant("package", settings=..., releases=releases)
    say(source, says, origin=Origin.PACKAGE)
    return source


def released(source, *calls, said=">=3.9", python="3.12"):
    """Have the new release tried on one Python."""
    asks = {"requires_python": said}
    steps = installed(*calls, about())
    ran(source, *steps, version="1.1", python=python, metadata=asks)


def broken():
    return [
        one
        for event in Event.objects.filter(verb=EventVerb.BREAKING)
        for one in event.data["differences"]
    ]


def test_a_python_that_the_new_release_says_it_is_not_for_is_dropped(package, client):
    released(package, helped(), said=">=3.12")
    assert broken() == ["Python 3.11 is gone."]
    page = client.get("/extractors/tap-alpha--ada/changes").content.decode()
    assert "Python 3.11 is gone." in page


@pytest.mark.parametrize("said", [">=3.9", ">=3.11.4", "", "whatever", "<4"])
def test_a_python_that_was_only_not_tried_is_not_dropped(package, said):
    released(package, helped(), said=said)
    assert broken() == []


def test_a_python_on_which_the_older_release_did_not_run_can_not_be_dropped(package):
    ran(package, *installed(BROKEN), version="1.0", python="3.10")
    released(package, helped(), said=">=3.11")
    assert broken() == []


def test_a_python_is_dropped_by_what_it_says_whatever_is_unknown_elsewhere(package):
    stopped = step("help", ending="timed-out", exit_code=None)
    ran(package, *installed(stopped), version="1.1", python="3.12",
        metadata={"requires_python": ">=3.12"})  # fmt: skip
    assert broken() == ["Python 3.11 is gone."]


def test_what_answers_to_nothing_runs_there_no_more(package):
    ran(package, *installed(BROKEN), version="1.1", python="3.12")
    assert broken() == ["Python 3.12 is gone."]
