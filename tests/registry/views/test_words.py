"""The small pure parts: monograms, versions, package sources, settings."""

import re

import pytest

from registry.views.brand.monogram import monogram_of
from registry.views.catalog.chips import python_versions
from registry.views.releases.naming import by
from registry.views.runs.conformance import CHECKS
from registry.views.variants.groups import groups_of, requirement
from registry.views.variants.install import package_name, package_source
from scrapers.probes import packaging
from tests.registry.cast import say, source_of, variant


@pytest.mark.parametrize(("label", "letters"), [
    ("Hubspot", "Hu"), ("Amazon Redshift", "AR"), ("dbt", "Db"), ("(x)", "X"),
    ("", "Cs"), ("Größe", "Gr"), ("!!", "Cs"),
])  # fmt: skip
def test_a_monogram_is_two_letters_at_most(label, letters):
    assert monogram_of("tap-csv", label).letters == letters


def test_a_name_without_letters_still_has_a_monogram():
    assert monogram_of("--").letters == "?"


@pytest.mark.parametrize(("versions", "words"), [
    (["3.12", "3.10", "3.11"], "3.10–3.12"), (["3.9", "3.11"], "3.9, 3.11"),
    (["3.13"], "3.13"), ([], ""), (None, ""), ([3.1, "x", {}], "3.1"),
])  # fmt: skip
def test_python_versions_are_a_range_where_unbroken(versions, words):
    assert python_versions(versions) == words


@pytest.mark.parametrize(("pip_url", "source"), [
    ("git+https://git.example.org/a/b.git", "Git, default branch"),
    ("git+https://git.example.org/a/b.git@v1", "Git at v1"),
    ("git+ssh://git@git.example.org/a/b.git", "Git, default branch"),
    ("git+ssh://git@git.example.org/a/b.git@v1", "Git at v1"),
    ("https://git.example.org/a/b.git@v2", "Git at v2"),
    ("https://files.example.org/b.tar.gz", "Download"),
    ("tap-b", "Package, newest release"), ("tap-b==1.0", "Package, pinned"),
    ("tap-b<2", "Package, newest release allowed"),
    ("tap-b==1.*", "Package, newest release allowed"),
    ("a b c", "3 requirements"), ("", "Nothing to install"),
])  # fmt: skip
def test_the_source_of_a_package_is_said_in_words(pip_url, source):
    assert package_source(pip_url) == source


@pytest.mark.parametrize(("pip_url", "name"), [
    ("tap-b[s3]~=1.0", "tap-b"), ("git+https://x.example/b", ""), ("a b", ""), ("", ""),
])  # fmt: skip
def test_a_package_name_is_told_from_an_address(pip_url, name):
    assert package_name(pip_url) == name


@pytest.mark.parametrize(("groups", "words"), [
    ([], "Not declared"), ([["a"]], "Yes"), ([["b"]], "No"), ([["a"], ["a", "b"]], "Yes"),
    ([["a"], ["b"]], "In set 1"), ([["a"], ["b"], ["a"]], "In set 1 or 3"), ([[]], "No"),
])  # fmt: skip
def test_a_setting_is_required_by_its_groups(groups, words):
    assert requirement("a", groups) == words


def test_groups_that_are_none_are_passed_over():
    assert groups_of({"settings_group_validation": "x"}) == []
    assert groups_of({"settings_group_validation": [None, ["a", 1]]}) == [["a", "1"]]


def test_a_package_without_a_maintainer_is_by_nobody():
    assert by("ada") == "by ada"
    assert by(packaging.PACKAGE) == "as packaged, by no named maintainer"


def test_it_is_called_so_wherever_a_variant_is_named(db, read):
    say(source_of("definitions"), variant("package", description="Reads."))
    for address in ("", "/versions", "/streams", "/changes", "/badges"):
        page = read(f"/extractors/tap-alpha--package{address}")
        assert "as packaged, by no named maintainer" in page
        assert "by package" not in page


def test_a_file_without_places_does_not_ask_to_fill_them_in(db, read):
    said = [
        variant("ada", settings=[{"name": "token", "kind": "string"}],
                settings_group_validation=[["token"]]),
        variant("bo", settings=[{"name": "limit", "kind": "integer"}],
                settings_group_validation=[[]]),
    ]  # fmt: skip
    say(source_of("definitions"), *said)
    words = "Replace what stands in angle brackets."
    assert words in read("/extractors/tap-alpha--ada")
    assert words not in read("/extractors/tap-alpha--bo")


def test_programs_are_led_to_badges_and_the_feed(catalog, read):
    page = read("/extractors/tap-alpha--ada")
    assert '<a href="/extractors/tap-alpha--ada/badges">Badges for a README</a>' in page
    assert '<a href="/extractors/tap-alpha--ada/feed">Feed of changes</a>' in page


def test_checks_stand_in_parts_for_taps_and_for_targets(db, read):
    page = read("/conformance")
    places = [page.index(f'id="{anchor}"') for anchor in ("both", "taps", "targets")]
    assert places == sorted(places)
    for anchor in ("both", "taps", "targets"):
        assert f'href="#{anchor}"' in page
    of_targets = {one["id"] for one in CHECKS if one["kind"] == "target"}
    shown = set(re.findall(r'<tr id="([^"]+)"', page[places[2] :]))
    assert shown == of_targets
