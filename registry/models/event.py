"""Event: who did what to the catalog, and when. Written with the change, never edited."""

from django.conf import settings
from django.db import models

from registry.vocabulary import EventVerb


class Event(models.Model):
    """One thing that happened. `actor` is empty where the registry itself acted."""

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )
    verb = models.CharField(
        max_length=32, choices=[(verb.value, verb.value) for verb in EventVerb]
    )
    plugin = models.ForeignKey("Plugin", models.CASCADE, related_name="events")
    variant = models.ForeignKey(
        "Variant", models.CASCADE, null=True, blank=True, related_name="events"
    )
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["plugin", "-at"], name="event_history"),
            models.Index(fields=["-at", "-id"], name="event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.plugin}: {self.verb}"
