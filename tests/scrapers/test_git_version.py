"""Which Git is new enough to be told where it may dial."""

import os
import shutil
import stat

import pytest
from django.core.checks import run_checks

from scrapers.crawlers.git import Checkout, running
from scrapers.http import Refused
from tests.scrapers.git_server import GitServer


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a Git that tells another version before the real one."""
    real = shutil.which("git")

    def put(version):
        folder = tmp_path / "bin"
        folder.mkdir()
        script = folder / "git"
        script.write_text(
            f'#!/bin/sh\ncase "$1" in version|--version) echo "{version}";;'
            f' *) exec {real} "$@";; esac\n'
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.fixture
def server(tmp_path):
    (tmp_path / "served").mkdir()
    made = GitServer(tmp_path / "served")
    yield made
    made.close()


def warnings():
    return [found for found in run_checks() if found.id == "scrapers.W001"]


@pytest.mark.parametrize("version", [
    "git version 2.37.0", "git version 2.50.1.windows.1", "git version 2.39.5 (Apple Git-154)",
    "git version 3.0.0",
])  # fmt: skip
def test_new_enough_git_needs_no_word(install, version):
    install(version)

    assert warnings() == []


@pytest.mark.parametrize("version", ["git version 2.36.6", "git version 1.8.3.1"])
def test_old_git_is_warned_of_with_what_to_do(install, version):
    install(version)

    assert version.split()[-1] in warnings()[0].msg
    assert "2.37" in warnings()[0].hint


@pytest.mark.parametrize("version", ["", "no version", "git version x.y"])
def test_git_of_no_known_version_counts_as_old(install, version):
    install(version)

    assert running.installed() < running.OLDEST
    assert "of no known version" in warnings()[0].msg


def test_old_git_is_never_sent_to_a_host(server, install, tmp_path):
    upstream = server.make("tap-alpha")
    head = upstream.commit(README="one")
    install("git version 2.36.6")
    checkout = Checkout(upstream.url, tmp_path / "kept", timeout_s=30)
    with pytest.raises(Refused, match=r"Git is 2\.36\.6 here"):
        checkout.fetch([head])
    checkout.close()

    assert server.asked == []


def test_old_git_still_reads_folders_of_this_machine(
    server, install, tmp_path, settings
):
    settings.CRAWL_LOCAL_REPOSITORIES = True
    upstream = server.make("tap-alpha")
    head = upstream.commit(README="one")
    install("git version 2.36.6")
    checkout = Checkout(str(server.root / "tap-alpha"), tmp_path / "kept", timeout_s=30)
    checkout.fetch([head])

    assert [file.path for file in checkout.tree(head).files()] == ["README"]
    checkout.close()
