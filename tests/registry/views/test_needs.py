"""What an install took here: a compiler, a library, a framework; on pages, in words."""

import pytest

from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, failed, installed, step

pytestmark = pytest.mark.django_db
VARIANT = "/extractors/tap-alpha--ada"
BUILT = "Part of what it installs was built here from source, which took a compiler."
PLAIN = "It was installed without a compiler."


def wheel(name, *, platform="any", built=True):
    file = f"{name}-1.0-cp312-cp312-{platform}.whl"
    return {"name": name, "version": "1.0", "built": built, "wheel": file}


@pytest.fixture
def package():
    return packaged()


@pytest.fixture
def compiled(package):
    """A release with a part that was compiled here."""
    packages = [wheel("tap-alpha"), wheel("fast", platform="linux_x86_64")]
    return ran(package, *installed(about()), packages=packages)


def test_a_compiler_that_was_needed_is_told_on_each_page(compiled, read):
    assert compiled.needs_compiler == "yes"
    for page in (f"/runs/{compiled.pk}", f"{VARIANT}/versions/1.1", VARIANT):
        assert read(page).count(BUILT) == 1


def test_pythons_are_named_where_they_differ(compiled, package, read):
    packages = [wheel("tap-alpha"), wheel("fast", built=False)]
    ran(package, *installed(about()), packages=packages, python="3.13")
    for page in (f"{VARIANT}/versions/1.1", VARIANT):
        said = read(page)
        assert f"Python 3.12: {BUILT}" in said
        assert f"Python 3.13: {PLAIN}" in said


def test_what_could_not_be_built_says_what_it_takes(package, read):
    stderr = "error: command 'gcc' failed: No such file or directory"
    run = ran(package, step("resolve"), failed("install", stderr))
    assert (run.installs, run.needs_compiler) == ("unknown", "yes")
    page = read(f"/runs/{run.pk}")
    assert (
        "Part of what it installs has to be built from source, which takes a compiler."
        in page
    )
    assert BUILT not in page


def test_a_system_library_that_was_missing_is_named(package, read):
    stderr = "Error: pg_config executable not found."
    run = ran(package, step("resolve"), failed("install", stderr))
    assert run.needs_library == "libpq"
    for page in (f"/runs/{run.pk}", f"{VARIANT}/versions/1.1", VARIANT):
        assert "It needs the system library <code>libpq</code>" in read(page)


def test_the_framework_is_told_with_its_version(package, read):
    run = ran(package, *installed(about(sdk_version="0.44.1")))
    assert (run.framework, run.sdk_version) == ("singer-sdk", "0.44.1")
    assert "It is built with singer-sdk 0.44.1." in read(VARIANT)


def test_packages_are_listed_with_licences_and_sizes(package, read):
    pip = {"name": "requests", "version": "2.0", "license": "MIT", "size_bytes": 2048}
    run = ran(package, *installed(about()), packages=[pip])
    for page in (f"/runs/{run.pk}", f"{VARIANT}/versions/1.1"):
        said = read(page)
        assert "<td>MIT</td>" in said
        assert "2.0\xa0KB" in said


def test_what_is_not_known_is_not_said(package, read):
    run = ran(package, step("resolve"), failed("install", "Killed", signal=9))
    page = read(f"/runs/{run.pk}")
    assert "compiler" not in page
    assert "built with" not in page
