"""Pictures of numbers: each with the same as a table, and none where nothing is counted."""

import re
from datetime import UTC, datetime

import pytest

from registry.models import Release
from tests.registry.cast import say, source_of, variant
from tests.registry.views.runs import packaged, row

pytestmark = pytest.mark.django_db
PLUGIN = "/extractors/tap-alpha"
VERSIONS = f"{PLUGIN}--ada/versions"
BAR = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"')


def counted(**projects):
    """Record variants with the projects that are counted of each."""
    names = [
        variant(name, repo=f"https://git.example.org/{name}/tap") for name in projects
    ]
    say(source_of("definitions"), *names)
    for name, count in projects.items():
        one = row(name)
        one.counters = {"all_projects": count}
        one.save()


def bars(page):
    return [tuple(map(float, one)) for one in BAR.findall(page)]


def test_the_share_of_each_variant_is_a_part_of_a_bar_and_a_row(db, read):
    counted(ada=60, bo=30, cy=10)
    page = " ".join(read(PLUGIN).split())
    assert "Of 100 counted projects: ada 60 %, bo 30 %, cy 10 %." in page
    assert [(x, width) for x, _, width, _ in bars(page)] == [
        (0, 600), (600, 300), (900, 100),
    ]  # fmt: skip
    table = page[page.index("Counted projects by variant") :]
    assert 'bo</th> <td class="num">30</td> <td class="num">30 %' in table


def test_of_many_variants_the_small_ones_are_one_part(db, read):
    counted(**{f"v{number}": 20 - number for number in range(9)})
    page = read(PLUGIN)
    assert len(bars(page)) == 6
    assert "4 others" in page


@pytest.mark.parametrize("projects", [{"ada": 5, "bo": None}, {"ada": 0, "bo": 0}])
def test_what_is_not_counted_has_no_bar(db, read, projects):
    counted(**projects)
    assert "counted projects:" not in read(PLUGIN)


def test_projects_of_one_repository_are_nobodys_share(db, read):
    say(source_of("definitions"), variant("ada", repo="https://git.example.org/x"),
        variant("bo", repo="https://git.example.org/x"))  # fmt: skip
    for name in ("ada", "bo"):
        one = row(name)
        one.counters = {"all_projects": 7}
        one.save()
    assert "counted projects:" not in read(PLUGIN)


def released(*months):
    """Record releases of a variant, each in a month of a year."""
    packaged("ada", releases=())
    Release.objects.bulk_create(
        Release(variant=row("ada"), version=f"1.{number}",
                released_at=datetime(year, month, 1, tzinfo=UTC))
        for number, (year, month) in enumerate(months)
    )  # fmt: skip


def test_releases_by_quarter_are_bars_and_rows(db, read):
    released((2024, 1), (2024, 3), (2024, 8), (2025, 1))
    page = " ".join(read(VERSIONS).split())
    assert "4 releases with a date from 2024 Q1 to 2025 Q1, by quarter." in page
    assert [(x, height) for x, _, _, height in bars(page)] == [
        (0, 40), (20, 20), (40, 20),
    ]  # fmt: skip
    table = page[page.index(">Releases by quarter<") :]
    assert '2024 Q1</th> <td class="num">2</td>' in table


@pytest.mark.parametrize("months", [
    [], [(2024, 1), (2025, 1)], [(2024, 1), (2024, 2), (2024, 3)],
])  # fmt: skip
def test_too_few_releases_are_not_drawn(db, read, months):
    released(*months)
    assert bars(read(VERSIONS)) == []


def test_of_a_long_life_the_last_ten_years_are_drawn(db, read):
    released((1999, 1), (2024, 1), (2025, 1), (2025, 6))
    assert "3 releases with a date from 2015 Q3 to 2025 Q2" in read(VERSIONS)
