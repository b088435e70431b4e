"""A connector's files are read as text: whatever they hold, nothing runs and nothing breaks."""

import hashlib
import json
import os
import tarfile
from email import message_from_bytes
from pathlib import Path

import pytest
from git import Actor, Repo
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT, NoSuchProjectError, PyPISimple
from requests import RequestException

from registry.texts import name_findings, tidied
from scrapers.crawlers.definitions.tree import File
from scrapers.crawlers.repository import Known, fetch_repository, read_tree
from scrapers.crawlers.repository.reading import READING_LIMIT
from scrapers.crawlers.repository.releases import releases_of
from tests.scrapers.packages import patient

ADA = Actor("ada", "ada@example.org")


class FilesTree:
    """A tree out of a mapping of paths to contents."""

    revision = "0" * 40

    def __init__(self, **contents):
        self.contents = {
            path: content.encode() if isinstance(content, str) else content
            for path, content in contents.items()
        }

    def files(self):
        for path, content in self.contents.items():
            blob = hashlib.sha256(content).hexdigest()[:40]
            yield File(path=path, blob=blob, size=len(content))

    def read(self, files):
        for file in files:
            yield file, self.contents[file.path]

    def close(self):
        """Nothing is held."""


def reading_of(contents):
    return read_tree(FilesTree(**contents))[0]


def codes_of(contents):
    return {finding.code for finding in read_tree(FilesTree(**contents))[1]}


PYPROJECT = """
[project]
name = "tap-alpha"
version = "1.2.3"
description = "Alpha"
requires-python = ">=3.10"
license = {text = "MIT"}
authors = [{name = "Ada", email = "ada@example.org"}]
dependencies = ["singer-sdk~=0.40"]
[project.urls]
Repository = "https://example.org/ada/tap-alpha"
[project.scripts]
tap-alpha = "tap_alpha.tap:TapAlpha.cli"
"""

TAP = '''
from singer_sdk import Tap, typing as th
from singer_sdk.helpers.capabilities import TapCapabilities
NAME = "tap-alpha"
class TapAlpha(Tap):
    """Alpha."""
    name = NAME
    capabilities = [TapCapabilities.CATALOG, TapCapabilities.STATE]
    config_jsonschema = th.PropertiesList(
        th.Property("token", th.StringType, required=True, secret=True, default="x"),
        th.Property("since", th.DateTimeType(nullable=True), description="From " "when"),
        th.Property("mode", th.StringType, allowed_values=["a", "b"], default="a"),
        th.Property("tags", th.ArrayType(th.StringType)),
    ).to_dict()
class UsersStream(AlphaStream):
    name = "users"
    primary_keys = ["id"]
    replication_key = compute()
'''


def test_metadata_of_a_standard_project_is_read():
    metadata = reading_of({"pyproject.toml": PYPROJECT})["metadata"]
    assert metadata == {
        "name": "tap-alpha",
        "version": "1.2.3",
        "summary": "Alpha",
        "requires_python": ">=3.10",
        "license": "MIT",
        "dependencies": ["singer-sdk~=0.40"],
        "urls": {"Repository": "https://example.org/ada/tap-alpha"},
        "authors": ["Ada"],
        "scripts": {"tap-alpha": "tap_alpha.tap:TapAlpha.cli"},
    }


@pytest.mark.parametrize(
    ("poetry", "standard"),
    [
        ("^3.8", ">=3.8,<4"),
        ("^0.40.1", ">=0.40.1,<0.41"),
        ("~3.8", ">=3.8,<3.9"),
        (">=3.7.1,<4", ">=3.7.1,<4"),
        ("^1", ">=1,<2"),
    ],
)
def test_poetry_ranges_become_standard_ones(poetry, standard):
    text = f'[tool.poetry]\nname="x"\n[tool.poetry.dependencies]\npython="{poetry}"\n'
    metadata = reading_of({"pyproject.toml": text})["metadata"]
    assert SpecifierSet(metadata["requires_python"]) == SpecifierSet(
        standard.replace("<4", "<4.0").replace("<2", "<2.0")
        if poetry.startswith("^") and "0.4" not in poetry
        else standard
    )


def test_a_setup_script_is_read_and_never_run(tmp_path):
    script = f"""
open({str(tmp_path / "ran")!r}, "w").write("x")
VERSION = "0.3"
setup(name="tap-" + "beta", version=VERSION, description=read("README"),
      entry_points='''
          [console_scripts]
          tap-beta=tap_beta:main
      ''', **{{"license": "MIT"}})
"""
    metadata = reading_of({"setup.py": script})["metadata"]
    assert metadata == {
        "name": "tap-beta",
        "version": "0.3",
        "license": "MIT",
        "scripts": {"tap-beta": "tap_beta:main"},
    }
    assert not (tmp_path / "ran").exists()


def test_setup_cfg_is_read_without_what_a_build_computes():
    text = """
[metadata]
name = tap-gamma
version = attr: tap_gamma.__version__
[options]
python_requires = >=3.9
install_requires =
    singer-python==6.0
[options.entry_points]
console_scripts =
    tap-gamma = tap_gamma:main
"""
    assert reading_of({"setup.cfg": text})["metadata"] == {
        "name": "tap-gamma",
        "requires_python": ">=3.9",
        "dependencies": ["singer-python==6.0"],
        "scripts": {"tap-gamma": "tap_gamma:main"},
    }


def test_settings_and_streams_are_read_from_sdk_classes():
    tap, users = reading_of({"tap_alpha/tap.py": TAP})["classes"]
    assert tap["attributes"] == {
        "name": "tap-alpha",
        "capabilities": ["TapCapabilities.CATALOG", "TapCapabilities.STATE"],
    }
    assert tap["settings_complete"] is True
    assert [(one["name"], one["kind"]) for one in tap["settings"]] == [
        ("token", "password"),
        ("since", "date_iso8601"),
        ("mode", "options"),
        ("tags", "array"),
    ]
    assert users["attributes"] == {"name": "users", "primary_keys": ["id"]}


def test_a_secrets_default_is_not_taken():
    tap, _ = reading_of({"tap_alpha/tap.py": TAP})["classes"]
    assert "default" not in tap["settings"][0]


def test_settings_that_are_computed_are_known_to_be_incomplete():
    code = "class A(Tap):\n config_jsonschema = th.PropertiesList(*more()).to_dict()"
    (tap,) = reading_of({"a.py": code})["classes"]
    assert tap["settings_complete"] is False


def test_a_classic_tap_shows_its_keys_and_its_arguments():
    code = """
REQUIRED_CONFIG_KEYS = ["user", "password"]
def main():
    args = singer.utils.parse_args(REQUIRED_CONFIG_KEYS)
    if args.discover: ...
    elif args.catalog: ...
"""
    reading = reading_of({"tap_x/__init__.py": code})
    assert reading["required_config_keys"] == ["user", "password"]
    assert reading["args_used"] == ["catalog", "discover"]


def test_no_value_of_a_configuration_is_taken():
    meltano = """
plugins:
  extractors:
  - name: tap-alpha
    pip_url: -e .
    settings: [{name: token, value: geheim}]
    config: {token: geheim}
  - name: tap-other
    config: {x: geheim}
"""
    contents = {"meltano.yml": meltano, "config.sample.json": '{"token": "geheim"}'}
    reading = reading_of(contents)
    assert "geheim" not in json.dumps(reading)
    assert reading["meltano"][0]["config_keys"] == ["token"]
    assert len(reading["meltano"]) == 1
    assert reading["sample_configs"] == [
        {"path": "config.sample.json", "keys": {"token": "string"}}
    ]


def test_schemas_give_streams_and_fields():
    schema = '{"properties": {"id": {}, "name": {}}, "key_properties": ["id"]}'
    assert reading_of({"tap_x/schemas/users.json": schema})["schemas"] == [
        {"stream": "users", "fields": ["id", "name"], "key_properties": ["id"]}
    ]


def test_a_maintainers_word_is_taken_and_an_unknown_one_told_of():
    contents = {".songbook.yml": "maintenance: seeking\nowner: me\nlisted: 3\n"}
    reading, findings = read_tree(FilesTree(**contents))
    assert reading["songbook"] == {"maintenance": "seeking"}
    assert [str(finding) for finding in findings] == [
        (
            ".songbook.yml: 'owner' means nothing here: maintenance, successor, "
            "claim, listed do."
        ),
        ".songbook.yml: listed has to be yes or no.",
    ]


HOSTILE_CODE = {
    "brackets": "(" * 100_000,
    "signs": "-" * 200_000 + "1",
    "attributes": "a" + ".a" * 100_000,
    "sums": "1" + "+1" * 100_000,
    "calls": "f" + "()" * 100_000,
    "NUL": "a = 1\0",
    "doubling": "\n".join(
        [
            "a0 = 'xx'",
            *(f"a{n + 1} = a{n} + a{n}" for n in range(60)),
            "setup(name=a60)",
            "class A(Tap):\n name = a60",
        ]
    ),
    "digits": "class A(Tap):\n name = " + "9" * 5000,
    "a circle": "a = b\nb = a\nclass A(Tap):\n name = a\n config_jsonschema = a",
}


@pytest.mark.parametrize("kind", HOSTILE_CODE)
def test_hostile_code_keeps_nothing_else_back(kind):
    contents = {
        "pyproject.toml": PYPROJECT,
        "setup.py": HOSTILE_CODE[kind],
        "tap_alpha/evil.py": HOSTILE_CODE[kind],
        "tap_alpha/tap.py": TAP,
    }
    reading = reading_of(contents)
    assert reading["metadata"]["name"] == "tap-alpha"
    assert "TapAlpha" in {one["name"] for one in reading["classes"]}


def test_a_readme_of_five_megabytes_is_cut_and_told_of():
    contents = {"README.md": "x" * 5_000_000}
    assert len(reading_of(contents)["readme"]["text"]) == 100_000
    assert codes_of(contents) == {"oversized"}


def test_a_reading_has_an_upper_size():
    field = json.dumps({"properties": {f"f{n}" * 30: {} for n in range(500)}})
    contents = {f"a/schemas/s{n}.json": field for n in range(100)}
    reading, findings = read_tree(
        FilesTree(**contents, **{"pyproject.toml": PYPROJECT})
    )
    assert len(json.dumps(reading)) <= READING_LIMIT
    assert reading["metadata"]["name"] == "tap-alpha"
    assert {finding.code for finding in findings} == {"oversized"}


@pytest.mark.parametrize(
    ("text", "kept", "codes"),
    [
        ("a\tb\r\nc", "a\tb\nc", []),
        (b"\xef\xbb\xbfa", "a", []),
        ("a\0b\x1b[31mc\x1b]8;;x\x07d", "abcd", ["control-characters"]),
        ("a\u202eb\u2066c", "abc", ["bidi"]),
        ("a\u200bb\U000e0041", "ab", ["control-characters"]),
        ("\U0001f468\u200d\U0001f4bb", "\U0001f468\u200d\U0001f4bb", []),
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}", ["encoding"]),
        ("x" * 200, "x" * 100, ["oversized"]),
        ("é" * 60, "é" * 50, ["oversized"]),
        ("a\udc00", "a\N{REPLACEMENT CHARACTER}", ["encoding"]),
    ],
)
def test_text_is_tidied_and_each_kind_of_it_told_once(text, kept, codes):
    said, findings = tidied(text, what="README.md", limit=100)
    assert (said, [finding.code for finding in findings]) == (kept, codes)


def test_a_name_with_a_letter_that_looks_like_another_is_told_of():
    (finding,) = name_findings("t\u0430p-github")
    assert finding.code == "homoglyph"
    assert "CYRILLIC SMALL LETTER A" in finding.message
    assert name_findings("tap-github") == []


FILES = (
    "pyproject.toml", "setup.cfg", "setup.py", ".songbook.yml", "meltano.yml", "README.md",
    "config.sample.json", "tap_x/schemas/a.json", "tap_x/tap.py",
)  # fmt: skip
CONTENT = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([PYPROJECT.encode(), TAP.encode(), b"[tool.poetry]\nname=1", b"[]"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["properties", "plugins", "extractors", "settings", "listed"]),
            inner,
        ),
        max_leaves=10,
    ).map(lambda value: json.dumps(value).encode()),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(FILES), CONTENT))
def test_no_content_of_any_file_raises(contents):
    reading, findings = read_tree(FilesTree(**contents))
    kept = json.dumps([reading, [finding.as_json() for finding in findings]])
    # A backslash of the text itself stands there twice.
    assert "\\u0000" not in kept.replace("\\\\", "")
    kept.encode()


REAL = ("tap-jsonl", "pipelinewise-tap-mysql", "meltanolabs-target-csv", "tap-dbt")


@pytest.mark.parametrize("name", REAL)
def test_a_real_package_is_read_as_its_build_tool_reads_it(name, tmp_path):
    contents = sdist_of(name, tmp_path)
    built = message_from_bytes(contents["PKG-INFO"])
    metadata = reading_of(contents)["metadata"]
    assert metadata["name"] == built["Name"]
    if "version" in metadata:
        assert Version(metadata["version"]) == Version(built["Version"])
    assert metadata["summary"] == built["Summary"]
    assert SpecifierSet(metadata.get("requires_python", "")) == SpecifierSet(
        built["Requires-Python"] or ""
    )
    assert next(iter(metadata["scripts"])) in name


def sdist_of(name, folder):
    """Return the files of a project's newest sdist, unpacked and not built."""
    url = os.environ.get("PIP_INDEX_URL") or PYPI_SIMPLE_ENDPOINT
    try:
        with PyPISimple(url, session=patient()) as index:
            files = index.get_project_page(name).packages
            newest = [one for one in files if one.package_type == "sdist"][-1]
            index.download_package(newest, folder / newest.filename)
    except (RequestException, NoSuchProjectError) as error:
        pytest.skip(f"The package index can't be reached: {type(error).__name__}.")
    with tarfile.open(folder / newest.filename) as archive:
        return {
            member.name.partition("/")[2]: archive.extractfile(member).read()
            for member in archive
            if member.isfile()
        }


TAGS = {
    "v1.0.0": "a", "1.1.0": "b", "release-1.2.0": "c", "tap-x-v2.0.0": "d",
    "tap_x/2.1.0": "e", "tap-x@2.2.0": "f", "tap-y-v9.0.0": "g", "nightly": "h",
    "v1.0.0-final-really": "i",
}  # fmt: skip


def test_tags_that_name_the_project_come_before_those_without_a_name():
    found = releases_of(TAGS, names=["tap-x"])
    assert [one.tag for one in found] == ["tap-x@2.2.0", "tap_x/2.1.0", "tap-x-v2.0.0"]


def test_tags_of_another_project_are_no_releases_of_this_one():
    found = releases_of(TAGS, names=["tap-z"])
    assert [str(one.version) for one in found] == ["1.2.0", "1.1.0", "1.0.0"]


@pytest.fixture
def origin(tmp_path):
    """A repository with one release, v1.2.3."""
    repo = Repo.init(tmp_path / "tap-alpha", initial_branch="main")
    commit(repo, **{"pyproject.toml": PYPROJECT, "tap_alpha/tap.py": TAP})
    repo.create_tag("v1.2.3")
    yield repo
    repo.close()


def commit(repo, **files):
    for path, content in files.items():
        place = Path(repo.working_dir, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
    repo.git.add("-A")
    return repo.index.commit("Say more", author=ADA, committer=ADA)


def look(repo, last=None, folder=""):
    known = Known()
    if last:
        known = Known(
            validators=last.validators,
            revision=last.revision,
            identity=last.identity,
            previous=lambda: last.evidence[0],
        )
    return fetch_repository(
        repo.working_dir + folder, known=known, http=None, timeout_s=20
    )


def test_a_first_look_brings_the_reading_the_releases_and_an_identity(origin):
    seen = look(origin)
    (release,) = seen.evidence[0].body["releases"]
    assert seen.revision == origin.head.commit.hexsha
    assert seen.identity == f"commit:{origin.head.commit.hexsha}"
    assert seen.active_at == origin.head.commit.committed_datetime
    assert release["version"] == "1.2.3"
    assert release["reading"]["settings"] == ["mode", "since", "tags", "token"]
    assert release["reading"]["streams"] == ["users"]


def test_nothing_is_fetched_where_head_and_tags_are_known(origin):
    assert look(origin, look(origin)) is None


def test_a_commit_without_new_metadata_is_no_news(origin):
    first = look(origin)
    commit(origin, **{"tests/test_it.py": "assert True"})
    second = look(origin, first)
    assert second.revision != first.revision
    assert second.evidence[0].digest == first.evidence[0].digest


def test_a_new_tag_adds_a_release(origin):
    first = look(origin)
    origin.create_tag("v1.3.0")
    releases = look(origin, first).evidence[0].body["releases"]
    assert [one["version"] for one in releases] == ["1.3.0", "1.2.3"]


def test_a_moved_tag_keeps_its_first_commit_and_is_told_of(origin):
    first = look(origin)
    old = origin.head.commit.hexsha
    new = commit(origin, **{"README.md": "New"}).hexsha
    origin.create_tag("v1.2.3", force=True)
    second = look(origin, first)
    (evidence,) = second.evidence
    (finding,) = evidence.findings
    assert evidence.body["releases"][0]["commit"] == old
    assert finding.code == "retagged"
    assert old in finding.message and new in finding.message
    assert look(origin, second) is None


def test_a_folder_of_a_repository_is_read_on_its_own(origin):
    other = PYPROJECT.replace("alpha", "beta")
    commit(origin, **{"taps/tap-beta/pyproject.toml": other})
    origin.create_tag("tap-beta-v0.1")
    body = look(origin, folder="#subdirectory=taps/tap-beta").evidence[0].body
    assert body["reading"]["metadata"]["name"] == "tap-beta"
    assert [one["tag"] for one in body["releases"]] == ["tap-beta-v0.1"]
