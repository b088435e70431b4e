"""Of which source the runs speak of what is asked for."""

import pytest

from registry.catalog.speaking import installs_from
from registry.models import Source
from registry.vocabulary import SourceKind

PACKAGE = Source(kind=SourceKind.PACKAGE, address="tap-x")
GIT = Source(kind=SourceKind.REPOSITORY, address="https://github.com/ada/tap-x")


@pytest.mark.parametrize(
    ("pip_url", "ref"),
    [
        ("git+https://github.com/Ada/tap-x.git", ""),
        ("git+https://github.com/ada/tap-x@v1.2", "v1.2"),
        ("tap-x @ git+https://github.com/ada/tap-x.git@main", "main"),
    ],
)
def test_a_requirement_of_a_repository_says_which_revision(pip_url, ref):
    assert installs_from(pip_url, GIT).ref == ref
    assert installs_from(pip_url, PACKAGE) is None


@pytest.mark.parametrize("pip_url", ["tap-x", "Tap_X~=1.0", "tap-x >= 1, < 3"])
def test_a_requirement_by_name_is_of_the_package(pip_url):
    assert installs_from(pip_url, PACKAGE) is not None
    assert installs_from(pip_url, GIT) is None


@pytest.mark.parametrize(
    "pip_url",
    [
        "", "tap-x[s3]", "tap-x psycopg2", "tap-y", "./tap-x",
        "tap-x==1.0 git+https://github.com/ada/more.git",
    ],
)  # fmt: skip
def test_where_more_or_something_else_is_installed_it_is_not_alone_the_package(pip_url):
    assert installs_from(pip_url, PACKAGE) is None
