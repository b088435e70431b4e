"""A file that can't be taken costs nothing but itself: the rest goes on, the old word stays."""

import json
import os
import subprocess

import pytest
import yaml
from git import Repo

from registry.models import Plugin, Snapshot, Source, Variant
from scrapers.crawlers.definitions.reading import SIZE_LIMIT
from tests.definitions import definition_of
from tests.registry.rows import documents, happened

pytestmark = pytest.mark.django_db

GOOD = yaml.safe_dump(definition_of("extractors", "tap-alpha", "ada"), sort_keys=False)
LINES = GOOD.count("\n")


def with_default(value):
    """Return a definition in which one setting has `value` as its default."""
    return GOOD.replace("value: 5", f"value: {value}")


VALUE = next(n for n, line in enumerate(GOOD.splitlines(), 1) if "value: 5" in line)
# Each doubles the one before it: a thousand letters become a thousand million.
BOMB = (
    f"[&a0 {'x' * 1000}, {', '.join(f'&a{n + 1} [*a{n}, *a{n}]' for n in range(20))}]"
)

BAD = {
    "broken YAML": (GOOD + "label: [", LINES + 2, "YAML is broken"),
    "bad indentation": ("name: tap-alpha\n  x: 1\n", 2, "YAML is broken"),
    "empty": ("", 1, "empty"),
    "no mapping": ("- a\n", 1, "is not of type 'object'"),
    "a key of no schema": (GOOD + "unknown: 1\n", LINES + 1, "'unknown'"),
    "a kind of no schema": (
        GOOD.replace("kind: integer", "kind: number"),
        VALUE - 1,
        "settings.1.kind: 'number'",
    ),
    "a missing key": (GOOD.replace("namespace: tap_alpha\n", ""), 1, "'namespace'"),
    "another name": (GOOD.replace("name: tap-alpha", "name: tap-x"), 1, "'tap-x'"),
    "another variant": (GOOD.replace("variant: ada", "variant: bo"), 3, "'bo'"),
    "a duplicate key": (GOOD + "label: Again\n", LINES + 1, "'label' stands twice"),
    "a duplicate key inside": (
        with_default("5\n  value: 6"),
        VALUE + 1,
        "'value' stands twice",
    ),
    "two documents": (GOOD + "---\na: 1\n", LINES + 1, "YAML is broken"),
    "a date": (with_default("2024-01-01"), VALUE, "timestamp"),
    "a key that is no text": (with_default("{1: a}"), VALUE, "The key '1'"),
    "binary": (b"name: \x00\x01\xfe\xff\n", 1, "not UTF-8"),
    "Latin-1": ("name: x\nlabel: é\n".encode("latin-1"), 2, "not UTF-8"),
    "an object of Python": (
        with_default("!!python/object/apply:os.system [id]"),
        VALUE,
        "type os.system",
    ),
    "infinity": (with_default(".inf"), VALUE, "JSON number"),
    "more than a number holds": (with_default("1.0e+999"), VALUE, "JSON number"),
    "a number of a thousand digits": (
        with_default("0x" + "f" * 9000),
        VALUE,
        "JSON number",
    ),
    "a NUL": (with_default('"a\\0b"'), VALUE, "NUL"),
    "a NUL in a key": (with_default('{"a\\0b": 1}'), VALUE, "NUL"),
    "no boolean": (with_default("!!bool maybe"), 1, "YAML is broken"),
    "no number": (with_default('!!int ""'), VALUE, "JSON number"),
    "an alias of itself": (with_default("&a [*a]"), VALUE, "Nested deeper"),
    "aliases that multiply": (with_default(BOMB), VALUE, "aliases"),
    "an alias of a long text": (
        with_default(f"[&a '{'x' * (SIZE_LIMIT // 9)}', {', '.join(['*a'] * 12)}]"),
        VALUE,
        "aliases",
    ),
    "deep nesting": (with_default("[" * 99 + "]" * 99), VALUE, "Nested deeper"),
    "nesting that breaks parsers": (with_default("[" * 100_000), VALUE, "Nested"),
    "nesting without brackets": ("- " * 100_000 + "a", 1, "Nested deeper"),
    "too much": (GOOD + "#" * SIZE_LIMIT, None, "at most"),
}


@pytest.fixture
def bad(crawl, folder, request):
    """A tree that was crawled, in which one file went bad and another got better."""
    content, line, words = BAD[request.param]
    crawl(folder)
    folder.write_text("extractors", "tap-alpha", "ada", content)
    folder.write("extractors", "tap-alpha", "bo", description="Better in the same.")
    folder.write("loaders", "target-gamma", "ada", description="Better elsewhere.")
    place = "_data/meltano/extractors/tap-alpha/ada.yml"
    return f"rejected: {place}{f':{line}' if line else ''}", words


@pytest.mark.parametrize("bad", BAD, indirect=True)
def test_bad_file_is_told_by_line_and_keeps_its_last_good_word(crawl, folder, bad):
    place, words = bad
    before, events = documents(), happened()
    said = crawl(folder)
    [line] = [line for line in said.splitlines() if line.startswith("rejected")]
    assert line.startswith(f"{place}:")
    assert words in line
    assert len(line) < 600
    changed = {path for path, body in documents().items() if before[path] != body}
    assert changed == {"extractors/tap-alpha--bo", "loaders/target-gamma--ada"}
    assert sorted(happened()[len(events) :]) == [
        ("tap-alpha--bo", "changed"),
        ("target-gamma--ada", "changed"),
    ]


@pytest.mark.parametrize("bad", ["broken YAML"], indirect=True)
def test_repaired_file_is_taken_and_its_finding_gone(crawl, folder, bad):
    crawl(folder)
    [kept] = newest("extractors/tap-alpha").findings
    assert kept["path"] == "_data/meltano/extractors/tap-alpha/ada.yml"
    assert kept["line"] == LINES + 2
    folder.write("extractors", "tap-alpha", "ada", description="Repaired.")
    assert "rejected" not in crawl(folder)
    assert newest("extractors/tap-alpha").findings == []
    document = json.loads(documents()["extractors/tap-alpha--ada"])
    assert document["description"] == "Repaired."


def newest(subject):
    return Snapshot.objects.latest_of(Source.objects.get(), [subject]).get()


def test_bad_file_that_changes_and_stays_bad_keeps_the_last_good_word(crawl, folder):
    crawl(folder)
    before = documents()
    for content in ("a: [", "b: [", "- 1"):
        folder.write_text("extractors", "tap-alpha", "ada", content)
        assert "rejected" in crawl(folder)
    assert documents() == before


def test_new_bad_file_is_no_variant_until_it_is_good(crawl, folder):
    folder.write_text("extractors", "tap-alpha", "cy", "name: [")
    folder.write_text("extractors", "tap-new", "cy", "name: [")
    assert crawl(folder).count("rejected: ") == 2
    assert not Variant.objects.filter(name="cy").exists()
    assert not Plugin.objects.filter(name="tap-new").exists()
    folder.write("extractors", "tap-new", "cy")
    assert crawl(folder).count("rejected: ") == 0
    assert "extractors/tap-new--cy" in documents()


def test_many_mistakes_in_a_file_are_told_a_few(crawl, folder):
    settings = [{"name": n} for n in range(50)]
    folder.write("extractors", "tap-beta", "ada", settings=settings)
    assert crawl(folder).count("rejected: ") == 5


@pytest.mark.parametrize(
    "path",
    [
        "_data/meltano/connectors/tap-x/ada.yml",
        "_data/meltano/extractors/tap-x.yml",
        "_data/meltano/extractors/tap-x/more/ada.yml",
        "_data/meltano/maintainers.yml",
        "_data/meltano/extractors/default_variants.yml",
        f"_data/meltano/extractors/{'x' * 200}/ada.yml",
    ],
)
def test_file_at_no_definitions_place_is_told_and_passed_over(crawl, folder, path):
    crawl(folder)
    before = documents()
    file = folder.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("tap-alpha: bo\n")
    said = crawl(folder)
    assert f"rejected: {path}: Not at meltano/TYPE/PLUGIN/VARIANT.yml" in said
    assert documents() == before
    [finding] = Source.objects.get().findings
    assert finding["path"] == path


@pytest.mark.parametrize("name", ["a--b", "-a", "a b", "a-", "é", "A" * 121])
def test_name_that_can_not_stand_in_an_address_is_refused(crawl, folder, name):
    folder.write("extractors", "tap-alpha", name)
    assert "can't stand in an address" in crawl(folder)
    assert not Variant.objects.filter(name=name).exists()


def test_file_name_that_is_no_text_is_told_and_passed_over(crawl, folder):
    place = folder.path("extractors", "tap-alpha", "x").parent
    (place / os.fsdecode(b"\xff.yml")).write_text(GOOD)
    for place in (folder.root, repository_of(folder)):
        said = crawl(place)
        assert (
            "rejected: _data/meltano/extractors/tap-alpha/\N{REPLACEMENT CHARACTER}"
            in said
        )
        assert "3 plugins found" in said


def repository_of(folder):
    repo = Repo.init(folder.root)
    repo.git.add(all=True)
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    repo.git.execute(["git", *name, "commit", "-m", "All"])
    return folder.root.as_uri()


def test_name_longer_than_a_file_system_allows_is_told_and_passed_over(crawl, folder):
    url = repository_of(folder)
    blob = (
        subprocess.run(
            ["git", "hash-object", "-w", "--stdin"],
            cwd=folder.root,
            input=GOOD.encode(),
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    path = f"_data/meltano/extractors/{'x' * 5000}/ada.yml"
    repo = Repo(folder.root)
    repo.git.update_index("--add", "--cacheinfo", f"100644,{blob},{path}")
    repo.index.commit("A long name")
    said = crawl(url)
    assert "3 plugins found" in said
    assert "Not at meltano/TYPE" in said


def test_links_are_passed_over(crawl, folder):
    for variant, target in (("cy", "/etc/hostname"), ("dee", "bo.yml")):
        folder.path("extractors", "tap-alpha", variant).symlink_to(target)
    for place in (folder.root, repository_of(folder)):
        assert "3 plugins found" in crawl(place)
    assert set(Variant.objects.values_list("name", flat=True)) == {"ada", "bo"}


@pytest.mark.parametrize("name", ["default_variants.yml", "maintainers.yml"])
def test_broken_shared_file_leaves_what_it_last_said(crawl, folder, name):
    folder.maintainers({"ada": {"label": "Ada"}})
    folder.defaults({"extractors": {"tap-alpha": "bo"}})
    crawl(folder)
    before, events = documents(), happened()
    shared = folder.root / "_data" / name
    good = shared.read_text()
    shared.write_text(good + "\n- broken")
    assert f"rejected: _data/{name}:" in crawl(folder)
    assert (documents(), happened()) == (before, events)
    folder.write("extractors", "tap-alpha", "ada", description="Better.")
    assert f"rejected: _data/{name}:" in crawl(folder)
    assert (
        json.loads(documents()["extractors/index"])["tap-alpha"]["default_variant"]
        == "bo"
    )
    shared.write_text(good.replace("bo", "ada"))
    assert "rejected" not in crawl(folder)
    assert Source.objects.get().findings == []


def test_broken_metrics_leave_the_last_counts(crawl, folder):
    folder.metrics({"https://git.example.org/ada/tap-beta": {"all_projects": 7}})
    crawl(folder)
    (folder.root / "_data" / "variant_metrics.yml").write_text("metrics: [")
    assert "rejected: _data/variant_metrics.yml:" in crawl(folder)
    assert Variant.objects.get(plugin__name="tap-beta").counters == {"all_projects": 7}


@pytest.mark.parametrize(
    "row",
    [
        {"all_projects": "many"},
        {"all_projects": True},
        [],
        None,
        {"all_projects": 1e99},
    ],
)
def test_metrics_of_another_shape_count_nothing(crawl, folder, row):
    folder.metrics({"https://git.example.org/ada/tap-beta": row})
    crawl(folder)
    assert Variant.objects.get(plugin__name="tap-beta").counters == {}


def test_long_words_about_a_maintainer_are_cut(crawl, folder):
    long = {"label": "A" * 999, "url": "https://ada.example/" + "x" * 999}
    folder.maintainers({"ada": long})
    crawl(folder)
    maintainer = Variant.objects.get(plugin__name="tap-beta").maintainer
    assert maintainer.label == "A" * 200
    assert maintainer.url == ""


def test_settings_whose_names_begin_alike_for_long_are_taken(crawl, folder):
    settings = [{"name": "x" * 300 + end} for end in "ab"]
    folder.write("extractors", "tap-beta", "ada", settings=settings)
    crawl(folder)
    document = json.loads(documents()["extractors/tap-beta--ada"])
    assert document["settings"] == settings
