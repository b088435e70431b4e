"""Packages on another index than the default one: what installs them."""

import shlex

import pytest

from registry.places import requirement_place
from registry.vocabulary import SourceKind
from scrapers.crawlers.index import Indexes
from scrapers.probes.packaging import probe_package
from tests.scrapers.packages import Index, release


@pytest.fixture
def elsewhere():
    made = Index()
    made.put("tap-alpha", release("tap-alpha", "1.0"))
    yield made
    made.close()


def body_of(look):
    [evidence] = look.evidence
    return evidence.body


def pip_url_of(body):
    return probe_package(body).facts.variants[0].definition["pip_url"]


def test_package_of_the_default_index_is_installed_by_its_name(fetch, index):
    index.put("tap-alpha", release("tap-alpha", "1.0"))
    body = body_of(fetch())

    assert "index" not in body
    assert pip_url_of(body) == "tap-alpha"


def test_package_of_another_index_is_installed_from_that_alone(fetch, elsewhere):
    pip_url = pip_url_of(body_of(fetch(f"{elsewhere.url}tap-alpha/")))

    assert shlex.split(pip_url) == ["--index-url", elsewhere.url, "tap-alpha"]


def test_login_of_an_index_is_in_nothing_that_is_published(fetch, elsewhere):
    login = elsewhere.url.replace("//", "//ada:s3cret@")
    look = fetch(f"{elsewhere.url}tap-alpha/", indexes=Indexes.of("", [login]))

    assert elsewhere.logins[0] == "ada:s3cret"
    assert "s3cret" not in repr(look)
    assert elsewhere.url in pip_url_of(body_of(look))


@pytest.mark.parametrize("path", ["a b", "$HOME", "${TOKEN}", "a;b", "it's", "#x"])
def test_odd_address_stays_one_argument_and_no_variable(path):
    body = {
        "name": "tap-alpha", "metadata": None, "index": f"https://i.example.com/{path}/",
        "files": [{"filename": "x", "version": "1", "sha256": "", "uploaded_at": None,
                   "requires_python": "", "yanked": False}],
    }  # fmt: skip
    pip_url = pip_url_of(body)

    assert len(shlex.split(pip_url)) == 3
    assert "$" not in pip_url


def test_what_installs_it_leads_back_to_its_page(fetch, elsewhere):
    address = f"{elsewhere.url}tap-alpha/"
    place = requirement_place(pip_url_of(body_of(fetch(address))))

    assert (place.kind, place.address) == (SourceKind.PACKAGE, address)


def test_same_page_is_read_once_more_when_its_index_is_the_default_no_longer(
    fetch, elsewhere
):
    first = fetch(indexes=Indexes.of(elsewhere.url))
    address = f"{elsewhere.url}tap-alpha/"
    elsewhere.answers["/simple/tap-alpha/"].headers.clear()
    second = fetch(address, first.validators, indexes=Indexes.of(""))

    assert "--index-url" in pip_url_of(body_of(second))
