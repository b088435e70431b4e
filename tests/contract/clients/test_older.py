"""Older released clients ask the same hub in the words of their time."""

import pytest

from tests.contract.clients.locks import lock_of
from tests.contract.clients.releases import OLDEST, SECOND, THIRD


@pytest.mark.parametrize("release", [THIRD, SECOND], ids=str)
def test_add_and_lock_with_the_type_said_first(project, real, release):
    older = project(release, f"{real.url}/")

    words = ["add", "extractor", "tap-github", "--variant", "singer-io", "--no-install"]
    added = older.meltano(*words)
    older.lock_file("extractors", "tap-github", "singer-io").unlink()
    locked = older.meltano("lock", "--update", "--all")

    assert (added.code, locked.code) == (0, 0), added.said + locked.said
    document = real.document("extractors", "tap-github", "singer-io")
    lock = older.locks()["extractors", "tap-github--singer-io"]
    expected = lock_of("extractors", document)
    # How a sensitive setting is said came with Meltano 3.3.
    del lock["settings"], expected["settings"]
    assert lock == expected


def test_every_default_variant_locks(project, real):
    older = project(SECOND, real)
    indexes = real.indexes()
    older.write(**{
        kind: [
            {"name": name, "variant": entry["default_variant"]}
            for name, entry in index.items()
        ]
        for kind, index in indexes.items()
    })  # fmt: skip

    answer = older.meltano("lock", "--update", "--all")

    assert answer.code == 0, answer.said
    assert older.locks().keys() == {
        (kind, f"{name}--{entry['default_variant']}")
        for kind, index in indexes.items()
        for name, entry in index.items()
    }


def test_the_oldest_discovers_what_the_hub_lists(project, real):
    oldest = project(OLDEST, real)

    answer = oldest.meltano("discover", "loaders")

    assert answer.code == 0, answer.said
    shown = [line.split(",")[0] for line in answer.out.splitlines()]
    loaders = real.index("loaders")
    assert len(loaders) == 50
    assert [name for name in shown if name in loaders] == sorted(loaders)


def test_the_oldest_adds_a_variant(project, small):
    oldest = project(OLDEST, small)

    words = ["add", "extractor", "tap-songs", "--variant", "bo"]
    answer = oldest.meltano(*words)

    assert answer.code == 0, answer.said
    assert "Added extractor 'tap-songs' to your Meltano project" in answer
    assert oldest.plugins("extractors")["tap-songs"]["variant"] == "bo"


def test_the_oldest_says_which_variants_there_are(project, small):
    oldest = project(OLDEST, small)

    answer = oldest.meltano("add", "extractor", "tap-songs", "--variant", "nobody")

    assert answer.code == 1
    assert "'tap-songs' variant 'nobody' is not known to Meltano." in answer
