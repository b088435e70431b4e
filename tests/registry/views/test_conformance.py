"""Pages of verdicts and of the matrix: in words, with reasons, and never a score."""

import json
from pathlib import Path

import pytest

from registry.catalog.conforming import keep_conformance
from registry.models import Loading, ProbeTicket, Snapshot, Source, TapSchemas
from registry.vocabulary import Origin, SourceKind
from scrapers.conformance_report import as_rows
from scrapers.probes.conformance import CHECKS
from tests.registry.cast import NOW, release_of, say, source_of, variant

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
ATTACK = "<script>alert(1)</script>"
RECORD = {
    "layout": 1,
    "kind": "target",
    "lock": "abc123",
    "interpreter": "3.13.5",
    "platform": "linux-x86_64-glibc2.36",
    "level": "bubblewrap",
    "checks": [
        {"id": "F01", "title": "Records are loaded", "result": "pass"},
        {"id": "F14", "title": "A null is kept", "result": "fail", "detail": ATTACK,
         "evidence": ["orders: 'a' was None", ATTACK], "spec": "Singer SPEC.md",
         "remedy": "Write null as null."},
        {"id": "C02", "title": "--version exits with 0", "result": "warn", "detail": "2",
         "spec": "POSIX.1", "remedy": "Add --version."},
        *({"id": one, "title": f"Check {one}", "result": "inconclusive",
           "detail": "It needs the network."} for one in ("S01", "S02")),
    ],
}  # fmt: skip


def package(name, kind="loaders"):
    source = source_of(name, kind=SourceKind.PACKAGE)
    of = {"plugin": name, "kind": kind}
    releases = (release_of("1.0"),)
    says = variant("package", settings=..., pip_url=name, releases=releases, **of)
    say(source, says, origin=Origin.PACKAGE, **of)
    # A run of it was seen to start, and speaks of who installs it.
    say(source, variant("package", executable=name, **of), origin=Origin.PROBE, **of)
    return source


def verdicts(source, record=RECORD, version="1.0"):
    snapshot = Snapshot.objects.create(
        source=source, subject=f"conformance/{version}/3.13", digest="", taken_at=NOW,
        evidence=record,
    )  # fmt: skip
    keep_conformance([snapshot])
    ProbeTicket.objects.issue(source, {version: ["3.13"]}, now=NOW, kind="conformance")
    return snapshot.conformance


def pair(tap, target, **said):
    """Say what came of a tap's records in a target."""
    release = tap.statements.first().variant.current_release
    TapSchemas.objects.get_or_create(
        source=tap,
        defaults={"release": release, "version": "1.0", "digest": "d", "streams": 1},
    )
    ProbeTicket.objects.issue(target, {"1.0": ["3.13"]}, now=NOW, kind="loading")
    told = {"answer": "yes", "streams": 1, "sent": 10, "read": 10, **said}
    return Loading.objects.create(
        tap=tap, target=target, tap_version="1.0", target_version="1.0", digest="d",
        python="3.13", ran_at=NOW, layout=1, **told,
    )  # fmt: skip


@pytest.fixture
def target():
    return package("target-gamma")


@pytest.fixture
def tap():
    return package("tap-alpha", "extractors")


def test_verdicts_are_grouped_and_each_reason_is_said_once(target, read):
    page = read(f"/conformance/{verdicts(target).pk}")
    order = [
        "A null is kept",
        "--version exits",
        "It needs the network.",
        "Records are",
    ]
    places = [page.index(one) for one in order]
    assert places == sorted(places)
    assert page.count("It needs the network.") == 1
    assert "Write null as null." in page
    assert "Singer SPEC.md" in page


def test_verdicts_say_how_they_came_about_and_how_to_see_them_again(target, read):
    page = read(f"/conformance/{verdicts(target).pk}")
    for said in ("3.13.5", "bubblewrap", "abc123", "made up from its settings"):
        assert said in page
    assert "manage conformance &quot;target-gamma==1.0&quot; --python 3.13" in page
    assert "%" not in page.split("<main")[1].split("</main")[0]


def test_a_commit_is_seen_again_by_its_address(read):
    place = "https://forge.example/ada/kit#subdirectory=target-gamma"
    source = source_of(place, kind=SourceKind.REPOSITORY)
    row = verdicts(source, {**RECORD, "commit": "c" * 40}, version="HEAD")
    said = f"kit@{'c' * 40}#subdirectory=target-gamma&quot; --python 3.13"
    assert f"conformance &quot;git+https://forge.example/ada/{said}" in read(
        f"/conformance/{row.pk}"
    )
    row = verdicts(source, {**RECORD, "commit": "HEAD; rm"}, version="HEAD")
    assert "no command would run it again" in read(f"/conformance/{row.pk}")


def test_what_was_judged_again_says_when_it_was_run_and_with_what(target, read):
    row = verdicts(
        target,
        {
            **RECORD,
            "recorded_at": "2020-01-01T10:00:00+00:00",
            "rescue": "setuptools<81",
            "shown": [
                {"word": "batch", "answer": "no", "check": "F14", "because": ATTACK}
            ],
        },
    )
    page = read(f"/conformance/{row.pk}")
    for said in ("Judged again", "2020", "<code>setuptools&lt;81</code>", "not so"):
        assert said in page
    said = " ".join(page.split())
    assert (
        "3 of 5 checks could be judged: 1 MUST broken, 1 SHOULD broken, 1 passed."
        in (said)
    )
    assert "Of the others: 2 not to be seen here." in said
    assert '<a href="/loaders/target-gamma--package">' in page
    assert ATTACK not in page


def test_what_a_connector_printed_is_escaped(target, read):
    page = read(f"/conformance/{verdicts(target).pk}")
    assert ATTACK not in page
    assert "&lt;script&gt;" in page


def test_what_a_connector_printed_turns_no_words_around(target, read):
    check = RECORD["checks"][1] | {"evidence": ["\x1b[31mred\x1b[0m \u202ea"]}
    row = verdicts(target, {**RECORD, "checks": [check]})
    assert "<code>red a</code>" in read(f"/conformance/{row.pk}")


def test_a_release_that_could_not_be_run_says_why(target, read):
    row = verdicts(target, {"problem": "It can't be installed (resolve): no."})
    assert "It can&#x27;t be installed (resolve): no." in read(f"/conformance/{row.pk}")
    assert "could not be run" in read("/loaders/target-gamma--package")


def test_a_variant_names_each_broken_must_with_its_remedy(target, read):
    row = verdicts(target)
    page = read("/loaders/target-gamma--package")
    section = page[page.index('id="conformance"') :].split("</section>")[0]
    assert f'href="/conformance/{row.pk}#F14"' in section
    assert "Write null as null." in section
    assert "1 MUST broken, 1 SHOULD broken" in " ".join(section.split())


def test_verdicts_on_an_older_release_are_said_to_be_that(target, read):
    verdicts(target, version="0.9")
    assert "a newer release is there" in read("/loaders/target-gamma--package")


def test_a_variant_shows_what_was_seen_at_work_of_its_current_release(tap, read):
    shown = [
        {"word": "state", "answer": "yes", "check": "S21b", "because": ATTACK},
        {"word": "batch", "answer": "no", "check": "S24", "because": "It came."},
    ]
    row = verdicts(tap, {**RECORD, "kind": "tap", "shown": shown})
    section = read("/extractors/tap-alpha--package").split('id="capabilities"')[1]
    section = section.split("</section>")[0]
    assert "Continues where the last run stopped" in section
    assert f'href="/conformance/{row.pk}#S21b">S21b</a>' in section
    assert "saw it do on <time" in section
    assert "&lt;script&gt;" in section
    # What it is seen not to do is told where somebody says that it does.
    assert "S24" not in section
    verdicts(tap, {**RECORD, "shown": shown}, version="0.9")
    section = read("/extractors/tap-alpha--package").split('id="capabilities"')[1]
    assert "S21b" not in section.split("</section>")[0]
    # Of the current release nothing was looked for, so that nothing is "not seen".
    assert "At work" not in section.split("</section>")[0]


def test_a_variant_that_was_never_judged_says_so(target, read):
    page = read("/loaders/target-gamma--package")
    assert "no release of it was put before" in page


def test_every_check_is_listed_with_how_current_releases_do(target, read):
    verdicts(target)
    other = package("target-delta")
    verdicts(other)
    verdicts(other, {**RECORD, "checks": RECORD["checks"][:1]})
    # A newer release was not judged yet: what is known is of no current one.
    old = package("target-old")
    verdicts(old)
    ProbeTicket.objects.filter(source=old).update(is_current=False)
    page = read("/conformance")
    assert "2 current releases" in page
    for check in CHECKS:
        assert f'id="{check.id}"' in page
    row = page[page.index('id="F14"') :].split("</tr>")[0]
    assert row.count('<td class="num">1</td>') == 1
    row = page[page.index('id="F01"') :].split("</tr>")[0]
    assert row.count('<td class="num">2</td>') == 1


def test_the_listed_checks_are_those_of_the_suite():
    listed = ROOT / "registry" / "views" / "runs" / "checks.json"
    said = json.dumps(as_rows(CHECKS), indent=1, ensure_ascii=False) + "\n"
    assert listed.read_text() == said, "Write it anew from as_rows(CHECKS)."


def test_pages_of_conformance_make_few_queries(
    target, tap, client, django_assert_num_queries
):
    row, cell = verdicts(target), pair(tap, target)
    for address, count in (
        (f"/conformance/{row.pk}", 3),
        ("/conformance", 3),
        (f"/matrix/{cell.pk}", 2),
    ):
        with django_assert_num_queries(count):
            assert client.get(address).status_code == 200


def test_the_matrix_makes_as_many_queries_for_many_as_for_few(
    client, django_assert_num_queries
):
    taps = [package(f"tap-{n}", "extractors") for n in range(4)]
    targets = [package(f"target-{n}") for n in range(3)]
    for tap in taps:
        for target in targets:
            pair(tap, target)
    with django_assert_num_queries(6):
        page = client.get("/matrix").content.decode()
    assert page.count("loads</a>") == 12


def test_each_pair_says_in_words_what_was_seen(tap, read):
    told = {
        "target-a": {},
        "target-b": {"read": None},
        "target-c": {"answer": "no", "cause": "It exited with 1: KeyError"},
        "target-d": {"answer": "unknown", "code": "simplest", "cause": "No database."},
    }
    for name, said in told.items():
        pair(tap, package(name), **said)
    page = read("/matrix")
    for word in ("loads</a>", "takes</a>", "fails</a>", "not known</a>"):
        assert page.count(word) == 1
    # Of a target of which nothing is known, why that is: once.
    assert page.count("No database.") == 1
    failed = Loading.objects.get(answer="no")
    assert "It exited with 1: KeyError" in read(f"/matrix/{failed.pk}")
    shown = read("/extractors/tap-alpha--package")
    assert "given to 4 targets" in " ".join(shown.split())
    assert "2 went well, 1 failed, 1 not known" in " ".join(shown.split())


def test_what_was_seen_of_an_older_release_is_said_to_be_that(tap, target, read):
    pair(tap, target)
    ProbeTicket.objects.issue(target, {"2.0": ["3.13"]}, now=NOW, kind="loading")
    assert "seen of 1.0 and 1.0" in read("/matrix")


def test_a_variant_says_nothing_of_what_an_older_release_loaded(tap, target, read):
    cell = pair(tap, target)
    Loading.objects.update(tap_version="0.9")
    assert f"/matrix/{cell.pk}" not in read("/extractors/tap-alpha--package")
    assert "seen of 0.9 and 1.0" in read("/matrix")


def test_the_matrix_is_narrowed_by_names_and_paged(read):
    target = package("target-gamma")
    for number in range(30):
        pair(package(f"tap-{number:02}", "extractors"), target)
    first = read("/matrix")
    assert "1 to 25 of 30" in first
    assert "tap-29" in read("/matrix?page=2")
    narrowed = read("/matrix?tap=tap-07&target=GAMMA")
    assert narrowed.count("loads</a>") == 1
    assert "tap-08" not in narrowed


@pytest.mark.parametrize(
    "query",
    [
        "tap=nobody",
        "tap=%00",
        "page=x&targets=99999999999",
        "tap=" + "a" * 999,
        "target=%25",
    ],
)
def test_strange_queries_of_the_matrix_are_answered(tap, target, client, query):
    pair(tap, target)
    assert client.get(f"/matrix?{query}").status_code == 200


def test_before_anything_was_loaded_the_matrix_says_so(read):
    assert "Nothing was loaded yet" in read("/matrix")
    assert "No release was run yet" in read("/conformance")


@pytest.mark.parametrize("address", ["/conformance/7", "/matrix/7"])
def test_an_unknown_run_is_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_sources_of_pairs_are_what_they_are_called(tap, target, read):
    cell = pair(tap, target)
    page = read(f"/matrix/{cell.pk}")
    for source in Source.objects.filter(kind=SourceKind.PACKAGE):
        assert f'href="/sources/{source.pk}"' in page
