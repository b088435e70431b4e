"""The picture that goes with a shared link: its address, its cost and its words."""

import io
import re

import pytest
from PIL import Image

from registry.models import Plugin, Variant
from registry.views.brand import preview

pytestmark = pytest.mark.django_db

NAMED = re.compile(r'property="og:image" content="http://127\.0\.0\.1:8000(/og/[^"]+)"')


def picture_of(page):
    return NAMED.search(page)[1]


@pytest.mark.parametrize(
    "address", ["/extractors/tap-alpha", "/extractors/tap-alpha--ada"]
)
def test_a_page_names_its_picture_which_may_be_kept_for_ever(
    catalog, client, read, address
):
    answer = client.get(picture_of(read(address)))
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (1200, 630)
    assert len(answer.content) < 40 * 1024


def test_pages_without_a_picture_of_their_own_have_that_of_the_site(catalog, read):
    page = read("/extractors")
    assert page.count('property="og:image" ') == 1
    assert "/site.png" in page
    assert '<meta property="og:title" content="Extractors – Songbook">' in page
    assert 'property="og:url" content="http://127.0.0.1:8000/extractors"' in page


def test_other_words_are_another_address_and_the_old_one_leads_there(
    catalog, client, read
):
    old = picture_of(read("/extractors/tap-alpha--ada"))
    Variant.objects.filter(name="ada", plugin__name="tap-alpha").update(description="X")
    new = picture_of(read("/extractors/tap-alpha--ada"))
    assert old != new
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (302, new)


def test_nobody_can_have_anything_else_drawn(catalog, client):
    before = preview.drawn.cache_info()
    answer = client.get("/og/0123456789abcdef/extractors/tap-alpha--ada.png")
    assert answer.status_code == 302
    assert preview.drawn.cache_info() == before


@pytest.mark.parametrize("name", ["tap-nobody", "tap-alpha--nobody"])
def test_what_is_not_there_has_no_picture(catalog, client, name):
    assert client.get(f"/og/0/extractors/{name}.png").status_code == 404


def test_the_same_picture_is_drawn_once(catalog, client, read):
    address = picture_of(read("/extractors/tap-beta"))
    before = preview.drawn.cache_info()
    client.get(address)
    client.get(address)
    after = preview.drawn.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 1)


def test_while_another_is_drawn_for_long_it_says_when_to_try_again(
    catalog, client, read
):
    address = picture_of(read("/extractors/tap-alpha"))
    with preview.DRAWING:
        answer = client.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "words", ["", "x" * 5000, "x " * 5000, "\x00\u202e\U0001f600 漢字 ﷽", "a\nb\tc"]
)
def test_any_words_can_be_drawn(words):
    plugin = Plugin(type="extractors", name="tap-" + "x" * 116, label=words[:200])
    variant = Variant(plugin=plugin, name="v" * 120, description=words)
    assert preview.drawn(preview.preview_of(plugin, variant)).startswith(b"\x89PNG")


def test_it_makes_one_query(catalog, client, read, django_assert_num_queries):
    address = picture_of(read("/extractors/tap-alpha--ada"))
    with django_assert_num_queries(1):
        client.get(address)
