"""Which release an install takes, and what a project's files say of it."""

import json
import shlex
from types import SimpleNamespace

import pytest
import yaml

from registry.models import Plugin, Release, Setting, Source, Variant
from registry.views.variants.configuring import (
    project_yaml,
    reference,
    singer_json,
    variable,
)
from registry.views.variants.install import ways
from registry.views.variants.pinning import git_reference, pin_of
from registry.vocabulary import SourceKind

COMMIT = "0123456789abcdef" * 2 + "01234567"
GIT = "git+https://git.example.org/ada/tap-alpha.git"


def variant(pip_url, *, version="1.2", artifacts=None, kind="extractors", **said):
    """Return a variant that is in no database."""
    repository = Source(
        kind=SourceKind.REPOSITORY, address="https://git.example.org/ada/tap-alpha"
    )
    name = "target-alpha" if kind == "loaders" else "tap-alpha"
    return Variant(
        plugin=Plugin(type=kind, name=name),
        name="ada",
        pip_url=pip_url,
        repository=repository,
        current_release=version and Release(version=version, artifacts=artifacts or {}),
        listed_at="2026-01-01",
        definition={"capabilities": ["catalog", "discover", "state"]} | said,
    )


def code(row, key):
    return next(one.code for one in ways(row) if one.key == key)


@pytest.mark.parametrize(("pip_url", "pinned"), [
    ("tap-alpha", "tap-alpha==1.2"), ("tap-alpha[s3,b]~=1.0", "tap-alpha[b,s3]==1.2"),
    ("tap-alpha; python_version<'4'", 'tap-alpha==1.2 ; python_version < "4"'),
])  # fmt: skip
def test_a_package_is_pinned_to_the_shown_release(pip_url, pinned):
    pin = pin_of(variant(pip_url))
    assert (pin.requirement, pin.is_pinned) == (pinned, True)
    assert pin.words == "Pinned to 1.2."


def test_a_definition_that_allows_other_releases_alone_is_left_as_it_is():
    pin = pin_of(variant("tap-alpha<1"))
    assert (pin.requirement, pin.is_pinned) == ("tap-alpha<1", False)
    assert "Nothing pins it" in pin.words


def test_a_release_of_the_repository_pins_no_package():
    assert not pin_of(variant("tap-alpha", artifacts={"commit": COMMIT})).is_pinned


@pytest.mark.parametrize("part", ["", "#subdirectory=b"])
def test_a_repository_is_pinned_to_the_commit_of_the_release(part):
    pin = pin_of(variant(GIT + part, artifacts={"commit": COMMIT}))
    assert (pin.requirement, pin.is_pinned) == (f"{GIT}@{COMMIT}{part}", True)
    assert "the commit of 1.2" in pin.words


@pytest.mark.parametrize(("pip_url", "artifacts"), [
    (GIT, {}), (GIT, {"commit": "main; rm"}), (GIT.replace("ada", "bo"), {"commit": COMMIT}),
])  # fmt: skip
def test_without_a_known_commit_of_that_repository_nothing_pins_it(pip_url, artifacts):
    pin = pin_of(variant(pip_url, artifacts=artifacts))
    assert (pin.requirement, pin.is_pinned) == (pip_url, False)
    assert "Nothing pins it" in pin.words


@pytest.mark.parametrize(("reference", "is_pinned"), [("v1", False), (COMMIT, True)])
def test_a_reference_of_the_definition_stays(reference, is_pinned):
    pin = pin_of(variant(f"{GIT}@{reference}", artifacts={"commit": "f" * 40}))
    assert (pin.requirement, pin.is_pinned) == (f"{GIT}@{reference}", is_pinned)


def test_the_reference_of_a_folder_is_read_without_the_folder():
    assert git_reference(f"{GIT}@v1#subdirectory=b") == "v1"


def test_a_program_is_installed_on_the_python_it_was_seen_to_start_on():
    row = variant("tap-alpha")
    row.tried = {
        "version": "1.2",
        "pythons": {"3.9": "yes", "3.12": "yes", "3.13": "no"},
    }
    assert code(row, "uv") == "uv tool install --python 3.12 tap-alpha==1.2"
    assert code(row, "pipx") == "pipx install --python 3.12 tap-alpha==1.2"
    row.tried["version"] = "1.1"
    assert code(row, "uv") == "uv tool install tap-alpha==1.2"


def test_a_tap_runs_into_a_target_each_installed_alone():
    lines = code(variant("tap-alpha"), "singer").splitlines()
    assert lines == [
        "uv tool install tap-alpha==1.2",
        "uv tool install target-jsonl",
        "tap-alpha --config config.json --discover > catalog.json",
        (
            "tap-alpha --config config.json --catalog catalog.json"
            " | target-jsonl --config target-config.json > states.jsonl"
        ),
        "tail -n 1 states.jsonl > state.json",
        (
            "tap-alpha --config config.json --catalog catalog.json --state state.json"
            " | target-jsonl --config target-config.json > states.jsonl"
        ),
    ]


def test_a_tap_of_few_capabilities_is_told_no_more_than_it_knows():
    older = variant("tap-alpha", capabilities=["properties", "discover"])
    assert "--properties catalog.json" in code(older, "singer")
    assert "--state" not in code(older, "singer")
    plain = variant("tap-alpha", capabilities=[])
    assert "catalog" not in code(plain, "singer")


def test_a_loader_takes_what_a_tap_sends():
    run = code(variant("target-alpha", kind="loaders"), "singer")
    assert " | target-alpha --config config.json > states.jsonl" in run


def test_a_program_with_spaces_is_one_word_of_a_command():
    row = variant("tap-alpha", executable="tap; id")
    assert "'tap; id' --config config.json" in code(row, "singer")


def test_meltano_takes_the_definition_of_the_shown_release(settings):
    settings.PUBLIC_URL = "https://songbook.example"
    address = (
        "https://songbook.example/extractors/tap-alpha--ada/versions/1.2/definition"
    )
    newer, older, *_ = ways(variant("tap-alpha"))
    assert newer.code == f"meltano add tap-alpha --from-ref {address}"
    assert older.code == f"meltano add --from-ref {address} extractor tap-alpha"
    assert newer.note.endswith("held to tap-alpha==1.2.")
    assert newer.plain == "meltano add tap-alpha --variant ada"
    assert older.plain == "meltano add extractor tap-alpha --variant ada"
    assert newer.plain_note.startswith("Takes whatever is current on the day. The ")


def test_an_address_is_one_word_of_a_command(settings):
    settings.PUBLIC_URL = "https://songbook.example"
    [newer, *_] = ways(variant(GIT, version="a';id #$x", artifacts={"commit": COMMIT}))
    assert shlex.split(newer.code)[:4] == [
        "meltano", "add", "tap-alpha", "--from-ref",
    ]  # fmt: skip
    assert len(shlex.split(newer.code)) == 5


def test_meltano_says_what_it_installs_where_that_is_not_the_shown_release():
    [add, *_] = ways(variant("tap-alpha"))
    assert "The command takes what the definition says: tap-alpha." in add.plain_note
    [add, *_] = ways(variant("tap-alpha==1.2"))
    assert add.plain_note == "Takes whatever is current on the day."
    [add, *_] = ways(variant(GIT))
    assert add.plain == ""
    assert add.code == "meltano add tap-alpha --variant ada"
    assert "Nothing pins it: each install takes what the branch holds" in add.note


def test_the_projects_entry_is_pinned():
    block = yaml.safe_load(code(variant("tap-alpha"), "project"))
    [entry] = block["plugins"]["extractors"]
    assert entry == {"name": "tap-alpha", "variant": "ada", "pip_url": "tap-alpha==1.2"}


@pytest.mark.parametrize(("name", "said", "wanted"), [
    ("api.key", {}, "TAP_ALPHA_API_KEY"), ("ä b-c", {}, "TAP_ALPHA___B_C"),
    ("key", {"env": "ALPHA_KEY"}, "ALPHA_KEY"),
])  # fmt: skip
def test_variables_are_named_as_meltano_names_them(name, said, wanted):
    setting = Setting(name=name, definition=said)
    assert variable(variant("tap-alpha"), setting) == wanted


@pytest.mark.parametrize(("name", "said"), [("A_1", "$A_1"), ("a_key", "${a_key}")])
def test_a_variable_is_referred_to_so_that_meltano_sees_it(name, said):
    assert reference(name) == said


def test_names_that_yaml_takes_for_something_else_come_back_as_they_were():
    needed = [
        Setting(name=name, definition={}) for name in ("on", "a: b", "- x", "1", "#")
    ]
    block = project_yaml(variant("tap-alpha"), "", needed, {"on"})
    [entry] = yaml.safe_load(block)["plugins"]["extractors"]
    assert list(entry["config"]) == ["on", "a: b", "- x", "1", "#"]
    assert entry["config"]["on"] == "$TAP_ALPHA_ON"


def test_dots_lead_inwards_in_a_singer_config():
    needed = [
        SimpleNamespace(name=name, kind="string") for name in ("a.b", "a.c", "d", "d.e")
    ]
    assert json.loads(singer_json(needed)) == {
        "a": {"b": "<string>", "c": "<string>"},
        "d": "<string>",
    }


@pytest.mark.parametrize("pip_url", [
    "tap-alpha==1.*", "tap-alpha>=1 ; python_version == '3.9'",
])  # fmt: skip
def test_an_equals_sign_alone_pins_nothing(pip_url):
    pin = pin_of(variant(pip_url, version=None))
    assert (pin.requirement, pin.is_pinned) == (pip_url, False)


def test_a_package_is_not_pinned_to_what_a_branch_holds():
    pin = pin_of(variant("tap-alpha", version="HEAD"))
    assert (pin.requirement, pin.is_pinned) == ("tap-alpha", False)
