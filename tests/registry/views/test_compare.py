"""Variants side by side."""

import pytest

from tests.registry.views.runs import LIMIT, TOKEN, packaged, ran, streams

pytestmark = pytest.mark.django_db
PAGE = "/extractors/tap-alpha/compare"


@pytest.fixture
def variants(db):
    """tap-alpha by ada and bo, both tried, and by cy, which was not."""
    ada, bo, _ = packaged("ada", "bo", "cy")
    ran(ada, streams=streams("contacts", "deals"), settings=[TOKEN, LIMIT])
    ran(bo, starts="no", why="It wants a compiler.")


def cells(page, title):
    """Return the texts of a row's cells."""
    after = page[page.index(f">{title}<", page.index("<tbody>")) :]
    row = after[: after.index("</tr>")]
    parts = row.split("<td")[1:]
    return [text_of(part) for part in parts]


def text_of(part):
    text, is_tag = "<", False
    for sign in f"<td{part}":
        is_tag = sign == "<" or (is_tag and sign != ">")
        text += "" if is_tag or sign == ">" else sign
    return " ".join(text.strip("<").split())


@pytest.mark.parametrize("query", ["v=ada,bo", "v=ada&v=bo", "v=ada,,bo,ada"])
def test_variants_are_named_with_commas_or_one_by_one(variants, read, query):
    page = read(f"{PAGE}?{query}")
    assert "2 variants" in page
    assert page.index("tap-alpha--ada") < page.index("tap-alpha--bo")


def test_where_each_runs_is_one_row_a_python(variants, read):
    page = read(f"{PAGE}?v=ada,bo,cy")
    assert cells(page, "Python 3.12") == [
        "✓runs", "×fails", "not known: not tried",
    ]  # fmt: skip


def test_streams_are_ticked_where_a_run_listed_any_and_not_known_elsewhere(
    variants, read
):
    page = read(f"{PAGE}?v=ada,cy")
    assert cells(page, "deals") == [
        "✓yes, incremental", "not known: no run listed them",
    ]  # fmt: skip


def test_what_is_needed_is_told_of_each(variants, read):
    page = read(f"{PAGE}?v=ada,cy")
    assert cells(page, "Needed")[1] == "token"


def test_rows_that_are_alike_can_be_hidden(variants, read):
    whole, short = read(f"{PAGE}?v=ada,bo"), read(f"{PAGE}?v=ada,bo&differences=1")
    assert "Needs Docker" in whole
    assert "Needs Docker" not in short
    assert "Python 3.12" in short
    assert "are hidden" in short


def test_the_table_can_be_copied_as_markdown(variants, read):
    page = read(f"{PAGE}?v=ada,bo")
    said = page[page.index('id="markdown"') :]
    assert "|  | ada | bo |" in said
    assert "| Python 3.12 | runs | fails |" in said


def test_a_pipe_does_not_break_the_markdown(folder, crawl, read):
    for name in ("ada", "bo"):
        settings = [{"name": "a|b", "kind": "string"}]
        folder.write("extractors", "tap-pipe", name, settings=settings,
                     settings_group_validation=[])  # fmt: skip
    crawl()
    page = read("/extractors/tap-pipe/compare?v=ada,bo")
    assert "| `a\\|b` | yes | yes |" in page


def test_more_than_four_are_left_out_and_named(db, read):
    names = ["a1", "b2", "c3", "d4", "e5"]
    packaged(*names)
    page = read(f"{PAGE}?v={','.join(names)}")
    assert "4 variants" in page
    assert "Left out:" in page
    assert "<code>e5</code>" in page


@pytest.mark.parametrize("query", ["", "?v=ada", "?v=nobody", "?v=", "?v=%00,--,a--"])
def test_fewer_than_two_can_be_picked_from_all(variants, read, query):
    page = read(PAGE + query)
    for name in ("ada", "bo", "cy"):
        assert f'value="{name}"' in page
    assert page.count("checked>") == 2


def test_a_name_that_is_none_is_said_to_be_none_and_escaped(variants, read):
    page = read(f"{PAGE}?v=ada,bo,%3Cb%3Enobody")
    assert "has no variant called" in page
    assert "&lt;b&gt;nobody" in page


def test_a_variant_of_another_plugin_is_named_with_it(variants, read):
    packaged("dee", plugin="tap-other")
    page = read(f"{PAGE}?v=ada,tap-other--dee")
    assert "tap-other, dee" in page


def test_a_plugin_with_one_variant_has_nothing_to_compare(catalog, read):
    assert "nothing to compare" in read("/extractors/tap-beta/compare")


def test_a_plugin_that_is_not_there_has_no_comparison(catalog, read):
    assert "Nothing stands at this address" in read("/extractors/tap-none/compare", 404)


@pytest.mark.parametrize(("count", "queries"), [(2, 4), (4, 4), (1, 4)])
def test_the_number_of_queries_is_fixed(
    db, client, django_assert_num_queries, count, queries
):
    names = ["a1", "b2", "c3", "d4", "e5"]
    for source in packaged(*names):
        ran(source, streams=streams("a", "b"))
    with django_assert_num_queries(queries):
        client.get(f"{PAGE}?v={','.join(names[:count])}")
