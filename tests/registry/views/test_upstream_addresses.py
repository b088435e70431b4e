"""Addresses of the upstream hub: each leads to where its page stands now."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "place"), [
    ("/taps/alpha", "/extractors/tap-alpha"),
    ("/taps/tap-alpha", "/extractors/tap-alpha"),
    ("/taps/alpha/", "/extractors/tap-alpha"),
    ("/taps/alpha--bo", "/extractors/tap-alpha--bo"),
    ("/singer/taps/alpha", "/extractors/tap-alpha"),
    ("/targets/gamma", "/loaders/target-gamma"),
    ("/targets/gamma?a=b&c", "/loaders/target-gamma?a=b&c"),
    ("/taps", "/extractors"),
    ("/taps/", "/extractors"),
    ("/targets", "/loaders"),
    ("/singer/taps", "/extractors"),
    ("/singer/taps/?q=a", "/extractors?q=a"),
    ("/singer/targets", "/loaders"),
    ("/singer", "/guide"),
    ("/singer/spec/", "/guide"),
    ("/singer/docs", "/guide"),
    ("/singer/api", "/docs/api"),
    ("/add-a-tap", "/docs/maintainers"),
    ("/tap-target-maintenance", "/docs/maintainers"),
    ("/extractors/", "/extractors"),
    ("/extractors/alpha", "/extractors/tap-alpha"),
    ("/extractors/alpha--bo?a", "/extractors/tap-alpha--bo?a"),
    ("/extractors/alpha/feed", "/extractors/tap-alpha/feed"),
    ("/loaders/gamma", "/loaders/target-gamma"),
])  # fmt: skip
def test_an_upstream_address_leads_on_for_good(catalog, client, address, place):
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (301, place)
    assert client.get(place).status_code == 200


@pytest.mark.parametrize("address", [
    "/extractors/gamma", "/loaders/alpha", "/utilities/alpha", "/extractors/tap-none",
    "/taps/a/b", "/taps/%2F%2Fevil.example", "/taps/%0Aalpha", "/singer/other", "/tapsy",
])  # fmt: skip
def test_what_stands_nowhere_is_not_found(catalog, read, address):
    read(address, 404)


@pytest.mark.parametrize("address", ["//taps/evil.example", "/taps//evil.example/"])
def test_no_upstream_address_leads_to_another_site(client, address):
    response = client.get("/", PATH_INFO=address)
    assert response.get("Location", "/x").startswith("/")
    assert not response.get("Location", "/x").startswith("//")


def test_a_plugin_without_the_prefix_keeps_its_page(folder, crawl, read):
    folder.write("extractors", "alpha", "ada")
    crawl()
    assert "<code>alpha</code>" in read("/extractors/alpha")
