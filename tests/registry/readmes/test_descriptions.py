"""The Markdown of a description: what is written of it, and what stays as it was typed."""

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.readmes.descriptions import LENGTH_LIMIT, described

REL = ' rel="nofollow ugc noopener"'
# All that may come out, with the attributes that it may have.
WRITTEN = re.compile(
    r"</?(?:p|ul|li|strong|em|code|pre|a)>|</?ol>|<ol start=\"\d+\">"
    rf"|<a href=\"(?:https?://|mailto:)[^\"<>]*\"{REL}>"
)


def words_of(html):
    return unescape(WRITTEN.sub("", html))


def link(address, words):
    return f'<a href="{address}"{REL}>{words}</a>'


@pytest.mark.parametrize(("text", "html"), [
    ("A key.", "A key."),
    ("Use `id` or ``a`b``.", "Use <code>id</code> or <code>a`b</code>."),
    ("**Not** *here*, _there_.", "<strong>Not</strong> <em>here</em>, <em>there</em>."),
    ("See [docs](https://x.org/a_b_c).", f"See {link('https://x.org/a_b_c', 'docs')}."),
    ("[`a`](https://x.org)", link("https://x.org", "<code>a</code>")),
    ('[a](https://x.org/(b) "A title")', link("https://x.org/(b)", "a")),
    ("<https://x.org>", link("https://x.org", "https://x.org")),
    ("(see https://x.org/a).", f"(see {link('https://x.org/a', 'https://x.org/a')})."),
    ('<a class="b" href="https://x.org">here</a>', link("https://x.org", "here")),
    ("Files\nas [here](#files)", "Files as here"),
    ("**Use `a`**", "<strong>Use <code>a</code></strong>"),
])  # fmt: skip
def test_code_emphasis_and_links_are_written(text, html):
    assert described(text) == html


def test_paragraphs_and_lists_are_told_apart():
    html = described("One of:\n- `a`\n  or so\n- b\n\nThen\n\n2. two\n\n3. three")
    assert html == (
        "<p>One of:</p><ul><li><code>a</code> or so</li><li>b</li></ul>"
        '<p>Then</p><ol start="2"><li>two</li><li>three</li></ol>'
    )


def test_what_is_fenced_is_code_as_it_was_typed():
    html = described('An array:\n\n```json\n[\n  "*a*"\n]\n```\n')
    assert html == '<p>An array:</p><pre><code>[\n  "*a*"\n]</code></pre>'


def test_a_heading_and_a_picture_are_words():
    html = described("#### How to get\n\n![The page](/a.png)")
    assert html == "<p><strong>How to get</strong></p><p>Image: The page</p>"


@pytest.mark.parametrize("text", [
    "snake_case_name and __init__", "*.csv,*.json", "2 * 3 * 4", "`left over",
    "s3://bucket/<project>/{stream}", "C:\\a_b\\c_d", "[a] (b)", "a < b > c & d",
])  # fmt: skip
def test_what_only_looks_like_markup_stays_as_it_was_typed(text):
    html = described(text)
    assert "<" not in html
    assert unescape(html) == text


@pytest.mark.parametrize("text", [
    "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert)", "[a](data:text/html,b)",
    "[a](https://me@evil.example)", "[a](/admin)", "<a href=javascript:alert(1)>a</a>",
    "![a](javascript:alert(1))", "[a](java\x00script:alert)", "<javascript:alert(1)>",
    "<script>alert(1)</script>\n\n`a`", "<img src=x onerror=alert(1)> `a`",
    '<a href="https://x.org" onclick="alert(1)"', "`<b onclick=alert(1)>`",
    "<style>*{}</style> *a*", "<svg onload=alert(1)> _a_", "&lt;script&gt; `a`",
    '[a](https://x.org/"onclick="alert(1))', "[<script>](https://x.org)",
    "**<iframe src=//evil>**", "- <object data=x>\n- b",
])  # fmt: skip
def test_nothing_that_runs_or_leads_elsewhere_comes_through(text):
    html = described(text)
    assert "<" not in WRITTEN.sub("", html)
    assert "javascript:" not in " ".join(re.findall('href="([^"]*)"', html)).lower()


def test_what_is_not_to_be_seen_is_left_out():
    assert described("a\u202eb\x00c\x07d `e`\u200b") == "abcd <code>e</code>"


def test_a_text_of_no_use_for_people_is_shown_as_it_was_typed():
    text = "`a` " * LENGTH_LIMIT
    assert described(text) == text.strip()


@pytest.mark.parametrize("piece", [
    "[", "[a](", "*", "* *a", "**a", "_a", "`", "`` ", "<a href=x ", "<a ", "href=x ",
    "https://", "[](()", "- ", "\n- a", "a\n\n", "(", ")", "]", "1. \n", "```\n", "#",
])  # fmt: skip
@pytest.mark.parametrize("start", ["", "<a ", "[a](https://x.org/", "https://"])
def test_a_hostile_text_takes_no_longer_than_any_other(start, piece):
    text = (start + piece * LENGTH_LIMIT)[:LENGTH_LIMIT]
    began = time.process_time()
    described(text)
    assert time.process_time() - began < 0.5


@given(st.text(st.sampled_from("ab _*`[]()<>!#-1.\n\"'\\&:/") | st.characters()))
def test_any_text_comes_to_html_that_is_listed(text):
    assert "<" not in WRITTEN.sub("", described(text))


@given(st.text(st.sampled_from("ab c.,;")))
def test_words_are_never_lost(text):
    assert words_of(described(text)) == text.strip()
