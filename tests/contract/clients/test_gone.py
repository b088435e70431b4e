"""What disappears from its source still serves the projects that use it."""

import pytest

from tests.contract.clients.locks import lock_of
from tests.contract.clients.releases import NEWEST, SECOND

LOCK = {NEWEST: ["lock", "--update"], SECOND: ["lock", "--update", "--all"]}


@pytest.mark.parametrize("release", LOCK, ids=str)
def test_project_with_gone_variants_can_still_be_locked(project, fading, release):
    book = fading.book
    used = [("tap-songs", "bo"), ("tap-hymns", "ada"), ("tap-jsonl", "ada")]
    client = project(release, book)
    client.write(extractors=[{"name": name, "variant": of} for name, of in used])

    # One of two variants, and the only one of a plugin.
    fading.tree.remove("extractors", "tap-songs", "bo")
    fading.tree.remove("extractors", "tap-hymns", "ada")
    book.crawl(fading.tree, "--accept")
    answer = client.meltano(*LOCK[release])

    assert answer.code == 0, answer.said
    index = book.index("extractors")
    for name, variant in used[:2]:
        assert book.document("extractors", name, variant)["deprecated"] is True
        assert index[name]["variants"][variant]["deprecated"] is True
    assert "deprecated" not in book.document("extractors", "tap-jsonl", "ada")
    assert client.locks().keys() == {("extractors", "--".join(each)) for each in used}
    for name, variant in used:
        lock = client.locks()["extractors", f"{name}--{variant}"]
        document = book.document("extractors", name, variant)
        assert lock.keys() == lock_of("extractors", document).keys()
        assert "deprecated" not in lock


def test_a_gone_default_is_not_what_new_projects_get(project, fading):
    newest = project(NEWEST, fading.book)

    # The tree still names it as the default, as upstream's does for some.
    fading.tree.remove("extractors", "tap-songs", "ada")
    fading.book.crawl(fading.tree, "--accept")
    answer = newest.meltano("add", "tap-songs", "--no-install")

    assert answer.code == 0, answer.said
    assert newest.plugins("extractors")["tap-songs"]["variant"] == "bo"
