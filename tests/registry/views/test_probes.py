"""A release that stops working without a new one: when, and what had moved by then."""

from datetime import timedelta

import pytest

from registry.models import Snapshot
from tests.registry.cast import NOW
from tests.registry.views.tries import packaged, ran, variant
from tests.scrapers.probes.invocation.records import about, failed, installed

pytestmark = pytest.mark.django_db
PROBES = "/extractors/tap-alpha--ada/probes"
BROKEN = "ImportError: cannot import name 'x' from 'urllib3'"


def package(name, version, *, digit="a", **said):
    file = f"{name}-{version}.whl"
    return {
        "name": name, "version": version, "filename": file, "sha256": digit * 64,
        "size_bytes": 1, "built": False, "wheel": "", "license": "",
    } | said  # fmt: skip


OWN = package("tap-alpha", "1.1")
OLD = [OWN, package("requests", "2.32.0"), package("urllib3", "2.6.0")]
NEW = [OWN, package("requests", "2.32.0"), package("urllib3", "2.7.0", digit="b")]


@pytest.fixture
def story(db):
    """It ran on the 1st and the 3rd, and fails since the 5th, of the same release."""
    source = packaged()
    tries = [
        (0, OLD, about()), (2, OLD, about()), (4, NEW, failed("import", BROKEN)),
        (6, NEW, failed("import", BROKEN)),
    ]  # fmt: skip
    return [
        ran(source, *installed()[:2], *_answers(last), at=NOW + timedelta(days=day),
            packages=packages, lock=str(day))
        for day, packages, last in tries
    ]  # fmt: skip


def _answers(last):
    return [last] if last["name"] == "import" else [*installed()[2:], last]


def plain(page):
    return " ".join(page.split())


def test_the_list_says_since_when_it_fails_and_why(story, read):
    page = plain(read(PROBES))
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    assert [row.partition("/runs/")[2].partition('"')[0] for row in rows] == [
        str(run.pk) for run in reversed(story)
    ]
    assert "As before, with other packages." in rows[0]
    assert "Ran before, fails since." in rows[1]
    assert f'<a href="/runs/{story[2].pk}#stop">What it installed' in rows[1]
    assert "urllib3" in rows[1]
    assert "First try." in rows[3]


def test_each_python_and_release_has_a_story_of_its_own(story, read):
    ran(story[0].source, *installed(about()), python="3.9", at=NOW + timedelta(days=9))
    ran(story[0].source, *installed(about()), version="1.0", at=NOW + timedelta(days=9))
    first, second = plain(read(PROBES)).partition("<tbody>")[2].split("<tr>")[1:3]
    assert "First try." in first
    assert "First try." in second


def test_the_list_goes_on_in_pages_with_as_many_queries(
    story, client, django_assert_num_queries
):
    for nth in range(60):
        at = NOW + timedelta(days=20, hours=nth)
        ran(story[0].source, *installed(about()), at=at, lock=str(nth))
    with django_assert_num_queries(4):
        page = client.get(f"{PROBES}?page=2").content.decode()
    assert "51 to 64 of 64" in page
    # What the run before came to is told across pages.
    assert page.count("First try.") == 1


def test_before_any_run_the_list_says_so(read):
    packaged()
    assert "No release of it was tried in the sandbox." in read(PROBES)
    read("/extractors/tap-alpha--nobody/probes", 404)


@pytest.mark.parametrize("which", [2, 3])
def test_a_run_that_fails_names_the_packages_that_changed(story, read, which):
    page = plain(read(f"/runs/{story[which].pk}"))
    stop = page.partition('<section aria-labelledby="stop">')[2].partition(
        "</section>"
    )[0]
    assert f'ran on <a href="/runs/{story[1].pk}"><time datetime="2026-01-03' in stop
    assert '<time datetime="2026-01-05' in stop
    moved = stop.partition("<tbody>")[2].partition("</tbody>")[0]
    assert moved.count("<tr>") == 1
    cells = '<th scope="row">urllib3</th> <td>2.6.0</td> <td>2.7.0</td>'
    assert cells in moved


def test_a_package_that_came_went_or_changed_its_file_is_named(story, read):
    row = Snapshot.objects.get(pk=story[2].snapshot_id)
    row.evidence["packages"] = [
        OWN, package("requests", "2.32.0", digit="c"), package("idna", "3.0"),
    ]  # fmt: skip
    row.save()
    stop = plain(read(f"/runs/{story[2].pk}"))
    assert '<th scope="row">idna</th> <td>none</td> <td>3.0</td>' in stop
    assert '<th scope="row">urllib3</th> <td>2.6.0</td> <td>none</td>' in stop
    assert "<td>2.32.0</td> <td>2.32.0, another file</td>" in stop


def test_what_cannot_be_compared_is_said_to_be_so(story, read):
    Snapshot.objects.filter(pk=story[2].snapshot_id).update(evidence={"packages": []})
    page = plain(read(f"/runs/{story[2].pk}"))
    assert "so that nothing can be compared" in page


def test_what_never_ran_or_runs_has_no_such_story(story, read):
    never = ran(story[0].source, *installed()[:2], failed("import", "x"), python="3.9")
    for run in (never, story[1]):
        assert "Since when it fails" not in read(f"/runs/{run.pk}")


def test_a_run_makes_no_more_than_six_queries(story, client, django_assert_num_queries):
    variant("bo", pip_url="tap-alpha")
    with django_assert_num_queries(6):
        client.get(f"/runs/{story[3].pk}")


def test_what_a_run_installed_is_a_requirements_file_with_digests(story, client):
    answer = client.get(f"/runs/{story[1].pk}/requirements.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    said = answer.content.decode()
    assert said.splitlines()[2:] == [
        f"tap-alpha==1.1 --hash=sha256:{'a' * 64}",
        f"requests==2.32.0 --hash=sha256:{'a' * 64}",
        f"urllib3==2.6.0 --hash=sha256:{'a' * 64}",
    ]
    assert all(line.startswith("# ") for line in said.splitlines()[:2])
    assert said.endswith("\n")


def test_what_came_from_git_is_named_in_a_comment(story, client):
    commit = "4f1c9e2a" * 5
    own = package("tap-alpha", "1.1", filename=commit)
    run = ran(
        story[0].source, *installed(about()), commit=commit, packages=[own, OLD[1]]
    )
    said = client.get(f"/runs/{run.pk}/requirements.txt").content.decode()
    assert f"# First of all: tap-alpha @ git+tap-alpha@{commit}\n" in said
    assert "tap-alpha==1.1" not in said


@pytest.mark.parametrize("wrong", [
    {"name": "x\n--index-url https://evil.example"}, {"version": "1 --hash=x"},
    {"sha256": ""}, {"sha256": "a" * 63 + "\n"},
])  # fmt: skip
def test_what_is_no_package_makes_no_file(story, client, wrong):
    run = ran(story[0].source, *installed(about()), packages=[OWN | wrong])
    assert client.get(f"/runs/{run.pk}/requirements.txt").status_code == 404
    assert "requirements.txt" not in client.get(f"/runs/{run.pk}").content.decode()


def test_the_variants_page_leads_to_what_ran_last(story, read):
    # That it runs on another Python helps nobody who is on this one.
    ran(story[0].source, *installed(about()), python="3.9", at=NOW + timedelta(days=9))
    page = plain(read("/extractors/tap-alpha--ada"))
    assert f'<a href="/runs/{story[1].pk}#packages">what it installed then</a>' in page
    assert f'<a href="{PROBES}">' in page


def test_a_variant_whose_newest_run_starts_needs_no_way_back(story, read):
    ran(story[0].source, *installed(about()), at=NOW + timedelta(days=9), lock="9")
    assert "what it installed then" not in read("/extractors/tap-alpha--ada")
