"""Two real connectors, from the real index to what they say of themselves, at each level.

A sample, and no more: a public index is no catalogue to scan, and this runs with every run
of the tests.
"""

import json
from dataclasses import replace

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from sandbox.index import Index, Unavailable
from sandbox.trying import Trial
from tests.scrapers.packages import patient

pytestmark = pytest.mark.usefixtures("level")


@pytest.fixture
def attempt(workshop, python, open_folder):
    with patient() as session:
        index = Index(PYPI_SIMPLE_ENDPOINT, session, open_folder / "real")
        shop = replace(workshop, index=index)

        def attempt(spec, *, discover):
            try:
                trial = Trial(
                    workshop=shop, config_for=lambda *_: None, discover=discover
                )
                return trial.of(spec, python=python)
            except Unavailable as error:
                pytest.skip(f"the package index is not there: {error}")

        yield attempt


def test_tap_of_the_sdk_says_what_it_can_do(attempt):
    record = attempt("tap-dbt==0.17.0", discover=True)
    steps = {step["name"]: step for step in record["steps"]}
    assert {steps[name]["exit_code"] for name in ("help", "version", "about")} == {0}
    about = json.loads(steps["about"]["stdout"])
    assert about["name"] == "tap-dbt"
    assert "catalog" in about["capabilities"]
    packages = {row["name"]: row for row in record["packages"]}
    assert packages["singer-sdk"]["license"] == "Apache-2.0"
    assert len(record["lock"]) == 64


def test_target_of_old_is_built_and_helps(attempt):
    record = attempt("target-jsonl==0.1.4", discover=False)
    steps = {step["name"]: step for step in record["steps"]}
    assert "help" in steps, record["steps"][-1]
    assert steps["help"]["exit_code"] == 0
    assert steps["about"]["exit_code"] == 2
    assert any(row["built"] for row in record["packages"])
