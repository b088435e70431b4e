"""The newest released Meltano works with Songbook as it does with the public hub."""

import json

import pytest

from tests.contract.clients.locks import lock_of
from tests.contract.clients.projects import NOWHERE
from tests.contract.clients.releases import NEWEST

# One of each type that has to be named. A transform needs a transformer to be there.
TYPED = [
    ("transformers", "dbt-postgres"),
    ("orchestrators", "airflow"),
    ("files", "files-docker"),
    ("mappers", "meltano-map-transformer"),
]


def test_ping_finds_the_hub_whatever_slashes_and_credentials_it_is_given(project, real):
    newest = project(NEWEST, f"{real.url}/")

    answer = newest.meltano("hub", "ping", MELTANO_HUB_URL_AUTH="Bearer unheard-of")

    assert answer.code == 0, answer.said
    assert f"Successfully connected to the Hub at '{real.url}/" in answer


@pytest.mark.parametrize(("options", "count"), [([], 736), (["--all"], 1190)])
def test_list_shows_the_whole_catalogue(project, real, options, count):
    newest = project(NEWEST, real)

    answer = newest.meltano("hub", "list", "--format=json", *options)

    assert answer.code == 0, answer.said
    shown = {
        (row["type"], row["name"], row["variant"], row["default"])
        for row in json.loads(answer.out)
    }
    assert len(shown) == count
    singular = {"utilities": "utility", "files": "file bundle"}
    assert shown == {
        (
            singular.get(kind, kind[:-1]),
            name,
            variant,
            variant == entry["default_variant"],
        )
        for kind, index in real.indexes().items()
        for name, entry in index.items()
        for variant in entry["variants"]
        if options or variant == entry["default_variant"]
    }


def test_add_takes_the_default_variant_of_several_plugins(project, real):
    newest = project(NEWEST, f"{real.url}/")

    names = ["tap-github", "target-jsonl", "dbt-duckdb"]
    answer = newest.meltano("add", "--no-install", *names)

    assert answer.code == 0, answer.said
    assert newest.locks() == {
        key: lock_of(key[0], real.document(key[0], name, variant))
        for key, name, variant in (
            (("extractors", "tap-github--meltanolabs"), "tap-github", "meltanolabs"),
            (("loaders", "target-jsonl--andyh1203"), "target-jsonl", "andyh1203"),
            (("utilities", "dbt-duckdb--jwills"), "dbt-duckdb", "jwills"),
        )
    }
    assert newest.plugins("extractors")["tap-github"]["variant"] == "meltanolabs"


def test_add_takes_the_variant_it_is_told(project, real):
    newest = project(NEWEST, real)

    words = ["tap-github", "--variant", "singer-io", "--no-install"]
    answer = newest.meltano("add", *words, MELTANO_HUB_URL_AUTH="Bearer unheard-of")

    assert answer.code == 0, answer.said
    document = real.document("extractors", "tap-github", "singer-io")
    assert newest.locks() == {
        ("extractors", "tap-github--singer-io"): lock_of("extractors", document)
    }
    added = newest.plugins("extractors")["tap-github"]
    assert added["variant"] == "singer-io"
    assert added["pip_url"] == document["pip_url"]


@pytest.mark.parametrize(("kind", "name"), TYPED)
def test_add_takes_a_plugin_of_a_named_type(project, real, kind, name):
    newest = project(NEWEST, real)

    answer = newest.meltano("add", "--plugin-type", kind, name, "--no-install")

    assert answer.code == 0, answer.said
    variant = real.index(kind)[name]["default_variant"]
    # A plugin may require others, which are added with it.
    assert newest.locks()[kind, f"{name}--{variant}"] == lock_of(
        kind, real.document(kind, name, variant)
    )


def test_add_takes_a_transform_beside_its_transformer(project, real):
    newest = project(NEWEST, real)
    newest.write(transformers=[{"name": "dbt", "variant": "dbt-labs"}])

    words = ["--plugin-type", "transforms", "tap-gitlab", "--no-install"]
    answer = newest.meltano("add", *words)

    assert answer.code == 0, answer.said
    document = real.document("transforms", "tap-gitlab", "meltano")
    lock = newest.locks()["transforms", "tap-gitlab--meltano"]
    assert lock == lock_of("transforms", document)


def test_add_takes_a_definition_by_its_address(project, real):
    newest = project(NEWEST, NOWHERE)
    address = real.index("extractors")["tap-github"]["variants"]["singer-io"]["ref"]

    words = ["add", "--no-install", "--from-ref", address, "tap-github"]
    answer = newest.meltano(*words)

    assert answer.code == 0, answer.said
    document = real.document("extractors", "tap-github", "singer-io")
    added = newest.plugins("extractors")["tap-github"]
    for key in ("variant", "namespace", "pip_url", "docs", "logo_url", "capabilities"):
        assert added[key] == document[key]
    assert newest.locks() == {}


def test_unknown_plugin_is_said_to_be_unknown(project, real):
    newest = project(NEWEST, real)

    answer = newest.meltano("add", "tap-unheard-of", "--no-install")

    assert answer.code == 1
    assert "Extractor 'tap-unheard-of' is not known to Meltano." in answer


def test_unknown_variant_is_answered_with_those_there_are(project, real):
    newest = project(NEWEST, real)

    words = ["add", "tap-github", "--variant", "nobody", "--no-install"]
    answer = newest.meltano(*words)

    assert answer.code == 1
    known = "Variants: ['meltanolabs (default)', 'airbyte', 'singer-io']"
    assert (
        f"Extractor 'tap-github' variant 'nobody' is not known to Meltano. {known}"
        in (answer)
    )


def test_every_definition_locks_to_what_is_served(project, real):
    newest = project(NEWEST, real)
    everything = [
        (kind, name, variant)
        for kind, index in real.indexes().items()
        for name, entry in index.items()
        for variant in entry["variants"]
    ]
    plugins = {}
    for kind, name, variant in everything:
        plugins.setdefault(kind, []).append({"name": name, "variant": variant})
    newest.write(**plugins)

    answer = newest.meltano("lock", "--update")

    assert answer.code == 0, answer.said
    locks = newest.locks()
    assert len(everything) == len(locks) == 1190
    for kind, name, variant in everything:
        expected = lock_of(kind, real.document(kind, name, variant))
        assert locks[kind, f"{name}--{variant}"] == expected
