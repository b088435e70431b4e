"""A README on its way from a repository or from a package to a variant."""

import json

import pytest

from registry.models import Readme, Snapshot, Source
from registry.vocabulary import SourceKind
from tests.scrapers.git_server import GitServer
from tests.scrapers.going import go
from tests.scrapers.packages import Distribution, metadata_of, wheel

pytestmark = pytest.mark.django_db

MARKDOWN = {"Description-Content-Type": "text/markdown"}
CODE = {"Project-URL": ["Repository, https://github.com/ada/tap-alpha"]}
NAME = "tap_alpha-1.0-py3-none-any.whl"
PROJECT = '[project]\nname = "tap-alpha"\nversion = "1.0"\n'


@pytest.fixture
def server(tmp_path):
    (tmp_path / "served" / "ada").mkdir(parents=True)
    made = GitServer(tmp_path / "served")
    yield made
    made.close()


@pytest.fixture
def repository(server):
    """A repository at /ada/tap-alpha, and the source of it."""
    upstream = server.make("one")
    upstream.commit(**{"pyproject.toml": PROJECT})
    (server.root / "ada" / "tap-alpha").symlink_to(upstream.bare.git_dir)
    address = f"{server.url}/ada/tap-alpha"
    source = Source.objects.enrol(SourceKind.REPOSITORY, address, found_by="test")
    return upstream, source


def put(index, description=b"", *, version="1.0", **fields):
    """Publish a package that describes itself so, behind its headers."""
    headers = metadata_of("tap-alpha", version, **fields)
    metadata = headers + b"\n" + description
    content = wheel("tap-alpha", version, metadata)
    filename = NAME.replace("1.0", version)
    index.put("tap-alpha", Distribution(filename, content, metadata))


def shown():
    return Readme.objects.get().html.strip()


def test_a_repositorys_readme_is_shown_until_it_has_none(repository):
    upstream, source = repository
    upstream.commit(**{"README.md": "# Alpha\n\nIt *sings*.\n"})
    go(source)
    assert shown() == '<h3 id="readme-alpha">Alpha</h3>\n<p>It <em>sings</em>.</p>'
    (upstream.folder / "README.md").unlink()
    upstream.commit(**{"README.rst": "It **sings**.\n"})
    go(source)
    assert shown() == "<p>It <strong>sings</strong>.</p>"
    (upstream.folder / "README.rst").unlink()
    upstream.commit(LICENSE="MIT")
    go(source)
    assert not Readme.objects.exists()


def test_a_commit_that_leaves_the_readme_alone_does_not_write_it(repository):
    upstream, source = repository
    upstream.commit(**{"README.md": "Alpha."})
    go(source)
    Readme.objects.update(html="As it was.")
    upstream.commit(**{"pyproject.toml": f'{PROJECT}description = "New."\n'})
    go(source)
    assert Snapshot.objects.filter(source=source).count() == 2
    assert shown() == "As it was."


def test_a_packages_description_is_shown_with_links_into_its_repository(index, crawl):
    put(index, b"# Alpha\n\n[Licence](LICENSE)\n", **MARKDOWN, **CODE)
    crawl("pypi:tap-alpha")
    assert '<h3 id="readme-alpha">Alpha</h3>' in shown()
    assert 'href="https://github.com/ada/tap-alpha/blob/HEAD/LICENSE"' in shown()
    put(index, version="1.1")
    crawl("pypi:tap-alpha")
    assert not Readme.objects.exists()


def test_a_description_in_a_header_is_read_without_its_indentation(index, crawl):
    text = "Alpha\n        =====\n        \n        It *sings*.\n        "
    put(index, Description=text)
    crawl("pypi:tap-alpha")
    assert shown().endswith("<p>It <em>sings</em>.</p>")


def test_a_description_that_is_too_large_is_cut_and_told(index, fetch):
    put(index, b"word " * 30_000, **MARKDOWN)
    [evidence] = fetch().evidence
    assert len(evidence.body["metadata"]["description"]) == 100_000
    assert [one.code for one in evidence.findings] == ["oversized"]
    assert "The description has 150,000 bytes" in str(evidence.findings[0])


def test_what_is_not_seen_in_a_description_is_taken_out_and_told(index, fetch):
    put(index, "a\u202eb\x1b[31m".encode(), **MARKDOWN)
    [evidence] = fetch().evidence
    assert evidence.body["metadata"]["description"] == "ab"
    assert {one.code for one in evidence.findings} == {"bidi", "control-characters"}


def test_a_description_that_is_no_utf_8_is_read_as_far_as_it_can_be(index, crawl):
    put(index, b"caf\xe9\n", **MARKDOWN)
    crawl("pypi:tap-alpha")
    assert shown().startswith("<p>caf")
    assert json.dumps(Snapshot.objects.latest("pk").findings).count("encoding") == 1
