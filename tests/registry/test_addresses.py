"""How the address of a repository or of an index's page is written."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.addresses import RepositoryAddress, page_address, repository_address

ONE = "https://github.com/ada/tap-alpha"
# What a careless or hostile spelling is made of.
PIECES = [
    "https://", "http://", "ssh://", "git@", "github.com", "www.", "gitlab.com",
    "git.example.com", ":", ":443", "/", "//", "ada", "Tap", ".git", "@v1", "-", "tree",
    "archive", "main.zip", "%2e", "%2F", "%ff", "..", "#subdirectory=", "#egg=tap[s3]",
    "?x=y", "[::1]", "é", "\0",
]  # fmt: skip


def address_of(text):
    found = repository_address(text, is_exact=False)
    return found and found.address


def test_ref_and_egg_are_told_beside_the_address():
    text = f"{ONE}.git@v1#egg=tap-alpha[s3]&subdirectory=taps/alpha"

    assert repository_address(text, is_exact=True) == RepositoryAddress(
        f"{ONE}#subdirectory=taps/alpha", "v1", "tap-alpha[s3]"
    )


@pytest.mark.parametrize(("is_exact", "ref"), [(True, "v1"), (False, "")])
def test_an_at_begins_a_ref_only_where_this_is_surely_git(is_exact, ref):
    found = repository_address("https://git.example.com/a/b@v1", is_exact=is_exact)

    assert found.ref == ref
    assert found.address.endswith("/a/b" if is_exact else "/a/b@v1")


@pytest.mark.parametrize("text", [
    "https://ada:token@github.com/ada/tap-alpha", "ssh://git@github.com/ada/tap-alpha.git",
    "https://GITHUB.com./Ada/Tap-Alpha", "git@ssh.github.com:ada/tap-alpha.git",
])  # fmt: skip
def test_user_case_and_a_hosts_other_names_make_no_difference(text):
    assert address_of(text) == ONE


@pytest.mark.parametrize(("text", "address"), [
    ("https://git.example.com:443/a/b", "https://git.example.com/a/b"),
    ("http://git.example.com:80/a/b", "http://git.example.com/a/b"),
    ("http://git.example.com:443/a/b", "http://git.example.com:443/a/b"),
    ("git://git.example.com:9418/a/b", "https://git.example.com/a/b"),
])  # fmt: skip
def test_a_port_is_written_where_it_is_not_the_schemes_own(text, address):
    assert address_of(text) == address


@pytest.mark.parametrize("text", [
    "https://github.com/a/b#subdirectory=../../x", "https://git.example.com:port/a/b",
    "https://git.example.com/a/%00", "https://[/a/b", "word:path", "a/b",
])  # fmt: skip
def test_an_address_that_leads_elsewhere_or_nowhere_is_none(text):
    assert address_of(text) is None


@pytest.mark.parametrize(("text", "address"), [
    ("https://I.Example.com/simple", "https://i.example.com/simple/"),
    ("https://i.example.com:443//simple//tap/", "https://i.example.com/simple/tap/"),
    ("http://i.example.com:8080/simple/", "http://i.example.com:8080/simple/"),
])  # fmt: skip
def test_a_page_of_an_index_ends_in_a_slash(text, address):
    assert page_address(text) == address
    assert page_address(address) == address


@pytest.mark.parametrize("text", [
    "https://i.example.com", "https://i.example.com/", "ftp://i.example.com/simple/",
    "simple", "", "https://i.example.com/../etc/",
])  # fmt: skip
def test_what_is_no_page_of_an_index_is_refused(text):
    with pytest.raises(ValueError, match=r"Write|\.\."):
        page_address(text)


def test_a_password_is_refused_and_never_repeated():
    with pytest.raises(ValueError, match="settings") as error:
        page_address("https://ada:secret@i.example.com/simple/")
    assert "secret" not in str(error.value)


@given(st.lists(st.sampled_from(PIECES) | st.text(string.printable)).map("".join))
def test_an_address_is_written_in_one_way_or_not_at_all(text):
    address = address_of(text)
    assert address is None or address_of(address) == address


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_a_pages_address_is_written_in_one_way_or_refused(text):
    try:
        address = page_address(text)
    except ValueError:
        return
    assert page_address(address) == address
