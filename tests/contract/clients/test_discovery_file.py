"""Clients that know no hub, or ask it last, read `/discovery.yml`."""

from tests.contract.clients.projects import NOWHERE
from tests.contract.clients.releases import BEFORE_HUB, SECOND


def test_a_client_before_the_hub_discovers_and_adds(project, small):
    client = project(BEFORE_HUB, NOWHERE)
    source = {"MELTANO_DISCOVERY_URL": f"{small.url}/discovery.yml"}

    shown = client.meltano("discover", "extractors", **source)
    added = client.meltano("add", "extractor", "tap-songs", **source)

    assert shown.code == 0, shown.said
    # The file that comes with the client has none of these.
    assert [line for line in shown.out.splitlines() if line.startswith("tap-")] == [
        "tap-hymns",
        "tap-jsonl",
        "tap-songs, variants: ada (default), bo",
    ]
    assert added.code == 0, added.said
    assert client.plugins("extractors")["tap-songs"]["variant"] == "ada"


def test_a_client_without_lock_files_reads_the_real_catalogue(project, real):
    client = project(SECOND, NOWHERE)
    client.write(extractors=[{"name": "tap-github", "variant": "singer-io"}])

    source = {"MELTANO_DISCOVERY_URL": f"{real.url}/discovery.yml"}
    answer = client.meltano("config", "tap-github", "list", **source)

    assert answer.code == 0, answer.said
    document = real.document("extractors", "tap-github", "singer-io")
    for setting in document["settings"]:
        assert setting["name"] in answer
    # The file that comes with the client names another address.
    assert document["docs"] in answer
