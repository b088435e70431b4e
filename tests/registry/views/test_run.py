"""A run's page: whose run it is, what it answers, and what was said where it failed."""

import pytest

from sandbox.records import cut
from tests.registry.views.tries import packaged, ran, variant
from tests.scrapers.probes.invocation.records import about, discover, failed, installed

pytestmark = pytest.mark.django_db


def plain(page):
    return " ".join(page.split())


def test_it_leads_to_the_variants_that_install_what_ran(read):
    run = ran(packaged(), *installed(about()))
    page = plain(read(f"/runs/{run.pk}"))
    link = '<a href="/extractors/tap-alpha--ada">tap-alpha by ada</a>'
    assert f"tap-alpha is what {link} installs." in page


def test_a_step_that_failed_is_open_and_others_are_not(read):
    broken = failed("import", "ModuleNotFoundError: No module named 'imp'")
    run = ran(packaged(), *installed()[:2], broken)
    page = plain(read(f"/runs/{run.pk}"))
    assert page.count("<details open>") == 1
    assert "<details open> <summary> <code>import</code>" in page
    assert "No module named &#x27;imp&#x27;" in page


@pytest.mark.parametrize("key", ["stdout", "stderr"])
def test_the_end_of_a_long_log_is_there_which_says_why(read, key):
    printed = cut("first\n" + "x\n" * 20_000 + "ImportError: no name X in singer_dep.")
    broken = failed("import", **{key: printed})
    run = ran(packaged(), *installed()[:2], broken)
    page = read(f"/runs/{run.pk}")
    log = page.partition(f'<code id="{key}-')[2].partition("</code>")[0]
    assert "first" in log
    assert "characters …" in log
    assert log.endswith("ImportError: no name X in singer_dep.")


def test_what_was_printed_whole_is_cut_in_its_middle(read):
    broken = discover("{" + "x" * 50_000 + "the end", exit_code=1)
    run = ran(packaged(), *installed(), broken)
    page = read(f"/runs/{run.pk}")
    log = page.partition('<code id="stdout-')[2].partition("</code>")[0]
    assert len(log) < 20_000
    assert log.endswith("the end")


def test_a_log_is_read_as_it_was_meant(read):
    printed = "\x1b[31mred\x1b[0m \x1b]0;title\x07a\u202edetrever\u202c <b>"
    run = ran(packaged(), *installed()[:2], failed("import", printed))
    assert ">red adetrever &lt;b&gt;</code>" in read(f"/runs/{run.pk}")


def test_what_was_not_asked_is_not_known(read):
    run = ran(packaged(), *installed()[:2], failed("import", "x"))
    page = plain(read(f"/runs/{run.pk}"))
    assert '<span aria-hidden="true">–</span>not known</span>' in page
    assert "unknown" not in page


def test_a_branch_says_which_commit_ran(read):
    run = ran(packaged(), *installed(about()), commit="4f1c9e2a" * 5)
    assert "at commit <code>4f1c9e2a4f1c</code>" in plain(read(f"/runs/{run.pk}"))


def test_it_makes_as_many_queries_whoever_installs_it(
    client, django_assert_num_queries
):
    others = [variant(name, pip_url="tap-alpha") for name in ("bo", "cy", "di")]
    run = ran(packaged(*others), *installed(about()))
    with django_assert_num_queries(3):
        client.get(f"/runs/{run.pk}")
