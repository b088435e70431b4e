"""Every kind of page in a browser: for whom reads it with less than eyes and a wide screen."""

from http import HTTPStatus

import pytest

from tests.browser.real.kinds import ACTS, ADDRESSES, address_of, names
from tests.browser.real.looking import EVERYWHERE, SHIFTS, TWICE, Look, look

pytestmark = pytest.mark.django_db
CSS_LIMIT, SCRIPT_LIMIT = 8 * 1024, 18 * 1024


@pytest.fixture(scope="module", params=names())
def seen(request, browser, served) -> Look:
    """Return what was seen of a page: it is opened once for all tests of it."""
    context = browser.new_context(base_url=served)
    context.add_init_script(SHIFTS)
    at = EVERYWHERE if request.param in ADDRESSES else TWICE
    found = look(
        context.new_page(),
        address_of(request.param),
        at=at,
        act=ACTS.get(request.param),
    )
    context.close()
    return found


def test_axe_finds_nothing_at_any_width_in_any_theme(seen):
    assert seen.violations == []


def test_nothing_is_wider_than_the_screen(seen):
    assert seen.wider == []


def test_nothing_moves_while_it_loads(seen):
    assert seen.shifts == []


def test_it_says_what_it_is_and_in_which_language(seen):
    assert seen.lang == "en"
    assert seen.title
    assert len(seen.headings) == 1


def test_it_asks_this_site_alone_and_gets_what_it_asks_for(seen, served):
    others = [url for _, url in seen.asked if not url.startswith(f"{served}/")]
    assert others == []
    itself = served + seen.address
    refused = [url for status, url in seen.asked if status >= HTTPStatus.BAD_REQUEST]
    assert [url for url in refused if url != itself] == []
    if seen.status == HTTPStatus.OK:
        assert seen.complaints == []


def test_links_within_it_lead_somewhere(seen):
    assert seen.lost_anchors == []


def test_styles_and_scripts_are_small(seen):
    sizes = seen.packed.items()
    assert 0 < sum(size for url, size in sizes if url.endswith(".css")) <= CSS_LIMIT
    assert 0 < sum(size for url, size in sizes if url.endswith(".js")) <= SCRIPT_LIMIT
