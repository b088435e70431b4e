"""An index's list of projects, and the packages in it that may be connectors."""

import json

import pytest

from scrapers.crawlers.index import Indexes, find_packages
from scrapers.http import Gone, Refused, Unreachable
from tests.scrapers.packages import JSON, Answer

TIMEOUT_S = 60


@pytest.fixture
def find(index):
    """Look at the list, by default as at the default index and for the first time."""

    def look(validators=None, *, address="", indexes=None):
        return find_packages(
            address,
            validators=validators or {},
            indexes=indexes or Indexes.of(index.url),
            timeout_s=TIMEOUT_S,
        )

    return look


def found(look):
    return [place.address for place in look.places]


def test_names_like_a_connector_are_found_and_no_others(find, index):
    index.list_projects(
        tap_alpha=1, target_beta=2, acme_tap_gamma=3, acme_tools_target_x=4,
        singer_sdk=5, my_meltano_thing=6, requests=7, tapestry=8, retarget_x=9,
        tap=10, singers_choice=11,
    )  # fmt: skip
    look = find()
    assert found(look) == [
        "acme-tap-gamma",
        "acme-tools-target-x",
        "my-meltano-thing",
        "singer-sdk",
        "tap-alpha",
        "target-beta",
    ]
    assert all(place.is_news for place in look.places)
    assert (look.known, look.found) == (0, 6)


def test_names_come_out_as_indexes_compare_them(find, index):
    index.list_projects(Tap_Alpha=1)
    assert found(find()) == ["tap-alpha"]


def test_only_new_and_moved_packages_are_named(find, index):
    index.list_projects(tap_a=1, tap_b=2, tap_c=3)
    first = find()
    index.list_projects(tap_a=1, tap_b=20, tap_c=3, tap_d=4)
    second = find(first.validators)
    assert found(second) == ["tap-b", "tap-d"]
    assert second.validators["serials"]["tap-b"] == "20"


def test_unchanged_list_is_asked_for_once_and_not_sent(find, index):
    index.list_projects(tap_a=1)
    first = find()
    index.asked.clear()
    assert find(first.validators) is None
    assert index.asked == [("/simple/", 304)]


def test_list_that_differs_only_in_other_projects_is_no_news(find, index):
    index.list_projects(tap_a=1)
    first = find()
    index.list_projects(tap_a=1, requests=2)
    assert find(first.validators) is None


def test_list_without_serials_tells_of_new_names(find, index):
    index.list_projects(tap_a=None)
    first = find()
    index.list_projects(tap_a=None, tap_b=None)
    assert found(find(first.validators)) == ["tap-b"]


def test_html_list_is_read(find, index):
    links = (
        b'<a href="/simple/tap-a/">tap-a</a><a href="x">Target_B</a><a href="y">c</a>'
    )
    index.root(b"<!DOCTYPE html><html><body>" + links, kind="text/html")
    assert found(find()) == ["tap-a", "target-b"]


def test_package_that_left_the_list_is_not_named(find, index):
    index.list_projects(tap_a=1, tap_b=2, tap_c=3)
    first = find()
    index.list_projects(tap_a=1, tap_b=2)
    second = find(first.validators)
    assert found(second) == []
    assert set(second.validators["serials"]) == {"tap-a", "tap-b"}


@pytest.mark.parametrize("left", [{}, {"tap_a": 1}, {"requests": 1}])
def test_list_that_lost_most_of_its_names_is_refused(find, index, left):
    index.list_projects(tap_a=1, tap_b=2, tap_c=3)
    first = find()
    index.list_projects(**left)
    with pytest.raises(Refused, match="of 3 packages that it had"):
        find(first.validators)


@pytest.mark.parametrize("before", [["tap_a"], ["tap_a", "tap_b"]])
@pytest.mark.parametrize("now", [[], ["tap_c"]])
def test_list_of_one_or_two_names_may_lose_them(find, index, before, now):
    index.list_projects(**dict.fromkeys(before, 1))
    first = find()
    index.list_projects(**dict.fromkeys(now, 1))
    second = find(first.validators)
    assert (second.known, second.found) == (len(before), len(now))
    assert find(second.validators) is None


def test_empty_index_has_no_news(find, index):
    index.list_projects()
    assert find() is None


def put_names(index, *names):
    rows = [{"name": name} for name in names]
    body = {"meta": {"api-version": "1.0"}, "projects": rows}
    index.root(json.dumps(body).encode())


@pytest.mark.parametrize(
    "name",
    [
        "tap-\0x", "tap-x\n", "tap-../../etc", "tap-<script>", "tap-\ud800",
        "tap-\u0430", "-a-tap-x", "tap-x-", f"tap-{'x' * 200}", "tap- x",
    ],
)  # fmt: skip
def test_hostile_name_is_told_and_passed_over(find, index, name):
    put_names(index, "tap-a", name)
    look = find()
    assert found(look) == ["tap-a"]
    [finding] = look.findings
    assert "is no name of a project" in finding.message
    assert finding.message.isprintable()


def test_many_hostile_names_are_told_in_a_few_lines(find, index):
    put_names(index, "tap-a", *(f"tap-{n}!" for n in range(500)))
    assert len(find().findings) == 20


def test_odd_rows_are_passed_over(find, index):
    rows = [{"name": "tap-a"}, {}, 5, None, {"name": 7}, {"name": None}, "tap-b"]
    body = {"meta": {"api-version": "1.0"}, "projects": rows}
    index.root(json.dumps(body).encode())
    assert found(find()) == ["tap-a"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON),
        (b"{}", JSON),
        (b"[]", JSON),
        (b'{"meta": {"api-version": "1.0"}, "projects": 5}', JSON),
        (b'{"meta": {"api-version": "9.0"}, "projects": []}', JSON),
        (b"[" * 200_000, JSON),
        (b"an image", "image/png"),
        (b"<a href=x>tap-a</a>", "text/html; charset=nonsense"),
    ],
)
def test_answer_that_is_no_list_is_refused(find, index, body, kind):
    index.root(body, kind=kind)
    with pytest.raises(Refused, match="all projects"):
        find()


def test_index_in_trouble_is_no_empty_list(find, index):
    index.answers["/simple/"] = Answer(500, "text/html", b"")
    with pytest.raises(Unreachable):
        find({"serials": {"tap-a": "1"}})


def test_index_that_is_not_there_is_gone(find):
    with pytest.raises(Gone):
        find()


def test_other_index_gives_whole_addresses(find, index):
    index.list_projects(tap_a=1)
    indexes = Indexes.of("", [index.url])
    [address] = found(find(address=indexes.addresses[0], indexes=indexes))
    assert address == f"{index.url}tap-a/"


def test_configured_index_is_asked_with_its_login_and_tells_none(find, index):
    indexes = Indexes.of("", [index.url.replace("//", "//ada:s3cr%40t@")])
    index.list_projects(tap_a=1)
    look = find(address=index.url, indexes=indexes)
    assert index.logins == ["ada:s3cr@t"]
    assert "s3cr" not in repr((look, indexes))


def test_index_that_is_not_configured_is_asked_without_login(find, index):
    indexes = Indexes.of("", ["https://ada:s3cret@example.org/simple/"])
    index.list_projects(tap_a=1)
    find(address=index.url, indexes=indexes)
    assert index.logins == [""]


def test_index_that_is_not_configured_may_not_be_in_private(find, index, settings):
    settings.CRAWL_ALLOWED_NETWORKS = []
    index.list_projects(tap_a=1)
    with pytest.raises(Refused):
        find(address=index.url, indexes=Indexes.of(""))
    assert index.asked == []
    assert found(find()) == ["tap-a"]
