"""Whether any accent becomes shades that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.views.brand.colours import DARK_GROUND, LIGHT_GROUND, contrast, shades

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(COLOURS)
def test_every_colour_can_be_read_on_both_pages_and_written_upon(accent):
    found = shades(accent)
    assert contrast(found.light, LIGHT_GROUND) >= 4.5
    assert contrast(found.dark, DARK_GROUND) >= 4.5
    assert contrast(found.light, found.light_ink) >= 4.5
    assert contrast(found.dark, found.dark_ink) >= 4.5


def test_a_colour_that_can_be_read_already_stays():
    assert shades("#0B6E77").light == "#0b6e77"


@pytest.mark.parametrize(
    "accent", ["", "red", "#abc", "#0b6e77;}", "#0b6e7g", "0b6e77"]
)
def test_what_is_no_colour_is_refused(accent):
    with pytest.raises(ValueError, match="no colour"):
        shades(accent)


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
