"""What is found out of a release does not depend on what held it."""

import pytest
from django.core.checks import run_checks

from sandbox import Level
from sandbox.trying import Trial
from tests.sandbox.connectors import sdist_of, wheel_of


@pytest.fixture
def attempt_at(hold_by, workshop, python):
    """Try a release at a level."""

    def attempt(level, spec):
        hold_by(level)
        trial = Trial(
            workshop=workshop,
            config_for=lambda *_: {"stream": "orders"},
            discover=True,
        )
        return trial.of(spec, python=python)

    return attempt


def facts_of(record):
    """Return a record without its level, and without what each run takes."""
    kept = ("name", "ending", "exit_code", "signal", "stdout", "config")
    steps = [{key: step[key] for key in kept} for step in record["steps"]]
    # Those of an installer say how long it took.
    texts = {
        step["name"]: step["stderr"]
        for step in record["steps"]
        if step["name"] not in {"resolve", "build"}
    }
    return {**record, "level": "", "steps": steps, "texts": texts}


def test_levels_say_the_same_of_a_release(index, attempt_at):
    index.put("tap-alpha", wheel_of("tap-alpha", Requires_Dist="lib-b"))
    index.put("lib-b", sdist_of("lib-b", version="1.16"))
    records = [
        attempt_at(level, "tap-alpha") for level in (Level.BUBBLEWRAP, Level.LANDLOCK)
    ]
    assert [record["level"] for record in records] == ["bubblewrap", "landlock"]
    first, second = map(facts_of, records)
    assert first == second
    assert first["texts"]["discover"] == "A config is needed.\n"


def test_wheels_that_were_built_at_one_level_are_not_taken_at_another(
    index, attempt_at
):
    index.put("tap-alpha", sdist_of("tap-alpha", version="1.15"))
    for level in (Level.BUBBLEWRAP, Level.LANDLOCK):
        names = [step["name"] for step in attempt_at(level, "tap-alpha")["steps"]]
        assert "build" in names
        names = [step["name"] for step in attempt_at(level, "tap-alpha")["steps"]]
        assert "build" not in names


@pytest.mark.parametrize("level", [Level.BUBBLEWRAP, Level.LANDLOCK])
def test_operators_are_not_warned_where_releases_are_held(level, hold_by, settings):
    settings.PROBE = True
    hold_by(level)

    said = run_checks(tags=["sandbox"], include_deployment_checks=True)

    assert "scrapers.W002" not in {message.id for message in said}
