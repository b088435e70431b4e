"""What speaks against a connector puts it behind its equals, and nothing else."""

import pytest
from django.utils import timezone

from registry.models import Variant
from registry.search import index
from registry.search.columns import Order
from registry.search.explaining import explain
from registry.search.finding import find
from registry.search.query import parse
from registry.search.standing import Trouble
from tests.registry.cast import NOW


@pytest.fixture
def stands(has):
    """Record a plugin whose default variant is so, used by so many projects."""

    def stands(name, projects=0, *, pythons=None, **so):
        plugin = has(name, description="needle")
        tried = {"version": "1", "pythons": pythons, "at": ""} if pythons else {}
        Variant.objects.filter(plugin=plugin).update(
            counters={"all_projects": projects}, tried=tried, **so
        )
        index.refresh([plugin.pk])
        return plugin

    return stands


@pytest.mark.parametrize("so", [
    {"pythons": {"3.12": "no", "3.13": "no"}}, {"maintenance": "none"},
    {"maintenance_status": "inactive"}, {"gone_at": timezone.now()},
])  # fmt: skip
def test_use_does_not_put_what_is_in_trouble_before_what_is_not(stands, search, so):
    stands("tap-used", 999, **so)
    stands("tap-fine", 1, pythons={"3.13": "yes"})
    stands("tap-untried", 2)
    assert search("needle") == ["tap-untried", "tap-fine", "tap-used"]


def test_the_graver_trouble_stands_behind(stands, search):
    stands("tap-gone", 9, gone_at=timezone.now())
    stands("tap-fails", 8, pythons={"3.13": "no"})
    stands("tap-unkept", 7, maintenance="none")
    stands("tap-limited", 6, pythons={"3.12": "no", "3.13": "yes"})
    assert search("needle") == ["tap-limited", "tap-unkept", "tap-fails", "tap-gone"]


def test_a_stronger_match_stands_first_whatever_speaks_against_it(stands, search, has):
    stands("tap-needle", gone_at=timezone.now())
    has("tap-other", description="needle")
    assert search("needle") == ["tap-needle", "tap-other"]


def test_the_default_stands_for_all_variants(has, search):
    mixed = has("tap-a", "ada", "bo", default="ada", description="needle")
    has("tap-b", description="needle")
    said = {"version": "1", "pythons": {"3.13": "no"}, "at": ""}
    Variant.objects.filter(plugin=mixed, name="bo").update(tried=said)
    index.refresh([mixed.pk])
    assert search("needle") == ["tap-a", "tap-b"]
    Variant.objects.filter(plugin=mixed).update(tried=said)
    index.refresh([mixed.pk])
    assert search("needle") == ["tap-b", "tap-a"]


def test_the_most_used_stand_first_where_that_is_asked_for(stands, search):
    stands("tap-needle", 1)
    stands("tap-used", 9, gone_at=timezone.now())
    stands("tap-more", 5)
    assert search("needle", order=Order.USED) == ["tap-used", "tap-more", "tap-needle"]
    assert search("needle", order=Order.NAME) == ["tap-more", "tap-needle", "tap-used"]


@pytest.mark.parametrize(("so", "trouble", "words"), [
    ({}, Trouble.NONE, "nothing is known"),
    ({"maintenance": "none"}, Trouble.UNKEPT, "nobody looks after"),
    ({"pythons": {"3.13": "no"}}, Trouble.FAILS, "ran on no Python"),
    ({"gone_at": timezone.now()}, Trouble.GONE, "no source lists"),
])  # fmt: skip
def test_a_result_tells_what_speaks_against_it(stands, so, trouble, words):
    stands("tap-x", **so)
    query = parse("needle")
    [result] = find(query, now=NOW).results
    assert result.trouble is trouble
    assert words in dict(explain(query, result))["Next by state"]
