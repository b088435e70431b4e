"""Connectors that are installed from Git: fetched out here, built and run in the sandbox."""

import re
import shutil

import pytest
from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.catalog.questions import question_of
from registry.models import ProbeRun, ProbeTicket, Release, Source, Variant
from registry.vocabulary import Origin, SourceKind, TicketKind
from scrapers import tasks, trying
from scrapers.probes.conformance import VERSION
from tests.sandbox.connectors import sources_of, wheel_of
from tests.sandbox.test_line import ABOUT
from tests.scrapers.git_server import GitServer
from tests.scrapers.going import go
from tests.scrapers.machines import try_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def upstream(tmp_path):
    (tmp_path / "served" / "ada").mkdir(parents=True)
    server = GitServer(tmp_path / "served")
    yield server.make("ada/tap-alpha")
    server.close()


def commit(upstream, code=ABOUT, *, tag="", folder="", **more):
    """Commit a project that builds itself, and publish it."""
    for path, content in sources_of("tap-alpha", code, **more).items():
        place = upstream.folder / folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return upstream.commit(tag=tag)


def curate(folder, crawl, pip_url, name="ada"):
    """Have a definition say what a variant installs, and follow it there."""
    folder.write(
        "extractors", "tap-alpha", name, pip_url=pip_url, settings=[], repo="",
        capabilities=["state"],
    )  # fmt: skip
    crawl(f"definitions:{folder}")
    follow_variants(now=timezone.now())
    tasks.probe_due()


def look(upstream):
    """Look at the repository now."""
    go(Source.objects.get(kind=SourceKind.REPOSITORY, address__startswith=upstream.url))


def tried(name="ada"):
    return Variant.objects.get(name=name, plugin__name="tap-alpha")


def test_a_branch_that_nobody_pinned_is_tried_as_it_is(
    songbook, upstream, folder, crawl, client
):
    songbook.put("lib-b", wheel_of("lib-b"))
    made = commit(upstream, Requires_Dist="lib-b>=1")
    curate(folder, crawl, f"git+{upstream.url}.git")
    look(upstream)
    ticket = ProbeTicket.objects.get()
    assert (ticket.version, ticket.revision, ticket.is_current) == ("HEAD", "", True)
    try_next()
    run = ProbeRun.objects.get()
    assert (run.starts, run.commit) == ("yes", made)
    names = [row["name"] for row in run.snapshot.evidence["packages"]]
    assert names == ["lib-b", "tap-alpha"]
    row = tried()
    assert list(row.tried["pythons"].values()) == ["yes"]
    assert row.definition["capabilities"] == ["catalog", "discover"]
    assert row.current_release.version == "HEAD"
    assert row.current_release.released_at == run.committed_at
    assert run.committed_at == upstream.work.commit(made).committed_datetime
    assert row.current_release.streams.get().tap_stream_id == "things"
    said = row.statements.get(origin=Origin.PROBE)
    assert said.source.kind == SourceKind.REPOSITORY
    assert client.get("/extractors/tap-alpha--ada").status_code == 200


def test_a_push_is_tried_and_the_same_commit_is_not(
    songbook, upstream, folder, crawl, monkeypatch
):
    first = commit(upstream)
    curate(folder, crawl, f"git+{upstream.url}.git")
    look(upstream)
    try_next()
    further = ProbeTicket.objects.get(kind=TicketKind.CONFORMANCE)
    assert further.revision == first
    runs = ProbeTicket.objects.filter(kind=TicketKind.RUN)
    further.succeeded(
        timezone.now(), is_open=False, is_news=True, patch=0, layout=VERSION
    )
    runs.update(due_at=timezone.now())
    monkeypatch.setattr(trying, "try_spec", None)
    try_next()
    assert runs.get().unchanged == 1
    monkeypatch.undo()
    pushed = commit(upstream, ABOUT.replace("things", "others"))
    look(upstream)
    try_next()
    further.refresh_from_db()
    assert (further.revision, further.due_at is None) == (pushed, False)
    assert question_of(further)["revision"] == pushed
    assert [run.commit for run in ProbeRun.objects.newest()] == [pushed]
    assert tried().current_release.streams.get().tap_stream_id == "others"


def test_what_is_pinned_is_tried_at_its_tag(songbook, upstream, folder, crawl):
    tagged = commit(upstream, tag="v1.0.0")
    commit(upstream, ABOUT.replace("things", "others"))
    curate(folder, crawl, f"git+{upstream.url}.git@v1.0.0")
    look(upstream)
    ticket = ProbeTicket.objects.get()
    assert (ticket.version, ticket.revision) == ("1.0.0", "v1.0.0")
    try_next()
    assert ProbeRun.objects.get().commit == tagged
    row = tried()
    assert row.current_release.version == "1.0.0"
    assert row.current_release.streams.get().tap_stream_id == "things"
    assert not Release.objects.filter(version="HEAD").exists()


def test_a_folder_of_a_repository_is_built_with_all_of_it_there(
    songbook, upstream, folder, crawl
):
    (upstream.folder / "shared.txt").write_text("one level up")
    commit(
        upstream,
        folder="taps/alpha",
        prepare="assert open('../../shared.txt').read() == 'one level up'",
    )
    curate(folder, crawl, f"git+{upstream.url}.git#subdirectory=taps/alpha")
    look(upstream)
    try_next()
    assert ProbeRun.objects.get().starts == "yes"


def test_a_build_finds_links_but_nothing_of_this_machine(
    songbook, upstream, folder, crawl, tmp_path
):
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    (upstream.folder / "inner.txt").symlink_to("backend.py")
    (upstream.folder / "outer.txt").symlink_to(secret)
    commit(
        upstream,
        prepare="""
        import os
        assert open('inner.txt').read()
        assert os.path.islink('outer.txt') and not os.path.exists('outer.txt')
        assert not os.path.exists('.git')
        assert os.environ['SETUPTOOLS_SCM_PRETEND_VERSION'].startswith('0.dev0+g')
        """,
    )
    curate(folder, crawl, f"git+{upstream.url}.git")
    look(upstream)
    try_next()
    assert ProbeRun.objects.get().starts == "yes"


def test_a_project_that_does_not_build_says_why(songbook, upstream, folder, crawl):
    commit(upstream, prepare="import a_module_that_nobody_has")
    curate(folder, crawl, f"git+{upstream.url}.git")
    look(upstream)
    try_next()
    run = ProbeRun.objects.get()
    assert (run.installs, tried().tried["pythons"]) == ("no", {run.python: "no"})
    assert [step["name"] for step in run.snapshot.evidence["steps"]] == ["build"]
    assert tried().definition["capabilities"] == ["state"]


def test_a_package_of_the_same_name_is_not_what_git_gives(
    songbook, upstream, folder, crawl
):
    songbook.put("tap-alpha", wheel_of("tap-alpha", "def main(): raise SystemExit(3)"))
    made = commit(upstream)
    curate(folder, crawl, f"git+{upstream.url}.git")
    look(upstream)
    try_next()
    run = ProbeRun.objects.get()
    assert (run.starts, run.commit) == ("yes", made)
    [package] = run.snapshot.evidence["packages"]
    assert package["filename"] == made


def test_what_nobody_installs_from_git_is_not_built(songbook, upstream, folder, crawl):
    commit(upstream, tag="v1.0.0")
    songbook.put("tap-alpha", wheel_of("tap-alpha", ABOUT))
    folder.write(
        "extractors", "tap-alpha", "ada", pip_url="tap-alpha", repo=upstream.url
    )
    crawl(f"definitions:{folder}")
    follow_variants(now=timezone.now())
    look(upstream)
    assert not ProbeTicket.objects.exists()


def test_a_repository_that_is_away_is_no_fault_of_the_connector(
    songbook, upstream, folder, crawl
):
    commit(upstream)
    curate(folder, crawl, f"git+{upstream.url}.git")
    look(upstream)
    shutil.rmtree(upstream.bare.git_dir)
    try_next()
    ticket = ProbeTicket.objects.get()
    assert (ticket.failures, ProbeRun.objects.count()) == (1, 0)
    assert ticket.due_at > timezone.now()


@pytest.mark.parametrize("ref", ["feature/more", "", "tap-alpha@1.0"])
def test_a_commit_by_any_name_is_tried_with_all_that_is_asked_for(
    songbook, upstream, folder, crawl, ref
):
    """An empty `ref` stands for the first digits of the commit."""
    for name in ("extra-part", "part-beside"):
        songbook.put(name, wheel_of(name), wheel_of(name, version="2.0"))
    of_extra = {
        "Provides_Extra": "more",
        "Requires_Dist": 'extra-part; extra == "more"',
    }
    needy = f"import extra_part, part_beside\n{ABOUT}"
    made = commit(upstream, needy, tag="tap-alpha@1.0", **of_extra)
    upstream.work.create_head("feature/more")
    commit(upstream, "raise SystemExit('broken since')", **of_extra)
    # Without one of these letters the digits may read as a version.
    ref = ref or made[: max(9, re.match("[0-9a-c]*[def]?", made).end())]
    address = f"git+{upstream.url}.git@{ref}#egg=tap-alpha[more]"
    curate(folder, crawl, f"{address} part-beside<2")
    look(upstream)
    try_next()
    run = ProbeRun.objects.get()
    assert (run.starts, run.commit) == ("yes", made)
    assert run.source.kind == SourceKind.INSTALLATION
    assert [row["version"] for row in run.snapshot.evidence["packages"]] == [
        "2.0", "1.0", "1.0",
    ]  # fmt: skip
    row = tried()
    assert row.tried["pythons"] == {run.python: "yes"}
    # Of a commit twelve digits at most, and "feature/more" has no more letters.
    shown = "1.0" if "@" in ref else f"Git {ref[:12]}"
    assert row.current_release.shown == shown
