"""Names between backticks, shown as code."""

import pytest

from registry.templatetags.coded import coded


@pytest.mark.parametrize(("message", "shown"), [
    ("The setting `a` is gone.", "The setting <code>a</code> is gone."),
    ("`a` and `b`", "<code>a</code> and <code>b</code>"),
    ("No name", "No name"),
    ("A `lone one", "A `lone one"),
    ("`a` and a `lone", "<code>a</code> and a `lone"),
    ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
    ("{} `{0}`", "{} <code>{0}</code>"),
    ("", ""),
])  # fmt: skip
def test_what_stands_between_two_backticks_is_code_and_all_is_escaped(message, shown):
    assert coded(message) == shown
