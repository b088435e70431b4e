"""Released clients take one release by the commands that its pages show: it is pinned."""

import shlex

import pytest
from django.utils import timezone

from registry.models import Variant
from registry.publishing import publish_changed
from registry.views.variants.install import ways
from tests.contract.clients.projects import NOWHERE
from tests.contract.clients.releases import NEWEST, THIRD
from tests.registry.views.tries import packaged

KEYS = {NEWEST: "meltano-4", THIRD: "meltano-3"}


@pytest.fixture
def shown(transactional_db, live_server, settings):
    """Serve tap-alpha of two releases; return the commands of a release by their keys."""
    settings.PUBLIC_URL = live_server.url
    packaged(pip_url="tap-alpha[s3]")
    publish_changed(now=timezone.now())

    def shown(version):
        row = Variant.objects.select_related("plugin").get()
        row.current_release = row.releases.get(version=version)
        return {one.key: one.code for one in ways(row)}

    return shown


@pytest.mark.parametrize("release", KEYS, ids=str)
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_command_of_a_release_adds_that_release(project, release, shown, version):
    client = project(release, NOWHERE)
    program, *words = shlex.split(shown(version)[KEYS[release]])

    answer = client.meltano(*words, "--no-install")

    assert program == "meltano"
    assert answer.code == 0, answer.said
    added = client.plugins("extractors")["tap-alpha"]
    assert added["variant"] == "ada"
    assert added["pip_url"] == f"tap-alpha[s3]=={version}"
    assert [one["name"] for one in added["settings"]] == ["token", "limit"]
