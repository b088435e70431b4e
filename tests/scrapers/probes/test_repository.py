"""What follows from a repository's reading and its tags."""

from datetime import UTC, datetime

import pytest

from registry.schemas import definition_errors
from registry.vocabulary import Origin, PluginType
from scrapers.probes.repository import probe_repository

SHA = "a" * 40


def release(version, **reading):
    return {
        "tag": f"v{version}",
        "version": version,
        "commit": SHA,
        "committed_at": "2026-01-02T03:04:05+00:00",
        "reading": reading or None,
    }


def body(
    *, url="https://example.org/Ada.L/tap-alpha", directory="", releases=(), **said
):
    metadata = {
        "name": "ada-tap-alpha",
        "summary": "Alpha",
        "dependencies": ["singer-sdk~=0.40"],
    }
    reading = {"metadata": metadata, **said}
    return {
        "url": url,
        "directory": directory,
        "reading": reading,
        "releases": list(releases),
    }


def tap(**attributes):
    settings = [
        {
            "name": "token",
            "kind": "password",
            "required": True,
            "secret": True,
            "description": "A token",
        },
        {"name": "mode", "kind": "options", "options": ["a"], "default": "a"},
    ]
    return {
        "name": "TapAlpha",
        "bases": ["singer_sdk.Tap"],
        "path": "tap.py",
        "attributes": attributes,
        "settings": settings,
        "settings_complete": True,
    }


def definition_in(evidence):
    (variant,) = probe_repository(evidence).facts.variants
    return variant.definition


def test_a_variant_is_named_after_the_owner_of_the_address():
    report = probe_repository(body())
    (variant,) = report.facts.variants
    assert (report.facts.type, report.facts.name) == (
        PluginType.EXTRACTORS,
        "tap-alpha",
    )
    assert report.facts.origin is Origin.REPOSITORY
    assert variant.name == "ada-l"
    assert variant.maintainer.label == "Ada.L"
    assert variant.maintainer.url == "https://example.org/Ada.L"


def test_a_source_names_its_package_and_whether_someone_is_sought():
    source = probe_repository(body(songbook={"maintenance": "seeking"})).source
    assert source.names == ("pypi:ada-tap-alpha",)
    assert source.is_seeking is True


def test_an_installer_is_given_the_newest_final_tag_and_the_folder():
    releases = [release("2.0.0rc1"), release("1.10.0"), release("1.9.0")]
    found = definition_in(body(directory="taps/tap-alpha", releases=releases))
    assert found["pip_url"] == (
        "git+https://example.org/Ada.L/tap-alpha.git@v1.10.0#subdirectory=taps/tap-alpha"
    )


def test_settings_and_capabilities_of_one_sdk_class_are_taken():
    said = tap(
        capabilities=["TapCapabilities.CATALOG", "PluginCapabilities.FLATTENING"]
    )
    found = definition_in(body(classes=[said]))
    assert found["capabilities"] == ["catalog", "schema-flattening"]
    assert found["settings"] == [
        {"name": "token", "kind": "password", "description": "A token"},
        {
            "name": "mode",
            "kind": "options",
            "options": [{"label": "a", "value": "a"}],
            "value": "a",
        },
    ]


@pytest.mark.parametrize(
    "classes",
    [
        [tap(), tap()],
        [tap() | {"bases": ["mine.MyTap"]}],
        [tap(capabilities=["other"]) | {"settings_complete": False}],
    ],
)
def test_what_is_not_certain_is_left_out(classes):
    found = definition_in(body(classes=classes))
    assert "settings" not in found and "capabilities" not in found


def test_a_definition_keeps_to_the_format():
    found = definition_in(body(classes=[tap()], releases=[release("1.0")]))
    wrong = [error.message for error in definition_errors("extractors", found)]
    # Someone else's word is wanted for these: no file of a connector says them.
    assert all("is a required property" in message for message in wrong), wrong


def test_a_release_has_its_commit_and_its_own_python():
    said = release("1.0", requires_python=">=3.10", license="MIT")
    (variant,) = probe_repository(body(releases=[said])).facts.variants
    (found,) = variant.releases
    assert found.artifacts == {"commit": SHA}
    assert found.released_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (found.requires_python, found.license) == (">=3.10", "MIT")


def test_a_script_names_a_connector_whose_project_is_called_otherwise():
    evidence = body()
    evidence["reading"]["metadata"] = {
        "name": "alpha-tools",
        "scripts": {"target-alpha": "x:main"},
    }
    assert probe_repository(evidence).facts.name == "target-alpha"


def test_what_is_no_connector_is_said_in_words():
    evidence = body(url="https://example.org/ada/website")
    evidence["reading"] = {}
    report = probe_repository(evidence)
    assert report.facts is None
    assert [finding.message for finding in report.findings] == [
        "website is not named like a tap or a target, and neither is a script."
    ]
