"""A plugin's page."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_default_comes_with_its_command_and_the_reason(catalog, read):
    page = read("/extractors/tap-alpha")
    assert "meltano add tap-alpha</code>" in page
    assert "The curated definitions name it as the default." in page


def test_all_variants_are_in_the_table(catalog, read):
    page = read("/extractors/tap-alpha")
    assert "2 variants" in page
    assert 'href="/extractors/tap-alpha--ada"' in page
    assert 'href="/extractors/tap-alpha--bo"' in page


def test_a_single_variant_needs_no_table(catalog, read):
    assert "<table" not in read("/extractors/tap-beta")


def test_a_variant_that_went_is_deprecated_in_words_and_with_the_date(
    folder, crawl, read
):
    crawl()
    folder.remove("extractors", "tap-alpha", "bo")
    crawl(accept=True)
    assert "Deprecated: gone since " in read("/extractors/tap-alpha")


def test_a_plugin_whose_type_the_client_would_not_guess_names_it(folder, crawl, read):
    folder.write("mappers", "map-this", "ada")
    crawl()
    assert "meltano add --plugin-type mapper map-this" in read("/mappers/map-this")


def test_a_default_without_a_document_gets_no_command(folder, crawl, read):
    setting = {"name": "limit", "kind": "integer", "value": "many"}
    folder.write("extractors", "tap-held", "ada", settings=[setting])
    crawl()
    page = read("/extractors/tap-held")
    assert "Its definition is not published yet" in page
    assert "<code id=" not in page


def test_text_from_outside_is_escaped(folder, crawl, read):
    evil = "<script>alert(1)</script>"
    folder.write("extractors", "tap-evil", "ada", description=evil, label=evil)
    crawl()
    for address in ("/", "/extractors", "/extractors/tap-evil", "/search?q=evil"):
        page = read(address)
        assert "alert(1)" in page
        assert "<script>" not in page


def test_a_plugin_is_found_only_under_its_type(catalog, read):
    assert "Nearest names" in read("/loaders/tap-alpha", 404)


def test_it_makes_three_queries_however_many_variants(
    folder, crawl, client, django_assert_num_queries
):
    for number in range(12):
        folder.write("extractors", "tap-alpha", f"v{number}")
    crawl()
    with django_assert_num_queries(3):
        client.get("/extractors/tap-alpha")
