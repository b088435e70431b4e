"""Which release an install takes."""

import pytest

from registry.catalog.installing import release_taken, revision_label, specifier
from registry.models import Release


@pytest.mark.parametrize(
    ("ref", "label"),
    [
        ("", "HEAD"), ("main", "main"), ("v1.2.0", "1.2.0"), ("tap-x-v1.2", "1.2"),
        ("tap-x@1.2", "1.2"), ("release/v1.2", "1.2"), ("feature/x", "feature~x"),
        ("20240101", "20240101"),
        ("0123456789abcdef0123456789abcdef01234567", "0123456789ab"),
        ("0123456789012bcdef0123456789abcdef012345", "g012345678901"),
        ("deadbeef", "deadbeef"), ("12a3456", "g12a3456"), ("../../x", ""), ("v1.x", "v1.x"),
    ],
)  # fmt: skip
def test_a_revision_goes_by_its_version_or_by_its_first_digits(ref, label):
    assert revision_label(ref) == label


@pytest.mark.parametrize("digits", ["012345678901", "0123456789a1", "1e5555555555"])
def test_no_commit_that_is_pinned_is_a_version(digits):
    label = revision_label(digits + "b" * 28)
    assert not Release(version=label).is_numbered


def released(*versions, yanked=()):
    return [Release(version=one, yanked=one in yanked) for one in versions]


@pytest.mark.parametrize(
    ("pip_url", "taken"),
    [
        ("tap-x", "2.0"),
        ("tap-x==1.1", "1.1"),
        ("tap-x~=1.0", "1.1"),
        ("tap-x<1.1", "1.0"),
        ("--index-url https://i.test/simple tap-x<1.1", "1.0"),
        # None of these is there: the newest stands for them.
        ("tap-x==7", "2.0"),
        ("git+https://github.com/ada/tap-x", "HEAD"),
        ("git+https://github.com/ada/tap-x@v1.0", "1.0"),
        ("git+https://github.com/ada/tap-x@feature", "2.0"),
        ("", "2.0"),
    ],
)
def test_the_release_that_an_install_takes(pip_url, taken):
    rows = released("1.0", "HEAD", "2.0", "1.1", "2.1rc1", "3.0", yanked={"3.0"})
    assert release_taken(pip_url, rows).version == taken


def test_of_no_release_none_is_taken():
    assert release_taken("tap-x", []) is None
    assert release_taken("tap-x", released("HEAD")).version == "HEAD"


@pytest.mark.parametrize("text", ["tap-x", "", "git+https://a.test/x", "not a thing"])
def test_what_names_no_version_allows_all(text):
    assert not specifier(text)
