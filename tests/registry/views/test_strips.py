"""The probe strip: runs as bars, in a sentence, and as a table."""

from datetime import timedelta

import pytest

from registry.models import ProbeRun
from registry.views.runs.strips import BARS_SHOWN, HEIGHT, strip
from tests.registry.cast import NOW
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, installed


def runs_of(*answers):
    """Return runs that are in no database, the oldest first."""
    return [
        ProbeRun(pk=nth, ran_at=NOW + timedelta(days=nth), version="1.0", python="3.12",
                 installs=answer, imports=answer)
        for nth, answer in enumerate(answers)
    ]  # fmt: skip


def test_bars_differ_in_height_and_stand_from_the_oldest_to_the_newest():
    drawn = strip(reversed(runs_of("yes", "no", "unknown")))
    assert [bar.word for bar in drawn.bars] == ["starts", "fails", "not known"]
    heights = [bar.height for bar in drawn.bars]
    assert heights == sorted({*heights}, reverse=True)
    assert heights[0] == HEIGHT
    assert all(bar.y + bar.height == HEIGHT for bar in drawn.bars)
    assert drawn.sentence == "The newest 3 runs: 1 starts, 1 fails, 1 not known."


def test_few_runs_stand_at_the_end():
    [bar] = strip(runs_of("yes")).bars
    assert bar.x + strip(runs_of("yes")).bar_width == strip(runs_of("yes")).width
    assert strip(runs_of("yes")).sentence == "The newest run: 1 starts."


def test_of_many_runs_the_newest_are_shown():
    drawn = strip(runs_of("no", *["yes"] * BARS_SHOWN))
    assert len(drawn.bars) == BARS_SHOWN
    assert {bar.answer for bar in drawn.bars} == {"yes"}
    assert drawn.sentence == "The newest 30 runs: 30 start."
    assert drawn.bars[0].x == 0


def test_before_any_run_there_is_no_strip():
    assert strip([]) is None


@pytest.mark.django_db
def test_a_page_has_the_strip_with_a_sentence_and_the_same_as_a_table(read):
    run = ran(packaged(), *installed(about()))
    page = " ".join(read("/extractors/tap-alpha--ada").split())
    drawn = page.partition('<svg class="strip"')[2].partition("</svg>")[0]
    assert 'role="img" aria-label="The newest run: 1 starts."' in drawn
    assert drawn.count("<rect") == 1
    assert "style=" not in drawn
    table = page.partition("Show numbers")[2].partition("</table>")[0]
    assert f'<a href="/runs/{run.pk}">starts, <time' in table
