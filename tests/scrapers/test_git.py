"""Git repositories on a host: what they offer, and what is fetched of them."""

import os
import shutil
from datetime import UTC

import pytest
from git import Repo
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.crawlers import git
from scrapers.crawlers.git import Checkout, running
from scrapers.crawlers.git.references import ADVERTISEMENT, packets, parsed
from scrapers.http import Gone, Refused, Throttled, Unreachable, session
from tests.scrapers.git_server import ADA, GitServer, Given

LOOPBACK = ["127.0.0.0/8"]


@pytest.fixture
def server(tmp_path, settings):
    settings.CRAWL_ALLOWED_NETWORKS = LOOPBACK
    (tmp_path / "served").mkdir()
    made = GitServer(tmp_path / "served")
    yield made
    made.close()


@pytest.fixture
def upstream(server):
    return server.make("tap-alpha")


@pytest.fixture
def http(server):
    with session(60) as made:
        yield made


@pytest.fixture
def checkout(upstream, tmp_path):
    made = Checkout(upstream.url, tmp_path / "kept", timeout_s=30)
    yield made
    made.close()


def line(text: bytes) -> bytes:
    return b"%04x" % (len(text) + 4) + text


def advert(server, upstream, body, kind=ADVERTISEMENT):
    path = f"{upstream.path}/info/refs"
    server.given[path] = Given(200, {"Content-Type": kind}, body)


def test_references_are_told_in_one_request(server, upstream, http):
    first = upstream.commit(tag="v1", README="one")
    second = upstream.commit(tag="v2", annotated=True, README="two")
    found = git.references_of(upstream.url, http=http)
    assert (found.head, found.branch) == (second, "main")
    # The second is a tag object, of which the commit counts.
    assert found.tags == {"v1": first, "v2": second}
    assert found.moved_to == ""
    [asked] = server.asked
    assert asked.path == "/tap-alpha/info/refs?service=git-upload-pack"
    assert "Git-Protocol" not in asked.headers


def test_empty_repository_has_no_head(upstream, http):
    found = git.references_of(upstream.url, http=http)
    assert (found.head, found.tags) == ("", {})
    with pytest.raises(Refused, match="no commit yet"):
        git.head_of(upstream.url, timeout_s=60)


def test_known_etag_is_answered_by_nothing(server, upstream, http):
    upstream.commit(README="one")
    server.etag = '"1"'
    found = git.references_of(upstream.url, http=http)
    assert found.etag == '"1"'
    assert git.references_of(upstream.url, http=http, etag=found.etag) is None
    assert len(server.asked) == 2


def moved(server, old, new, status):
    location = {"Location": f"{new}/info/refs?service=git-upload-pack"}
    server.given[f"{old}/info/refs"] = Given(status, location)


@pytest.mark.parametrize(("status", "is_moved"), [(301, True), (302, False)])
def test_only_a_permanent_redirect_is_a_move(server, upstream, http, status, is_moved):
    upstream.commit(README="one")
    moved(server, "/old", upstream.url, status)
    found = git.references_of(f"{server.url}/old", http=http)
    assert found.moved_to == (upstream.url if is_moved else "")
    assert found.served_at == upstream.url


def test_ending_of_git_is_no_move(server, http):
    upstream = server.make("tap-beta.git")
    upstream.commit(README="one")
    moved(server, "/tap-beta", upstream.url, 301)
    found = git.references_of(f"{server.url}/tap-beta", http=http)
    assert (found.moved_to, found.served_at) == ("", upstream.url)


def test_redirected_repository_is_fetched_where_it_is(server, upstream, tmp_path):
    head = upstream.commit(README="one")
    moved(server, "/old", upstream.url, 301)
    assert git.head_of(f"{server.url}/old", timeout_s=60) == head
    tree = git.GitTree(f"{server.url}/old", head, tmp_path / "kept", timeout_s=60)
    assert [file.path for file in tree.files()] == ["README"]
    tree.close()


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, Gone), (404, Gone), (410, Gone), (451, Gone), (400, Refused),
        (403, Refused), (429, Throttled), (503, Throttled), (500, Unreachable),
    ],
)  # fmt: skip
def test_status_has_its_failure(server, upstream, http, status, failure):
    server.given["/tap-alpha/info/refs"] = Given(status)
    with pytest.raises(failure):
        git.references_of(upstream.url, http=http)


def test_silent_host_is_unreachable(server, upstream):
    server.delay_s = 2
    with session(0.2) as http, pytest.raises(Unreachable):
        git.references_of(upstream.url, http=http)


ANNOUNCED = line(b"# service=git-upload-pack\n") + b"0000"
COMMIT = b"a" * 40


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0000",
        b"hello",
        ANNOUNCED,
        ANNOUNCED + b"00",
        ANNOUNCED + b"fff0abc",
        ANNOUNCED + b"00010000",
        ANNOUNCED + b"+0a10000",
        ANNOUNCED + line(COMMIT + b" HEAD"),
        ANNOUNCED + line(COMMIT[:39] + b" HEAD") + b"0000",
        ANNOUNCED + line(COMMIT + b" ") + b"0000",
        ANNOUNCED + line(COMMIT + b" HEAD") + b"0000" + line(b"more") + b"0000",
        ANNOUNCED + line(b"ERR no such repository") + b"0000",
        line(b"# service=git-receive-pack\n") + b"0000" + b"0000",
    ],
)
def test_malformed_advertisement_is_refused(server, upstream, http, body):
    advert(server, upstream, body)
    with pytest.raises(Refused, match="answers as no Git repository does"):
        git.references_of(upstream.url, http=http)


def test_page_of_another_kind_is_no_repository(server, upstream, http):
    advert(server, upstream, b"<html>", kind="text/html; charset=utf-8")
    with pytest.raises(Refused, match="is no Git repository"):
        git.references_of(upstream.url, http=http)


def test_too_large_advertisement_is_refused(server, upstream, http, monkeypatch):
    monkeypatch.setattr("scrapers.crawlers.git.references.LIMIT_BYTES", 1000)
    advert(server, upstream, b"0" * 2000)
    with pytest.raises(Refused, match="more than 1,000 bytes"):
        git.references_of(upstream.url, http=http)


@given(st.binary())
@example(b"0004" * 9)
@example(ANNOUNCED + line(b"\xff" * 40) + b"0000")
def test_any_bytes_are_read_or_refused(content):
    try:
        read = b"".join(b"0000" if p is None else line(p) for p in packets(content))
        assert read.lower() == content.lower()
        parsed(content)
    except Refused:
        pass


@given(st.lists(st.binary(max_size=80)))
def test_any_lines_are_read_or_refused(lines):
    content = ANNOUNCED + b"".join(map(line, lines)) + b"0000"
    try:
        _, rows = parsed(content)
    except Refused:
        return
    assert len(rows) == len(lines)


@pytest.mark.parametrize(
    "url",
    [
        "ssh://git@example.org/a", "git://example.org/a", "-uhttp://example.org",
        "ext::sh -c id", "http://a\\@b/c", "http://", "https://a b/c", "tap-alpha",
    ],
)  # fmt: skip
def test_unusual_address_is_refused(url, http, tmp_path):
    with pytest.raises(Refused):
        git.references_of(url, http=http)
    with pytest.raises(Refused):
        Checkout(url, tmp_path / "kept", timeout_s=60).fetch(["main"])


def test_local_repositories_can_be_switched_off(upstream, http, settings, tmp_path):
    head = upstream.commit(tag="v1", README="one")
    url = upstream.folder.as_uri()
    found = git.references_of(url, http=http)
    assert (found.head, found.branch, found.tags) == (head, "main", {"v1": head})
    assert git.head_of(url, timeout_s=60) == head
    settings.CRAWL_LOCAL_REPOSITORIES = False
    with pytest.raises(Refused):
        git.references_of(url, http=http)
    with pytest.raises(Refused):
        Checkout(url, tmp_path / "kept", timeout_s=60).fetch([head])


def test_private_host_is_never_fetched_from(upstream, server, settings, checkout):
    upstream.commit(README="one")
    settings.CRAWL_ALLOWED_NETWORKS = []
    with pytest.raises(Refused, match="is not public"):
        checkout.fetch(["main"])
    assert server.asked == []


def test_fetch_dials_the_checked_address(upstream, monkeypatch, tmp_path):
    head = upstream.commit(README="one")
    monkeypatch.setattr(running, "checked_addresses", lambda *_, **__: ["127.0.0.1"])
    # No resolver knows this name: only the address that was pinned can be dialled.
    url = upstream.url.replace("127.0.0.1", "git.songbook.invalid")
    checkout = Checkout(url, tmp_path / "kept", timeout_s=10)
    checkout.fetch([head])
    assert checkout.tree(head).revision == head
    checkout.close()


def test_several_tags_are_fetched_at_once_without_history(upstream, server, checkout):
    first = upstream.commit(tag="v1", README="one")
    upstream.commit(README="between")
    third = upstream.commit(tag="v2", annotated=True, README="three", src__a="a")
    checkout.fetch([first, "v2"])
    # One for the capabilities, one for the list, one for the pack.
    assert len(server.asked) <= 3
    read = {
        tag: {
            file.path: content
            for file, content in checkout.tree(tag).read(checkout.tree(tag).files())
        }
        for tag in (first, "v2")
    }
    assert read == {
        first: {"README": b"one"},
        "v2": {"README": b"three", "src/a": b"a"},
    }
    assert checkout.tree("v2").revision == third
    assert [file.path for file in checkout.tree("v2", "/src/").files()] == ["a"]
    kept = Repo(checkout._folder / "commits")
    assert kept.git.rev_list("--all", "--count") == "2"
    kept.close()
    asked = len(server.asked)
    checkout.fetch([first])
    assert len(server.asked) == asked


@pytest.mark.parametrize("folder", ["README", "missing", "../x", "a\0b"[:1] + ":b"])
def test_folder_that_is_none_is_refused(upstream, checkout, folder):
    head = upstream.commit(README="one")
    checkout.fetch([head])
    with pytest.raises(Refused, match="no folder"):
        checkout.tree(head, folder)


def test_time_of_a_commit_is_told(upstream, checkout):
    head = upstream.commit(README="one")
    checkout.fetch([head])
    at = checkout.committed_at(head)
    assert at.tzinfo is UTC
    assert at == upstream.work.commit(head).committed_datetime


@pytest.mark.parametrize("name", ["-x", "a:b", "+a..b", "a b", "^a", ""])
def test_odd_name_is_refused(checkout, name):
    with pytest.raises(Refused):
        checkout.fetch([name])


def test_commit_that_is_no_more_is_unreachable(upstream, checkout):
    upstream.commit(README="one")
    with pytest.raises(Unreachable, match="no more"):
        checkout.fetch(["b" * 40])


def test_missing_repository_is_gone(server, tmp_path):
    checkout = Checkout(f"{server.url}/none", tmp_path / "kept", timeout_s=10)
    with pytest.raises(Gone):
        checkout.fetch(["main"])
    checkout.close()


def test_history_begins_with_its_first_commit(upstream, checkout):
    upstream.bare.git.config("uploadpack.allowFilter", "true")
    first = upstream.commit(README="one")
    head = upstream.commit(README="two")
    assert checkout.first_commit(head) == first
    assert checkout.first_commit(head) == first


def test_smallest_of_several_first_commits_counts(upstream, checkout):
    upstream.bare.git.config("uploadpack.allowFilter", "true")
    first = upstream.commit(README="one")
    tree = upstream.work.head.commit.tree
    other = upstream.work.git.execute(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", "-m", "x",
         str(tree)]
    )  # fmt: skip
    head = upstream.work.git.execute(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", "-m", "x",
         "-p", first, "-p", other, str(tree)]
    )  # fmt: skip
    upstream.work.git.reset("--hard", head)
    upstream.publish()
    assert checkout.first_commit(head) == min(first, other)


def test_first_commit_that_cannot_be_told_is_empty(upstream, checkout):
    upstream.commit(README="one")
    assert checkout.first_commit("b" * 40) == ""


def test_shallow_upstream_hides_its_first_commit(upstream, server, checkout):
    upstream.commit(README="one")
    head = upstream.commit(README="two")
    shallow = server.root / "shallow"
    Repo.clone_from(
        f"file://{upstream.bare.git_dir}", shallow, depth=1, bare=True
    ).close()
    shutil.rmtree(upstream.bare.git_dir)
    shallow.rename(upstream.bare.git_dir)
    assert checkout.first_commit(head) == ""


def test_hostile_repository_stays_files(upstream, checkout, tmp_path):
    upstream.commit(README="one", **{"hooks__post-checkout": "#!/bin/sh\ntouch /tmp/x"})
    (upstream.folder / "link.yml").symlink_to("/etc/passwd")
    (upstream.folder / ".gitmodules").write_text(
        '[submodule "x"]\npath = x\nurl = http://127.0.0.1:1/x\n'
    )
    (upstream.folder / ".gitattributes").write_text("* filter=lfs\n")
    upstream.work.git.add(all=True)
    upstream.work.git.update_index("--add", "--cacheinfo", f"160000,{'c' * 40},x")
    head = upstream.work.index.commit("Trap", author=ADA, committer=ADA).hexsha
    upstream.work.git.execute(["git", "reset", "--soft", "HEAD"])
    upstream.publish()
    checkout.fetch([head])
    paths = {file.path for file in checkout.tree(head).files()}
    assert "link.yml" not in paths
    assert "x" not in paths
    assert {"README", ".gitmodules", "hooks/post-checkout"} <= paths
    with pytest.raises(Refused):
        checkout.tree(head, "link.yml")


def test_trees_that_name_each_other_for_ever_are_refused(
    upstream, checkout, monkeypatch
):
    monkeypatch.setattr("scrapers.crawlers.git.trees.LISTING_LIMIT_BYTES", 100_000)
    upstream.commit(README="one")
    git = upstream.work.git
    oid, what = git.rev_parse("HEAD:README"), "100644 blob"
    for _ in range(10):
        rows = [f"{what} {oid}\tn{n}" for n in range(10)]
        tree = upstream.folder / "rows"
        tree.write_text("".join(f"{row}\n" for row in rows))
        with tree.open() as said:
            oid, what = git.mktree(istream=said), "040000 tree"
    names = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER")
             for what in ("NAME", "EMAIL")}  # fmt: skip
    with git.custom_environment(**names):
        head = git.commit_tree(oid, "-m", "Ten to the power of ten files")
    git.reset("--soft", head)
    upstream.publish()
    checkout.fetch([head])
    with pytest.raises(Refused, match="more files than can be listed"):
        list(checkout.tree(head).files())


def test_huge_repository_is_refused(upstream, checkout, monkeypatch):
    # 2,048 blocks are 1 MB.
    limited = ("sh", "-c", 'ulimit -f 2048; exec git "$@"', "git")
    monkeypatch.setattr("scrapers.crawlers.git.trees.LIMITED", limited)
    (upstream.folder / "large").write_bytes(os.urandom(3_000_000))
    head = upstream.commit(README="one")
    with pytest.raises(Refused, match="has more than 200 MB"):
        checkout.fetch([head])


def test_slow_fetch_is_given_up(upstream, server, tmp_path):
    head = upstream.commit(README="one")
    server.delay_s = 3
    checkout = Checkout(upstream.url, tmp_path / "kept", timeout_s=1)
    with pytest.raises(Unreachable, match="in time"):
        checkout.fetch([head])
    checkout.close()
