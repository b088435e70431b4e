"""Whose README a variant has, and when its row is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry import readmes
from registry.catalog import record, silence
from registry.models import Plugin, Readme, Snapshot, Statement
from registry.vocabulary import Origin, SourceKind
from tests.registry.cast import NOW, facts, source_of, variant
from tests.registry.rows import places

pytestmark = pytest.mark.django_db

REPO = "https://github.com/ada/tap-alpha"
INSTALLS_PACKAGE, INSTALLS_REPOSITORY = "tap-alpha", f"git+{REPO}.git"


class Sources:
    """A package, its repository and a tree of definitions that speak of one variant."""

    def __init__(self):
        self.package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
        self.repository = source_of(REPO, kind=SourceKind.REPOSITORY)
        self.tree = source_of("tree")

    def hear(self, words):
        """Record what some of them say, in one batch."""
        record([self.word(who, said) for who, said in words], now=NOW)

    def word(self, who, said):
        return getattr(self, f"of_{who}")(said)

    def of_package(self, text):
        said = {
            "metadata": {
                "description": text,
                "description_content_type": "text/markdown",
            }
        }
        return self._found(self.package, Origin.PACKAGE, said, text, repo=REPO)

    def of_repository(self, text):
        readme = {"path": "README.md", "text": text}
        said = {"reading": {"readme": readme if text else None}}
        return self._found(self.repository, Origin.REPOSITORY, said, text, repo=REPO)

    def of_tree(self, pip_url):
        return self._found(self.tree, Origin.DEFINITION, {}, pip_url, pip_url=pip_url)

    def _found(self, source, origin, evidence, said, **definition):
        subject = "" if source is not self.tree else "extractors/tap-alpha"
        snapshot = Snapshot.objects.create(
            source=source, subject=subject, digest="", taken_at=NOW, evidence=evidence
        )
        # `None` is a source that speaks of nothing any more.
        variants = [variant("ada", **definition)] if said is not None else []
        return snapshot, facts(*variants, origin=origin)


@pytest.fixture
def sources():
    made = Sources()
    made.hear([("tree", INSTALLS_PACKAGE)])
    return made


def shown():
    return [
        (row.source.address, row.html.strip())
        for row in Readme.objects.select_related("source")
    ]


def test_the_readme_of_what_is_installed_comes_first(sources):
    sources.hear([("repository", "Kept.")])
    assert shown() == [(REPO, "<p>Kept.</p>")]
    sources.hear([("package", "Packed.")])
    assert shown() == [("tap-alpha", "<p>Packed.</p>")]
    sources.hear([("repository", "Kept, again.")])
    assert shown() == [("tap-alpha", "<p>Packed.</p>")]


def test_where_that_has_none_any_more_the_other_one_is_shown(sources):
    sources.hear([("repository", "Kept."), ("package", "Packed.")])
    sources.hear([("package", "")])
    assert shown() == [(REPO, "<p>Kept.</p>")]
    sources.hear([("repository", "")])
    assert shown() == []


def test_a_variant_that_installs_from_elsewhere_now_has_the_readme_from_there(sources):
    sources.hear([("repository", "Kept."), ("package", "Packed.")])
    sources.hear([("tree", INSTALLS_REPOSITORY)])
    assert shown() == [(REPO, "<p>Kept.</p>")]


def test_of_a_source_that_is_gone_the_readme_goes_where_another_has_one(sources):
    sources.hear([("repository", "Kept."), ("package", "Packed.")])
    silence(sources.package, now=NOW)
    assert shown() == [(REPO, "<p>Kept.</p>")]


def test_of_a_variant_that_nobody_speaks_of_the_last_readme_stays(sources):
    sources.hear([("repository", "Kept.")])
    for source in (sources.tree, sources.repository):
        silence(source, now=NOW)
    assert shown() == [(REPO, "<p>Kept.</p>")]


def test_links_are_of_the_repository_that_the_source_names(sources):
    sources.hear([("package", "[Licence](LICENSE)")])
    [(_, html)] = shown()
    assert f'href="{REPO}/blob/HEAD/LICENSE"' in html


def test_a_readme_as_it_was_is_not_written_again(sources):
    sources.hear([("package", "Packed.")])
    before = places()
    sources.hear([("package", "Packed.")])
    assert places().items() >= before.items()


def test_other_rules_have_it_made_again(sources, monkeypatch):
    sources.hear([("package", "Packed.")])
    Readme.objects.update(html="By the rules of old.")
    sources.hear([("package", "Packed.")])
    assert shown() == [("tap-alpha", "By the rules of old.")]
    monkeypatch.setattr(readmes, "RULES", readmes.RULES + 1)
    sources.hear([("package", "Packed.")])
    assert shown() == [("tap-alpha", "<p>Packed.</p>")]


def test_number_of_queries_does_not_grow_with_the_batch(db):
    names = [f"tap-{number}" for number in range(30)]
    packages = [source_of(name, kind=SourceKind.PACKAGE) for name in names]

    def cost(packages, text):
        batch = []
        for source in packages:
            said = {"metadata": {"description": text}}
            snapshot = Snapshot.objects.create(
                source=source, digest="", taken_at=NOW, evidence=said
            )
            of_source = variant("ada", plugin=source.address)
            batch.append(
                (
                    snapshot,
                    facts(of_source, plugin=source.address, origin=Origin.PACKAGE),
                )
            )
        with CaptureQueriesContext(connection) as queries:
            record(batch, now=NOW)
        return len(queries)

    cost(packages, "One.")
    assert cost(packages[:2], "Two.") == cost(packages, "Three.")
    assert Readme.objects.filter(html__contains="Three.").count() == 30


def outcome():
    return (
        shown(),
        Statement.objects.filter(gone_at=None).count(),
        Plugin.objects.count(),
    )


TEXTS = st.sampled_from(["", "One.", "Two.", None])
HISTORIES = st.fixed_dictionaries(
    {
        "package": st.lists(TEXTS, min_size=1, max_size=3),
        "repository": st.lists(TEXTS, min_size=1, max_size=3),
        "tree": st.lists(
            st.sampled_from([INSTALLS_PACKAGE, INSTALLS_REPOSITORY]),
            min_size=1,
            max_size=2,
        ),
    }
)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(said=HISTORIES, data=st.data())
def test_the_order_in_which_sources_are_heard_makes_no_difference(said, data):
    found = []
    for is_mixed in (False, True):
        Plugin.objects.all().delete()
        Snapshot.objects.all().delete()
        sources = Sources()
        left = {who: list(words) for who, words in said.items()}
        while any(left.values()):
            able = sorted(who for who, words in left.items() if words)
            chosen = [able[0]]
            if is_mixed:
                chosen = data.draw(
                    st.lists(st.sampled_from(able), min_size=1, unique=True)
                )
            sources.hear([(who, left[who].pop(0)) for who in chosen])
        found.append(outcome())
    assert found[0] == found[1]
