"""One release from its source to what it says, each phase held by an OCI runtime."""

import json

import pytest

from sandbox import Level, assessed
from sandbox.trying import Trial
from tests.sandbox.connectors import sdist_of


@pytest.fixture
def held(choose):
    choose("crun")
    if assessed().level is not Level.CONTAINER:
        pytest.skip(assessed().reason)


def test_a_release_is_resolved_built_and_run(held, index, workshop, python):
    index.put("tap-alpha", sdist_of("tap-alpha", version="7.0"))

    record = Trial(
        workshop=workshop, config_for=lambda *_: {"stream": "orders"}, discover=True
    ).of("tap-alpha==7.0", python=python)

    steps = {step["name"]: step for step in record["steps"]}
    assert record["level"] == "container"
    assert steps["build"]["exit_code"] == 0
    assert steps["help"]["stdout"] == "usage: tap-alpha\n"
    assert json.loads(steps["about"]["stdout"])["capabilities"] == ["catalog"]
    assert "orders" in steps["discover-config"]["stdout"]
