"""Announcing a release, and asking for a look: who may, how often, and what follows."""

import base64
import hashlib
import hmac
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.hooks import secret_of
from registry.models import Source
from registry.views.status.source import HOOK_LIMIT
from registry.vocabulary import Outcome, SourceKind

pytestmark = pytest.mark.django_db
BODY = b'{"action": "published"}'


@pytest.fixture
def source():
    later = timezone.now() + timedelta(days=3)
    return Source.objects.enrol(
        SourceKind.PACKAGE, "tap-alpha", found_by="test", due_at=later
    )


def is_due(source):
    source.refresh_from_db()
    return source.due_at <= timezone.now()


def github(secret):
    digest = hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def standard(secret, at=None):
    at = str(int(at or time.time()))
    signed = hmac.new(secret.encode(), f"m1.{at}.".encode() + BODY, hashlib.sha256)
    return {
        "webhook-id": "m1",
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(signed.digest()).decode(),
    }


def post(client, source, headers):
    return client.post(
        reverse("hook", args=[source.pk]),
        BODY,
        content_type="application/json",
        headers=headers,
    )


@pytest.mark.parametrize(
    "proof",
    [
        github,
        standard,
        lambda secret: {"X-Gitlab-Token": secret},
        lambda secret: {"Authorization": f"Bearer {secret}"},
    ],
    ids=["GitHub", "signed", "GitLab token", "release job"],
)
def test_who_knows_the_secret_has_the_source_looked_at(client, source, proof):
    assert post(client, source, proof("0" * 64)).status_code == 401
    assert not is_due(source)
    assert post(client, source, proof(secret_of(source.pk))).status_code == 202
    assert is_due(source)


def test_a_signature_of_another_body_or_of_long_ago_proves_nothing(client, source):
    secret = secret_of(source.pk)
    forged = github(secret) | {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    old = standard(secret, at=time.time() - 3600)
    for headers in (forged, old, {}, {"Authorization": "Bearer "}):
        assert post(client, source, headers).status_code == 401
    assert not is_due(source)


def test_one_sources_secret_is_of_no_use_for_another(client, source):
    other = Source.objects.enrol(SourceKind.PACKAGE, "tap-beta", found_by="test")
    headers = {"Authorization": f"Bearer {secret_of(other.pk)}"}
    assert post(client, source, headers).status_code == 401


def test_an_unknown_source_answers_like_a_wrong_proof(client):
    assert client.post(reverse("hook", args=[12345])).status_code == 401


def test_anyone_may_ask_for_a_look_once_in_a_while(client, source):
    address = reverse("refresh", args=[source.pk])
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("source", args=[source.pk]),
    )
    assert is_due(source)
    again = client.post(address)
    assert again.status_code == 429
    assert 0 < int(again["Retry-After"]) <= 601
    assert client.get(address).status_code == 405


def test_a_sources_page_tells_what_came_of_its_crawls(client, source):
    source.crawl_failed(timezone.now(), "<b>No</b> such host.")
    source.crawl_succeeded(
        timezone.now(), outcome=Outcome.CHANGED, changed={"subjects": 2}
    )
    text = client.get(reverse("source", args=[source.pk])).content.decode()
    assert "&lt;b&gt;No&lt;/b&gt; such host." in text
    assert "2 with news" in text
    assert client.get(reverse("source", args=[999])).status_code == 404


def test_the_pages_queries_are_few(client, source, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        client.get(reverse("source", args=[source.pk]))


def test_a_second_announcement_at_once_is_heard_when_its_time_comes(client, source):
    headers = {"Authorization": f"Bearer {secret_of(source.pk)}"}
    assert post(client, source, headers).status_code == 202
    # The first one was looked at before the second release was there.
    Source.objects.update(asked_at=None, due_at=timezone.now() + timedelta(days=1))
    assert post(client, source, headers).status_code == 202
    source.refresh_from_db()
    assert source.asked_at is not None
    assert source.due_at <= timezone.now() + HOOK_LIMIT
