"""What a `pip_url` installs, and what of it is never passed on to an installer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from registry.installations import (
    ADDRESS_LIMIT,
    RefusedRequirement,
    installation_at,
    installation_of,
    why_refused,
)
from registry.places import Place
from registry.vocabulary import SourceKind

REPOSITORY = "https://github.com/ada/tap-x"


@pytest.mark.parametrize(
    ("pip_url", "address", "ref"),
    [
        ("tap-x[S3]", "tap-x[s3]", ""),
        ("Tap_X[b,a] == 1.2", "tap-x[a,b]", ""),
        ("tap-x psycopg2", "tap-x psycopg2", ""),
        ("tap-x  Lib_B<2,>=1  lib-a", "tap-x lib-a lib-b<2,>=1", ""),
        (f"git+{REPOSITORY}@v1 fsspec[S3]", f"{REPOSITORY} fsspec[s3]", "v1"),
        (f"tap-x[s3] @ git+{REPOSITORY}@a/b lib", f"{REPOSITORY}[s3] lib", "a/b"),
        (f"git+{REPOSITORY}#egg=tap-x[s3]&subdirectory=y",
         f"{REPOSITORY}#subdirectory=y[s3]", ""),
    ],
)  # fmt: skip
def test_what_is_installed_with_others_has_an_address_of_its_own(pip_url, address, ref):
    found = installation_of(pip_url)
    assert (found.tried.kind, found.tried.ref) == (SourceKind.INSTALLATION, ref)
    assert found.tried.address == address
    read = installation_at(SourceKind.INSTALLATION, address)
    assert (read.place.kind, read.place.address, read.beside) == (
        found.place.kind, found.place.address, found.beside,
    )  # fmt: skip


@pytest.mark.parametrize(
    "pip_url", ["tap-x", "tap-x >= 1, < 3", f"git+{REPOSITORY}@a/b"]
)
def test_what_is_installed_alone_is_tried_at_its_own_place(pip_url):
    found = installation_of(pip_url)
    assert found.tried == found.place
    assert found.tried.kind is not SourceKind.INSTALLATION


@pytest.mark.parametrize(
    ("pip_url", "why"),
    [
        ("tap-x --extra-index-url https://x.test/simple", "`--extra-index-url`"),
        ("tap-x --find-links=/srv", "`--find-links`"),
        ("-e git+https://x.test/y/z", "`-e`"),
        ("tap-x -r/etc/passwd", "`-r/etc/passwd`"),
        ("tap-x==1 --constraint https://x.test/${PYTHON}.txt", "a variable"),
        ('tap-x; python_version < "3.9"', "under a condition"),
        ("tap-x lib;extra=='a'", "quoted"),
        ("'tap-x' lib", "quoted"),
        (f"tap-x git+{REPOSITORY}", "an address beside"),
        (f"tap-x lib@git+{REPOSITORY}", "an address beside"),
        (f"git+{REPOSITORY.replace('tap-x', 'singer')} tap-x", "not the first"),
        ("tap-x lib === x", "no name of a package"),
        ("tap-x ./lib", "no name of a package"),
        ("./tap-x", "no package and no repository"),
        ("--index-url https://x.test/simple tap-x[s3]", "the default index"),
        (f"git+{REPOSITORY}@../../x", "nothing in Git"),
        (f"git+{REPOSITORY}@{'x' * 65}", "nothing in Git"),
        ("tap-x " + " ".join(f"lib-{n}" for n in range(200)), "too many"),
    ],
)  # fmt: skip
def test_what_an_installer_would_obey_is_refused_in_words(pip_url, why):
    said = why_refused(pip_url)
    assert why in said
    assert said.endswith(".")


def test_of_nothing_nothing_is_refused():
    assert why_refused("") == ""


WORDS = st.text("ab-_.[],<>=!~;@# '\"$\\/0123:", max_size=12)


@given(st.lists(WORDS, max_size=4).map(" ".join))
def test_whatever_is_written_comes_out_as_plain_requirements(text):
    try:
        found = installation_of(f"tap-x {text}")
    except RefusedRequirement:
        return
    for one in found.beside:
        read = Requirement(one)
        assert not (read.url or read.marker or one.startswith("-"))
    assert len(found.tried.address) <= ADDRESS_LIMIT
    again = installation_at(found.tried.kind, found.tried.address)
    assert (again.own, again.beside) == (found.own, found.beside)


@pytest.mark.parametrize("address", ["tap-x --pre", "tap-x lib@x", "tap-x  lib", ""])
def test_what_is_no_installation_is_not_read_as_one(address):
    with pytest.raises(ValueError, match="no installation"):
        installation_at(SourceKind.INSTALLATION, address)


def test_any_other_source_is_installed_alone_whatever_its_folder_is_called():
    found = installation_at(SourceKind.REPOSITORY, "/srv/my folder[1]")
    assert found.tried == Place(SourceKind.REPOSITORY, "/srv/my folder[1]")
