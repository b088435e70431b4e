"""A few real packages, from the real index to the catalog.

A sample of each kind in the seed, and no more: a public index is no catalogue to scan,
and this runs with every run of the tests.
"""

import pytest
from django.core.management.base import CommandError
from packaging.version import Version

from registry.models import Release, Snapshot, Source, Variant
from registry.vocabulary import PluginType
from scrapers.seed import SEED

pytestmark = pytest.mark.django_db

# A tap with many releases, pre-releases among them; a tap whose name has its maker's in
# front; a target of 2017 that has no wheel.
SAMPLE = {
    "tap-dbt": PluginType.EXTRACTORS,
    "meltanolabs-tap-github": PluginType.EXTRACTORS,
    "target-csv": PluginType.LOADERS,
}
# A connection over the Internet breaks now and then.
TRIES = 3
NOT_NOW = ("could not be reached", "has a fault", "asks to wait")


@pytest.fixture(params=SAMPLE)
def package(request, crawl):
    """The name of a package that was just crawled."""
    reason = ""
    for _ in range(TRIES):
        try:
            crawl(f"pypi:{request.param}")
        except CommandError as error:
            reason = str(error)
            if not any(words in reason for words in NOT_NOW):
                raise
        else:
            return request.param
    pytest.skip(f"the package index is not there: {reason}")


def test_real_package_is_what_its_index_says(package, crawl):
    assert package in SEED
    variant = Variant.objects.get()
    assert variant.plugin.type == SAMPLE[package]
    assert variant.pip_url == package
    files = Snapshot.objects.get().evidence["files"]
    versions = [Version(file["version"]) for file in files]
    assert versions == sorted(versions)
    assert set(map(Version, Release.objects.values_list("version", flat=True))) == set(
        versions
    )
    kept = [Version(f["version"]) for f in files if not f["yanked"]]
    newest = max(kept, key=lambda version: (not version.is_prerelease, version))
    assert Version(variant.current_release.version) == newest
    assert all(len(file["sha256"]) == 64 for file in files)
    # At once again: nothing has come since, with an ETag or without.
    assert "unchanged" in crawl(f"pypi:{package}")
    assert Source.objects.get(kind="package").failures == 0
