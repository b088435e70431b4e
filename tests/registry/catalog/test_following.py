"""What definitions name becomes sources, and what these say is said of their variants."""

import pytest

from registry.catalog.following import follow_variants
from registry.catalog.rating import rate_variants
from registry.facts import SourceFacts
from registry.models import Event, Release, Snapshot, Source, Variant
from registry.vocabulary import Origin, SourceKind
from scrapers.line import judge
from scrapers.probes import VERSION
from tests.registry.cast import NOW, look, release_of, say, source_of, variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def curated(db):
    return source_of("definitions")


def sources():
    rows = Source.objects.exclude(kind=SourceKind.DEFINITIONS)
    return {(row.kind, row.address) for row in rows}


def test_variants_get_the_sources_they_name_and_share_them(curated):
    wrapper = "git+https://github.com/Ada/wrapper.git"
    say(curated, variant("ada", pip_url=wrapper), variant("bo", pip_url=wrapper))
    say(
        curated,
        variant("ada", plugin="tap-beta", pip_url="tap-beta[all]==1.0", repo=...),
        plugin="tap-beta",
    )
    assert follow_variants(now=NOW) == 3
    assert {("repository", "https://github.com/ada/wrapper")} < sources()
    assert ("package", "tap-beta") in sources()
    shared = Variant.objects.filter(
        repository__address="https://github.com/ada/wrapper"
    )
    assert shared.count() == 2
    assert Variant.objects.get(plugin__name="tap-beta").package.address == "tap-beta"
    assert follow_variants(now=NOW) == 0


def test_new_address_is_followed_again_and_the_old_source_stays(curated):
    say(curated, variant("ada", pip_url="tap-alpha", repo=...))
    follow_variants(now=NOW)
    say(curated, variant("ada", pip_url="tap-other", repo=...))
    follow_variants(now=NOW)
    assert Variant.objects.get().package.address == "tap-other"
    assert {address for _, address in sources()} == {"tap-alpha", "tap-other"}


@pytest.mark.parametrize("repo", ["file:///etc", "/etc", "ext::sh -c id", "x" * 900])
def test_a_definition_leads_to_no_folder_of_this_machine(curated, repo):
    say(curated, variant("ada", pip_url=f"git+{repo}", repo=repo))
    follow_variants(now=NOW)
    assert sources() == set()


def test_every_variant_of_the_real_catalogue_has_its_source(crawl, real_definitions):
    crawl(real_definitions)
    while follow_variants(now=NOW):
        pass
    alone = Variant.objects.filter(package=None, repository=None)
    assert list(alone.values_list("plugin__name", "name")) == []
    wrapper = Source.objects.get(
        address="https://github.com/meltanolabs/tap-airbyte-wrapper"
    )
    assert wrapper.kept.count() > 200


def package_says(source, *versions, **artifacts):
    releases = tuple(release_of(version) for version in versions)
    said = variant("someone", plugin="tap-alpha", settings=..., releases=releases)
    say(source, said, origin=Origin.PACKAGE)


def test_releases_go_to_every_variant_that_installs_the_package(curated):
    say(
        curated,
        variant("ada", pip_url="tap-alpha", repo=...),
        variant("bo", pip_url="tap-alpha", repo=...),
        variant("cy", pip_url="tap-alpha-by-cy", repo=...),
    )
    follow_variants(now=NOW)
    package_says(source_of("tap-alpha", kind=SourceKind.PACKAGE), "1.0", "1.1")
    releases = Release.objects.values_list("variant__name", "version")
    assert sorted(releases) == [
        ("ada", "1.0"),
        ("ada", "1.1"),
        ("bo", "1.0"),
        ("bo", "1.1"),
    ]
    assert not Variant.objects.filter(name="someone").exists()


def test_what_a_package_said_before_anyone_named_it_is_recorded_again(curated):
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    package_says(package, "1.0")
    Snapshot.objects.update(probed_with=7)
    say(curated, variant("ada", pip_url="tap-alpha", repo=...))
    follow_variants(now=NOW)
    snapshot = Snapshot.objects.get(source=package)
    assert snapshot.probed_with == 0


def repository_says(source, name):
    said = variant(name, settings=..., pip_url=f"git+{source.address}.git")
    say(source, said, origin=Origin.REPOSITORY)


@pytest.mark.parametrize(
    ("package_names", "repository_names", "joined"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_package_and_repository_join_only_when_each_names_the_other(
    package_names, repository_names, joined
):
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    repository = source_of(
        "https://github.com/ada/tap-alpha", kind=SourceKind.REPOSITORY
    )
    if package_names:
        package.facts = SourceFacts(names=(repository.address,)).as_json()
    if repository_names:
        repository.facts = SourceFacts(
            names=("pypi:tap-alpha",), variant="ada"
        ).as_json()
    package.save()
    repository.save()
    repository_says(repository, "ada")
    package_says(package, "1.0")
    named = set(Variant.objects.values_list("name", flat=True))
    assert named == ({"ada"} if joined else {"ada", "someone"})
    held = Release.objects.get().variant.name
    assert held == ("ada" if joined else "someone")


def test_a_version_with_other_content_is_an_event_and_never_new_content():
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    first = release_of("1.0")
    other = release_of("1.0")
    object.__setattr__(other, "artifacts", {"1.0.whl": "f" * 64})
    for release in (first, other, other, first):
        said = variant("ada", settings=..., releases=(release,))
        say(package, said, origin=Origin.PACKAGE)
    row = Release.objects.get()
    assert row.artifacts == {"1.0.whl": "0" * 64}
    assert row.moved == {"1.0.whl": "f" * 64}
    [event] = Event.objects.filter(verb="retagged")
    assert event.data == {"version": "1.0", "now": {"1.0.whl": "f" * 64}}


def judged(source, *, at=NOW):
    """A package or a repository that the real probes have judged, by its evidence."""
    row = look(source, "", at=at)
    row.evidence = EVIDENCE[source.kind]
    row.save()
    judge([row], now=NOW)
    return row


EVIDENCE = {
    SourceKind.PACKAGE: {
        "name": "tap-alpha",
        "status": "active",
        "metadata": {"home_page": "https://github.com/Ada/tap-alpha"},
        "files": [
            {
                "filename": "tap_alpha-1.0.whl",
                "version": "1.0",
                "yanked": False,
                "requires_python": "",
                "sha256": "0" * 64,
                "uploaded_at": None,
            }
        ],
    },
    SourceKind.REPOSITORY: {
        "url": "https://github.com/ada/tap-alpha",
        "directory": "",
        "reading": {"metadata": {"name": "tap-alpha"}},
        "releases": [],
    },
}


@pytest.mark.parametrize("first", [SourceKind.PACKAGE, SourceKind.REPOSITORY])
def test_whoever_is_judged_first_a_package_and_its_repository_meet(first):
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    address = "https://github.com/ada/tap-alpha"
    repository = source_of(address, kind=SourceKind.REPOSITORY)
    for source in sorted((package, repository), key=lambda one: one.kind != first):
        judged(source)
    left = Snapshot.objects.unprobed(VERSION).select_related("source")
    judge(list(left), now=NOW)
    listed = Variant.objects.filter(gone_at=None)
    assert [(row.name, row.maintainer.url) for row in listed] == [
        ("ada", "https://github.com/ada")
    ]
    assert Release.objects.filter(variant__name="ada").get().version == "1.0"


def test_a_package_leads_to_its_repository_and_to_no_other_place():
    judged(source_of("tap-alpha", kind=SourceKind.PACKAGE))
    assert sources() == {
        ("package", "tap-alpha"),
        ("repository", "https://github.com/ada/tap-alpha"),
    }
    assert Variant.objects.get().name == "package"


def test_a_package_joins_the_folder_of_a_repository_that_names_it():
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    folder = source_of(
        "https://github.com/ada/tap-alpha#subdirectory=taps/alpha",
        kind=SourceKind.REPOSITORY,
    )
    judged(folder)
    judged(package)
    named = Variant.objects.filter(gone_at=None).values_list("name", flat=True)
    assert set(named) == {"ada"}


def test_a_quarantined_package_is_listed_by_nobody_and_no_row_is_deleted():
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    judged(package)
    row = look(package, "", at=NOW)
    row.evidence = EVIDENCE[package.kind] | {"status": "quarantined", "files": []}
    row.save()
    judge([row], now=NOW)
    variant_row = Variant.objects.get()
    assert variant_row.gone_at is not None
    assert variant_row.releases.count() == 1
    rate_variants(now=NOW)
    assert Variant.objects.get().maintenance == "none"
