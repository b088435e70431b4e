"""SVG logos: written anew from their shapes, so that nothing else is in them."""

import re
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.logos import Unfit, picture_of
from registry.logos.shapes import ATTRIBUTES, ELEMENTS
from registry.logos.styles import PROPERTIES
from tests.registry.logos.drawing import SQUARE, SVG, svg

KNOWN = ATTRIBUTES.keys() | PROPERTIES | {"xmlns"}


def cleaned(inner, root='viewBox="0 0 9 9"'):
    return picture_of(svg(inner, root)).content.decode()


def test_shapes_and_their_colours_stay():
    said = cleaned('<g fill="#0a0"><circle cx="4" cy="4" r="3" opacity=".5"/></g>')
    assert said == (
        f'<svg xmlns="{SVG}" viewBox="0 0 9 9">'
        '<g fill="#0a0"><circle cx="4" cy="4" r="3" opacity=".5"/></g></svg>'
    )


def test_gradients_masks_and_what_uses_them_stay():
    inner = (
        '<defs><linearGradient id="a"><stop offset="5%" stop-color="red"/>'
        '</linearGradient><path id="b" d="M0 0h9z"/><mask id="c"><use xlink:href="#b"/>'
        '</mask></defs><g mask="url(#c)"><use href="#b" fill="url(#a)"/></g>'
    )
    assert cleaned(inner) == cleaned(inner.replace("xlink:", ""))
    assert 'mask="url(#c)"' in cleaned(inner)
    assert cleaned(inner).count('href="#b"') == 2


def test_style_sheets_become_attributes_the_heavier_ones_last():
    said = cleaned(
        "<style>#q{fill:lime} .a, rect{fill:#123;stroke:red} path{fill:blue}</style>"
        f'<g class="a">{SQUARE}</g><path id="q" class="b a" d="M0 0" style="stroke:none"/>'
    )
    assert '<g fill="#123" stroke="red">' in said
    assert '<path d="M0 0h9v9z" fill="blue"/>' in said
    assert '<path id="q" d="M0 0" fill="lime" stroke="none"/>' in said
    assert "style" not in said and "class" not in said


def test_a_switch_shows_what_any_viewer_can():
    said = cleaned(f"<switch><foreignObject>{SQUARE}</foreignObject>{SQUARE}</switch>")
    assert said.count("<path") == 1
    assert "<g>" in said


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('viewBox="0 0 24 12"', (24, 12)),
        ('viewBox="-5,-5 24.2,12"', (24, 12)),
        ('width="30px" height="20"', (30, 20)),
        ('viewBox="0 0 0.4 0.4"', (1, 1)),
    ],
)
def test_a_drawing_has_the_size_that_it_says(root, size):
    picture = picture_of(svg(root=root))
    assert (picture.width, picture.height) == size


def test_a_root_without_fill_stays_so():
    assert ' fill="none"' in cleaned(SQUARE, 'viewBox="0 0 9 9" fill="none" id="x"')


ATTACKS = [
    "<script>alert(1)</script>",
    "<script href='//evil.example/x.js'/>",
    "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
    "<image href='//evil.example/x.png'/>",
    "<image href='data:image/svg+xml;base64,PHN2Zz4='/>",
    "<feImage href='//evil.example/x'/>",
    "<use href='//evil.example/x.svg#a'/>",
    "<use xlink:href='data:image/svg+xml,evil'/>",
    "<a href='javascript:alert(1)'><text>evil</text></a>",
    "<animate attributeName='href' values='javascript:alert(1)'/>",
    "<set attributeName='onload' to='alert(1)'/>",
    "<style>@import url(//evil.example/x.css);</style>",
    "<style>path{fill:url(//evil.example/x)}</style>",
    "<style>path{fill:u\\72l(//evil.example/x)}</style>",
    "<style>path{fill:/**/url/**/(//evil.example)}</style>",
    "<style>path{background:url(//evil.example)}</style>",
    "<style><![CDATA[path{mask:url('//evil.example')}]]></style>",
    "<rect style=\"fill:url('//evil.example/x')\"/>",
    "<rect fill='url(//evil.example/x)'/>",
    "<rect fill='url(evil.svg)'/>",
    "<rect fill='red\nurl(evil)'/>",
    "<rect fill='url( #a) url(//evil.example)'/>",
    "<rect mask='url(//evil.example#m)'/>",
    "<rect filter='url(//evil.example#f)'/>",
    "<rect onclick='alert(1)' onload='alert(1)'/>",
    "<rect id='a\"/>&lt;script>alert(1)&lt;/script>'/>",
    "<rect id='&quot;onload=&quot;alert(1)'/>",
    "<path d='M0 0\"onload=\"alert(1)'/>",
    "<path xmlns:ev='http://www.w3.org/2001/xml-events' ev:handler='alert(1)' d='M0 0'/>",
    "<handler xmlns='http://www.w3.org/2000/svg'>alert(1)</handler>",
    "<metadata><evil/></metadata>",
    "<title>alert(1)</title>",
    "<evil:path xmlns:evil='http://evil.example'/>",
    "<svg><script>alert(1)</script></svg>",
    "<?xml-stylesheet href='//evil.example/x.css'?>",
    "<!-- evil -->",
]
NEVER = re.compile(
    r"script|foreign|iframe|image|evil|alert|javascript|\bon\w+=|url\([^#]|//(?!www\.w3)"
    r"|@|style|data:|<!|<\?|handler",
    re.IGNORECASE,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left(attack):
    said = cleaned(SQUARE + attack + SQUARE)
    assert NEVER.search(said) is None, said
    assert said.count("M0 0h9v9z") == 2


LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
DOUBLING = "".join(
    f'<g id="a{n}"><use href="#a{n + 1}"/><use href="#a{n + 1}"/></g>'
    for n in range(30)
)
MASKED = "".join(
    f'<mask id="a{n}"><rect mask="url(#a{n + 1})"/><rect mask="url(#a{n + 1})"/></mask>'
    for n in range(30)
)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (LAUGHS.encode() + svg("<g>&b;</g>"), "document type of its own"),
        (FILE.encode() + svg("<g>&a;</g>"), "document type of its own"),
        (svg("&nbsp;"), "XML is broken"),
        (svg('<g id="a"><use href="#a"/></g>'), "in a circle"),
        (svg(DOUBLING + '<path id="a30"/>'), "takes more than 20,000 elements"),
        (svg(MASKED + "<rect/>"), "takes more than 20,000 elements"),
        (svg("<g>" * 60 + "</g>" * 60), "50 in each other"),
        (svg("<g/>" * 4000), "more than 3,000 elements"),
        (svg(f'<path d="{"1 " * 40_000}"/>'), "more than 65,536 bytes"),
        (svg("<defs>" + SQUARE + "</defs>"), "No shape is drawn"),
        (svg("<text>Words</text>"), "No shape is drawn"),
        (svg(root=""), "says no size"),
        (svg(root='viewBox="0 0 nan nan"'), "says no size"),
        (svg(root='viewBox="0 0 0 9"'), "impossible size"),
        (svg(root='viewBox="0 0 1e9 9"'), "impossible size"),
        (svg()[:-3], "XML is broken"),
        (b"<svg><path/></svg>", "XML is no SVG"),
        (b"<html><script>alert(1)</script></html>", "XML is no SVG"),
        (b'<?xml version="1.0" encoding="no-such"?><svg/>', "XML is broken"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_safe_is_refused_in_words(file, said):
    with pytest.raises(Unfit, match=said):
        picture_of(file)


def test_a_document_type_that_declares_nothing_is_none():
    head = (
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://evil.example/x.dtd">'
    )
    assert picture_of(head + svg()) == picture_of(svg())


@pytest.mark.parametrize(
    "inner",
    [
        "<style>" + "a" * 250_000 + "</style>",
        "<style>" + "/*" * 120_000 + "</style>",
        "<style>path{fill:url(" + " " * 240_000 + "}</style>",
        "<style>" + ".a{fill:red}" * 20_000 + "</style>" + "<path/>" * 999,
        '<rect x="' + "1" * 250_000 + 'q"/>',
        '<rect fill="' + "url( " * 50_000 + '"/>',
        '<rect style="' + "fill:red;" * 27_000 + '"/>',
        '<rect transform="' + "(" * 250_000 + '!"/>',
    ],
)
def test_a_file_made_to_be_hard_takes_no_time(inner):
    began = time.process_time()
    cleaned(SQUARE + inner)
    assert time.process_time() - began < 1


TAGS = st.sampled_from(sorted(ELEMENTS | {"script", "image", "text", "a", "filter"}))
NAMES = st.sampled_from(
    sorted(KNOWN - {"xmlns"} | {"onload", "style", "filter", "src", "xlink:href"})
)
PARTS = st.sampled_from(
    ["url(", "#a", "//evil.example", ")", "red", ";", ":", "fill", " ", "\n", "0 0 9 9",
     "M0 0", "javascript:", "\\72", "'", "%", "é", "&amp;", "&lt;"],
)  # fmt: skip
VALUES = st.lists(PARTS, max_size=5).map("".join)


@st.composite
def elements(draw, depth=3):
    tag = draw(TAGS)
    said = draw(st.dictionaries(NAMES, VALUES, max_size=4))
    attributes = "".join(f' {name}="{value}"' for name, value in said.items())
    inner = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    text = draw(st.sampled_from(["", "path{fill:url(//evil.example)}", "#a{mask:x}"]))
    return f"<{tag}{attributes}>{text}{''.join(inner)}</{tag}>"


@given(elements())
def test_whatever_is_drawn_only_what_is_listed_is_written(inner):
    try:
        picture = picture_of(svg(inner + SQUARE))
    except Unfit:
        return
    for element in ET.fromstring(picture.content).iter():  # noqa: S314  our own
        space, _, tag = element.tag.partition("}")
        assert (space, tag in ELEMENTS - {"style", "switch"}) == ("{" + SVG, True)
        assert element.attrib.keys() <= KNOWN
        assert not (element.text or "").strip()
        for value in element.attrib.values():
            assert re.search(r"url\((?!#)|evil|script|:", value) is None
    assert picture_of(picture.content).content == picture.content


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_text_is_a_drawing_or_a_refusal(text, encoding):
    file = ("<" + text).encode(encoding, "replace")
    with pytest.raises(Unfit):
        picture_of(file)
