"""A variant's page in every state: being tried, never tried, failing, gone, held back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.catalog.rating import rate_variants
from registry.models import ProbeTicket, Release, Source, Variant
from registry.models.ticketing import LEASE
from tests.registry.cast import NOW, say, source_of, variant
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, failed, installed

pytestmark = pytest.mark.django_db
ADDRESS = "/extractors/tap-alpha--ada"


def plain(page):
    return " ".join(page.split())


def asked(source, **said):
    """Have the current release tried on one Python, and say how that stands."""
    ProbeTicket.objects.issue(source, {"1.1": ["3.13"]}, now=NOW)
    ProbeTicket.objects.update(**said)


@pytest.fixture
def probing(settings):
    settings.PROBE = True


def test_a_release_that_is_being_tried_says_on_which_python(probing, read):
    asked(packaged(), leased_until=timezone.now() + LEASE)
    assert "Checking 1.1 on Python 3.13: a sandbox tries it now." in read(ADDRESS)


def test_a_lease_that_ran_out_is_no_try(probing, read):
    asked(packaged(), leased_until=timezone.now() - timedelta(seconds=1))
    assert "Checking" not in read(ADDRESS)


def test_what_waits_for_a_sandbox_is_not_assessed_yet(probing, read):
    asked(packaged())
    page = read(ADDRESS)
    assert "Not checked" in page
    assert "Not assessed yet: it waits for a sandbox." in page
    assert 'class="chip ok"' not in page


def test_a_try_without_a_result_is_said_without_the_machines_words(probing, read):
    asked(packaged(), failures=1, last_error="/srv/secret is full")
    page = read(ADDRESS)
    assert "Not assessed yet: the last try ended without a result" in page
    assert "/srv/secret" not in page


def test_what_ends_its_workers_is_tried_no_more(probing, read):
    asked(packaged(), parked_at=NOW)
    assert "it ended the sandbox&#x27;s worker each time" in read(ADDRESS)


def test_where_nothing_is_tried_that_is_the_reason(read):
    packaged()
    assert "Not assessed: releases are not tried here." in read(ADDRESS)


def test_a_repository_alone_is_not_assessed_and_says_why(probing, read):
    say(source_of("definitions"), variant("ada"))
    follow_variants(now=NOW)
    page = plain(read(ADDRESS))
    assert "Not assessed: no release of it is known yet." in page
    assert "Installs from: Git, default branch." in page


def test_a_release_for_other_pythons_says_which_are_tried(probing, settings, read):
    settings.PROBE_PYTHONS = ["3.13"]
    packaged()
    Release.objects.update(requires_python="<3.9")
    page = read(ADDRESS)
    assert "releases are tried on Python 3.13, and 1.1 asks for &lt;3.9." in page


def test_a_release_that_nobody_asks_about_yet_says_so(probing, read):
    packaged()
    assert "Not assessed: no try of it is planned yet." in read(ADDRESS)


def test_a_release_that_starts_nowhere_warns_with_its_cause_and_offers_others(read):
    source = packaged(variant("bo"), variant("cy"))
    broken = failed("import", "ModuleNotFoundError: No module named 'imp'")
    ran(source, *installed()[:2], broken, python="3.13")
    page = plain(read(ADDRESS))
    assert "Fails on Python 3.13" in page
    assert "<strong>Does not start" in page
    assert "1.1 did not start on Python 3.13." in page
    assert "imp" in page.partition("Does not start")[2].partition("Other variants")[0]
    notice = page.partition('class="note bad"')[2].partition("</div>")[0]
    assert 'href="/extractors/tap-alpha--bo"' in notice
    assert 'href="/extractors/tap-alpha--cy"' in notice


def test_one_python_that_fails_is_no_warning_but_a_fact(read):
    source = packaged()
    ran(source, *installed(about()), python="3.12")
    ran(source, *installed()[:2], failed("import", "x"), python="3.13")
    page = read(ADDRESS)
    assert "Runs on Python 3.12, fails on 3.13" in page
    assert "Does not start" not in page


def test_pythons_that_still_wait_are_told_from_those_that_were_tried(probing, read):
    source = packaged()
    pythons = ["3.12", "3.13", "3.10", "3.9"]
    ProbeTicket.objects.issue(source, {"1.1": pythons}, now=NOW)
    ProbeTicket.objects.filter(python="3.9").update(parked_at=NOW)
    ran(source, *installed(about()), python="3.12")
    runs = plain(read(ADDRESS)).partition('<section id="runs"')[2]
    runs = runs.partition("</section>")[0]
    assert "Not tried yet on Python 3.10, 3.13: it waits for a sandbox." in runs
    assert "Given up on Python 3.9: each try ended the sandbox's worker." in (
        runs.replace("&#x27;", "'")
    )
    assert f'href="{ADDRESS}/versions/1.1#given-up"' in runs


def test_what_is_being_tried_does_not_wait(probing, read):
    source = packaged()
    asked(source, leased_until=timezone.now() + LEASE)
    ran(source, *installed(about()), python="3.12")
    assert "Not tried yet" not in read(ADDRESS)


def test_nothing_known_is_told_from_nothing_there(read):
    source = packaged(settings=...)
    ran(source, *installed()[:2], failed("import", "x"))
    page = plain(read(ADDRESS))
    assert (
        "Not known: no source lists any settings, and its last runs showed none."
        in page
    )
    assert "Not known: only what starts is put before the" in page
    assert "None was observed in its last runs." in page
    nothing = {"settings": {"type": "object", "properties": {}}, "capabilities": []}
    ran(source, *installed(about(**nothing)))
    page = plain(read(ADDRESS))
    assert "None: 1.1 named none when it was asked on Python 3.12" in page
    assert "no release of it was put before the" in page


def test_a_variant_that_went_says_since_when_and_offers_those_that_stay(read):
    source = source_of("definitions")
    say(source, variant("ada"), variant("bo"))
    say(source, variant("bo"), at=NOW + timedelta(days=3))
    page = plain(read(ADDRESS))
    assert '<strong>Deprecated, <time datetime="2026-01-04' in page
    notice = page.partition('class="note bad"')[2].partition("</div>")[0]
    assert 'href="/extractors/tap-alpha--bo"' in notice


def test_what_an_index_quarantined_gets_no_command(read):
    source = packaged()
    said = {"status": "quarantined", "status_reason": "It steals <tokens>."}
    Source.objects.filter(pk=source.pk).update(facts=said)
    rate_variants(now=NOW)
    page = plain(read(ADDRESS))
    assert "<strong>Quarantined" in page
    assert "It steals &lt;tokens&gt;." in page
    assert "uv tool install" not in page
    assert "meltano add" not in page
    assert "No command is shown" in page
    assert "pip_url" not in page


def test_an_archived_project_is_told_and_still_installed(read):
    source = packaged()
    Source.objects.filter(pk=source.pk).update(facts={"status": "archived"})
    page = read(ADDRESS)
    assert "<strong>Archived" in page
    assert "uv tool install" in page


def test_a_hidden_variant_says_who_hides_it(read):
    say(source_of("definitions"), variant("ada", hidden=True))
    assert "The curated definition hides it" in read(ADDRESS)


def test_a_release_that_was_taken_back_is_told(read):
    packaged(versions=("1.0",))
    Release.objects.update(yanked=True)
    page = plain(read(ADDRESS))
    assert "<strong>Yanked" in page
    assert "Whoever released 1.0 took it back" in page


def test_the_only_variant_offers_no_other(read):
    say(source_of("definitions"), variant("ada"))
    Variant.objects.update(gone_at=NOW)
    page = read(ADDRESS)
    assert "The only variant" in page
    assert "Other variants" not in page


def test_at_most_four_facts_each_lead_to_where_they_are_shown(read):
    source = packaged(hidden=True, is_default=True)
    ran(source, *installed(about()))
    page = read(ADDRESS)
    facts = page.partition('<ul class="facts"')[2].partition("</ul>")[0]
    assert facts.count('class="chip') == 4
    for place in facts.split('href="')[1:]:
        anchor = place.partition('"')[0].removeprefix("#")
        assert anchor.startswith("/extractors/") or f'id="{anchor}"' in page


def test_all_of_it_makes_eight_queries(probing, client, django_assert_num_queries):
    source = packaged(variant("bo"))
    asked(source, leased_until=timezone.now() + LEASE)
    ran(source, *installed(about()))
    with django_assert_num_queries(8):
        client.get(ADDRESS)
