"""What people and definitions write for an address, and what is made of it."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.places import (
    Place,
    host_of,
    parse,
    repository_place,
    requirement_place,
    written,
)
from registry.vocabulary import SourceKind

ONE = "https://github.com/ada/tap-alpha"
PART = f"{ONE}#subdirectory=connectors/tap-alpha"
names = st.from_regex(r"[a-z0-9](?:[a-z0-9_.-]{0,12}[a-z0-9])?", fullmatch=True)
owners = names.map(lambda name: f"o-{name}")
repos = names.map(lambda name: f"{name}-r")
hosts = st.sampled_from(["github.com", "bitbucket.org", "codeberg.org", "gitlab.com"])
# One way each in which people write the repository OWNER/REPO at HOST.
SPELLINGS = (
    "https://{h}/{o}/{r}",
    "https://{h}/{o}/{r}.git",
    "https://www.{h}/{o}/{r}/",
    "http://{h}/{o}/{r}",
    "https://{h}:443/{o}/{r}?tab=readme#readme",
    "https://ada:token@{h}/{o}/{r}.git",
    "git://{h}/{o}/{r}.git",
    "git@{h}:{o}/{r}.git",
    "ssh://git@{h}:22/{o}/{r}.git",
    "git+https://{h}/{o}/{r}.git",
    "git+ssh://git@{h}/{o}/{r}.git@main",
    "tap[s3] @ git+https://{h}/{o}/{r}@v1.0",
    "https://{h}//{o}/{r}.git/",
    "{h}/{o}/{r}",
    "https://{h}/{o}/{r}/tree/main",
)


@pytest.mark.parametrize("text", [
    ONE,
    "  https://GitHub.com/Ada/Tap-Alpha.git/ ",
    "ssh://git@ssh.github.com:443/ada/tap-alpha.git",
    "https://github.com/ada/tap-alpha/issues/3",
    "https://github.com/ada/tap-alpha/pull/3/files#diff",
    "https://github.com/ada/tap-alpha/blob/main/docs/README.md",
])  # fmt: skip
def test_spellings_of_a_repository_are_one_address(text):
    assert repository_place(text).address == ONE


@pytest.mark.parametrize(("text", "ref"), [
    ("https://github.com/ada/tap-alpha/tree/main/connectors/tap-alpha", "main"),
    ("https://bitbucket.org/ada/tap-alpha/src/main/connectors/tap-alpha/", "main"),
    ("https://codeberg.org/ada/tap-alpha/src/branch/main/connectors/tap-alpha", "main"),
    ("https://gitlab.com/ada/tap-alpha/-/tree/v1/connectors/tap-alpha", "v1"),
    ("https://gitlab.com/ada/tap-alpha/tree/v1/connectors/tap-alpha", "v1"),
    (f"git+{ONE}@f/x#egg=tap-alpha&subdirectory=connectors/tap-alpha/", "f/x"),
])  # fmt: skip
def test_a_folder_in_a_repository_is_a_place_of_its_own(text, ref):
    found = repository_place(text)

    host = text.removeprefix("git+").split("/")[2]
    assert found.address == PART.replace("github.com", host)
    assert found.ref == ref


@pytest.mark.parametrize(("text", "address"), [
    ("https://gitlab.com/Group/Sub/Tap", "https://gitlab.com/group/sub/tap"),
    ("https://Git.Example.com/Ada/Tap.git", "https://git.example.com/Ada/Tap"),
    ("http://git.example.com:8080/ada/tap", "http://git.example.com:8080/ada/tap"),
    ("ssh://git@git.example.com:2222/ada/tap.git", "https://git.example.com/ada/tap"),
    ("https://git.example.com/a/b/-/tree/main", "https://git.example.com/a/b"),
    ("https://git.example.com/a/b/src/branch/main", "https://git.example.com/a/b"),
    ("https://git.example.com/tap.git", "https://git.example.com/tap.git"),
    ("https://www.example.com/a/tap", "https://www.example.com/a/tap"),
    ("http://[::1]:8000/a/tap", "http://[::1]:8000/a/tap"),
    ("/srv/taps/Tap.git", "/srv/taps/Tap.git"),
    ("file:///srv/taps/tap", "file:///srv/taps/tap"),
    ("/srv/my taps/tap", "/srv/my taps/tap"),
])  # fmt: skip
def test_other_hosts_and_folders_keep_what_is_theirs(text, address):
    assert repository_place(text).address == address


@pytest.mark.parametrize("text", [
    "", " ", "tap-alpha", "ada/tap-alpha", "https://github.com", "https://github.com/ada",
    "https://gist.github.com/ada/0123", "https://github.com/orgs/ada",
    "https://example.com/tap", "https://gitlab.com/explore/projects", "mailto:a@b.c",
    "https://github.com/ada/..", "https://github.com/ada/.git", "https://[::1/a/b",
    "https://git.example.com:99999/a/b", "ftp://git.example.com/a/b", "-oProxy=x",
    "https://github.com/a b/c", "https://git.example.com/a/%2e%2e/b",
    "https://git.example.com/a/%ff", "https://github.com/a/b#subdirectory=../x",
    "pypi:tap-alpha", "git+", "git@", "https:///a/b", "https://github.com/a/t%00",
    "https://git.example.com/a/" + ".git" * 100_000 + "x", "a" + " " * 100_000 + "x",
])  # fmt: skip
def test_what_is_no_repository_is_none(text):
    assert repository_place(text) is None


@pytest.mark.parametrize(("text", "name", "extras"), [
    ("tap-alpha", "tap-alpha", ()),
    ("tap-alpha 1", "tap-alpha", ()),
    ("Tap_Alpha [S3, foo] ~=1.0", "tap-alpha", ("foo", "s3")),
    ("tap.alpha >= 1.0 , < 2 ; python_version < '4'", "tap-alpha", ()),
    ("dbt-core~=1.3.0 dbt-duckdb~=1.3.0", "dbt-core", ()),
    ("apache-airflow==3.3.0 --constraint https://example.com/c.txt", "apache-airflow", ()),
])  # fmt: skip
def test_a_requirement_by_name_is_a_package(text, name, extras):
    place = Place(SourceKind.PACKAGE, name, extras=extras)

    assert requirement_place(text) == place


@pytest.mark.parametrize(("text", "ref", "extras"), [
    ("git+https://github.com/ada/tap-alpha.git", "", ()),
    ("git+https://github.com/ada/tap-alpha.git@v1 fsspec[abfs]", "v1", ()),
    ("tap-alpha[s3] @ git+https://github.com/ada/tap-alpha@v1", "v1", ("s3",)),
    ("https://github.com/ada/tap-alpha.git@v1", "v1", ()),
    ("https://github.com/ada/tap-alpha/archive/refs/tags/v1.zip", "v1", ()),
    ("https://github.com/ada/tap-alpha/archive/main.tar.gz", "main", ()),
    ("https://codeload.github.com/ada/tap-alpha/zip/refs/tags/v1", "v1", ()),
])  # fmt: skip
def test_a_requirement_by_address_is_a_repository(text, ref, extras):
    assert requirement_place(text) == Place(SourceKind.REPOSITORY, ONE, ref, extras)


@pytest.mark.parametrize("text", [
    "--index-url https://i.example.com/simple/ tap-alpha",
    "--index-url=https://I.example.com/simple Tap_Alpha==1.0",
    "-i 'https://i.example.com:443/simple' tap.alpha other",
])  # fmt: skip
def test_a_requirement_from_another_index_is_a_page_there(text):
    address = "https://i.example.com/simple/tap-alpha/"

    assert requirement_place(text) == Place(SourceKind.PACKAGE, address)


@pytest.mark.parametrize("text", [
    "--index-url https://ada:pw@i.example.com/simple/ tap-alpha", "-i /srv/index tap-alpha",
    "--index-url https://i.example.com/simple/", "--extra-index-url https://i.example.com/s/ x",
    "--index-url https://i.example.com/simple/ -r needs.txt",
])  # fmt: skip
def test_an_index_with_a_login_or_without_a_package_is_no_place(text):
    assert requirement_place(text) is None


@pytest.mark.parametrize("text", [
    "", ">", "-e .", "./tap", "/srv/tap", "file:///srv/tap", "tap-1.0-py3-none-any.whl",
    "tap.tar.gz", "https://example.com/a/b/tap-1.0.tar.gz", "--constraint x", "dir/tap",
    "https://github.com/ada/tap-alpha/releases/download/v1/tap-1.0.whl",
])  # fmt: skip
def test_files_folders_and_options_are_no_place(text):
    assert requirement_place(text) is None


@pytest.mark.parametrize(("text", "row", "host"), [
    ("pypi:Tap_Alpha", "pypi:tap-alpha", ""),
    ("pypi:https://I.example.com:8443/simple/Tap_A",
     "pypi:https://i.example.com:8443/simple/tap-a/", "i.example.com:8443"),
    ("index:", "index:", ""),
    ("index:https://i.example.com/simple", "index:https://i.example.com/simple/",
     "i.example.com"),
    ("definitions:github.com/Ada/List.git", "definitions:https://github.com/ada/list",
     "github.com"),
    ("definitions:/srv/list", "definitions:/srv/list", "local"),
    ("file:///srv/tap", "file:///srv/tap", "local"),
    ("git@github.com:ada/tap-alpha.git", ONE, "github.com"),
    ("http://127.0.0.1:9000/a/b.git", "http://127.0.0.1:9000/a/b", "127.0.0.1:9000"),
])  # fmt: skip
def test_a_place_is_written_as_it_is_parsed(text, row, host):
    place = parse(text)

    assert written(place) == row
    assert parse(row) == place
    assert host_of(place) == host


@pytest.mark.parametrize("text", [
    "", "pypi:", "pypi:-x", "pypi:https://i.example.com", "index:simple", "definitions:",
    "definitions:list", "tap-alpha", "https://ada:pw@example.com/tap",
    "index:https://ada:pw@i.example.com", "pypi:https://ada:pw@[::1/simple/x/", "index:https://ada:pw@i.example.com/simple/",
])  # fmt: skip
def test_what_names_no_place_is_refused_with_words(text):
    with pytest.raises(ValueError, match=r"Write|letters|settings") as error:
        parse(text)
    assert "pw@" not in str(error.value)


@given(hosts, owners, repos, st.sampled_from(SPELLINGS), st.booleans())
def test_equivalent_spellings_agree(host, owner, repo, spelling, is_loud):
    owner, repo = (p.upper() if is_loud else p for p in (owner, repo))
    found = repository_place(spelling.format(h=host, o=owner, r=repo))

    assert found.address == f"https://{host}/{owner.lower()}/{repo.lower()}"


@given(
    hosts | st.just("git.example.com"),
    st.tuples(owners, repos, st.sampled_from(SPELLINGS)),
    st.tuples(owners, repos, st.sampled_from(SPELLINGS)),
)
def test_two_repositories_never_share_an_address(host, one, other):
    found, second = (
        repository_place(spelling.format(h=host, o=owner, r=repo))
        for owner, repo, spelling in (one, other)
    )
    if one[:2] != other[:2]:
        assert found is None or found.address != (second and second.address)


@given(
    st.text()
    | st.builds(
        "{}://{}/{}".format,
        st.sampled_from(["https", "http", "git", "ssh", "git+https", "git+ssh"]),
        hosts | st.sampled_from(["git.example.com", "u:p@x.io:8080"]),
        st.text("aA./-@:%#&=?+ ~é") | st.lists(
            st.sampled_from(["a", "B.git", "-", "tree", "src", "branch", "archive", ".git",
                             "x@y", "c.zip", "%2541", "#subdirectory=x/y", "@v1"])
        ).map("/".join),
    )
)  # fmt: skip
def test_normalising_twice_changes_nothing(text):
    found = repository_place(text)
    if found is not None:
        again = repository_place(found.address)
        assert again == Place(SourceKind.REPOSITORY, found.address)
        assert parse(written(found)) == again


def test_every_definition_of_the_public_catalogue_has_a_place(real_definitions):
    lost = []
    for path in sorted(real_definitions.glob("_data/meltano/*/*/*.yml")):
        content = yaml.safe_load(path.read_text())
        places = (
            repository_place(content.get("repo") or ""),
            requirement_place(content.get("pip_url") or ""),
        )
        if not any(places):
            lost.append(path)
    assert lost == []
