"""A machine with a sandbox whose Songbook is in this process."""

from django.test import Client
from django.utils import timezone
from requests import HTTPError

from registry.models import Machine as Known
from scrapers import tasks
from scrapers.machine import Machine

KEY = "k" * 43


def bearer(name="here", key=KEY):
    """Give a machine a key; return the header with which a test's client shows it."""
    Known.objects.issue(name, key, now=timezone.now())
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


class Here(Machine):
    """A machine that asks without a network, of a test's transaction.

    Nothing is told meanwhile: it would be by another thread, which does not see the ticket.
    """

    def _tell(self, *_):
        pass

    def _post(self, path, said=None, **_):
        answered = Client().post(
            f"/sandbox/{path}", said or {}, "application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.key}",
        )  # fmt: skip
        if answered.status_code >= 400:
            raise HTTPError(answered.content.decode(), response=answered)
        return answered


def machine():
    """Return a machine that prints what it tries."""
    bearer()
    return Here("https://songbook.test", key=KEY, say=print)


def try_next():
    """Have the most urgent release tried, and judge what came of it."""
    is_result = machine().try_next()
    tasks.probe_due()
    return is_result
