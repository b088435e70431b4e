"""A real package's releases, committed one by one, crawled and compared with its index."""

import io
import tarfile

import pytest
from django.utils import timezone
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple
from requests import RequestException

from registry.models import Release, Snapshot, Source, Variant
from registry.vocabulary import SourceKind
from tests.scrapers.git_server import GitServer
from tests.scrapers.going import go

pytestmark = pytest.mark.django_db
NAME, RELEASES = "tap-dbt", 4


@pytest.fixture(scope="module")
def sdists():
    """The newest sdists of a real package, oldest first, each with its files."""
    try:
        with PyPISimple(PYPI_SIMPLE_ENDPOINT) as index:
            files = [
                one
                for one in index.get_project_page(NAME).packages
                if one.package_type == "sdist" and one.filename.endswith(".tar.gz")
            ]
            files.sort(key=lambda one: Version(one.version))
            return [
                (one, unpacked(index.s.get(one.url).content))
                for one in files[-RELEASES:]
            ]
    except RequestException as error:
        pytest.skip(f"the package index can't be reached: {type(error).__name__}")


def unpacked(content):
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            member.name.partition("/")[2]: archive.extractfile(member).read()
            for member in archive
            if member.isfile()
        }


@pytest.fixture
def upstream(tmp_path):
    root = tmp_path / "served"
    (root / "ada").mkdir(parents=True)
    server = GitServer(root)
    yield server.make(f"ada/{NAME}")
    server.close()


def commit(upstream, distribution, files):
    for path, content in files.items():
        place = upstream.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return upstream.commit(tag=f"v{distribution.version}")


def test_each_release_of_a_real_package_is_seen_as_it_comes(sdists, upstream):
    source = Source.objects.enrol(
        SourceKind.REPOSITORY, upstream.url, found_by="test", due_at=timezone.now()
    )
    commits = {}
    for number, (distribution, files) in enumerate(sdists, start=1):
        commits[distribution.version] = commit(upstream, distribution, files)
        assert go(source).last_error == ""
        assert Release.objects.count() == number
        assert Snapshot.objects.count() == number
        assert go(source).quiet_looks == 1
    variant = Variant.objects.get()
    assert (variant.plugin.name, variant.name) == (NAME, "ada")
    assert variant.pip_url.endswith(f".git@v{sdists[-1][0].version}")
    rows = {row.version: row for row in Release.objects.all()}
    for distribution, _ in sdists:
        row = rows[str(Version(distribution.version))]
        assert row.artifacts == {"commit": commits[distribution.version]}
        said = {part.strip() for part in row.requires_python.split(",")}
        expected = distribution.requires_python or ""
        assert said == {part.strip() for part in expected.split(",")}
